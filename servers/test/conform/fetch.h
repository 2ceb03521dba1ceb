/* fetch.h: a client that asks for files. What takes longer than
 * CLIENT_WAIT_MS fails the test. */
#ifndef SERVERS_TEST_CONFORM_FETCH_H
#define SERVERS_TEST_CONFORM_FETCH_H

#include <stddef.h>
#include <stdint.h>

enum { FETCH_HEAD_MAX = 2048 };

struct fetched {
    int status;
    uint64_t length; /* Content-Length, or 0 */
    char head[FETCH_HEAD_MAX];
};

/* Sends a request: "GET /" or the like, and `fields` of a line each. */
void fetch_ask(int fd, const char *what, const char *fields);

/* Receives the head of a reply, and nothing after it. */
struct fetched fetch_head(int fd);

/* Both. */
struct fetched fetch(int fd, const char *what, const char *fields);

/* Receives `n` bytes, and compares them with `text`, or with tree_bytes() from
 * `at` on. */
void fetch_text(int fd, const char *text, uint64_t n);
void fetch_bytes(int fd, uint64_t at, uint64_t n);

/* Receives until the end, which may be a reset; returns how many bytes came.
 * With `most`, only so many. */
uint64_t fetch_rest(int fd, uint64_t most);

#endif

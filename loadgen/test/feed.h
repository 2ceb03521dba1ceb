/* feed.h: a checker of replies with one connection, and bytes for it. */
#ifndef LOADGEN_TEST_FEED_H
#define LOADGEN_TEST_FEED_H

#include "loadgen/protocol/reply.h"

/* Replies with the same body. */
#define DATE "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\n"
#define LATER "HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 23:59:59 GMT\r\n"
#define HELLO "Content-Length: 5\r\n\r\nHello"
#define GOOD DATE HELLO
#define CHUNKED DATE "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKS "5\r\nHello\r\n0\r\n\r\n"
#define INTERIM "HTTP/1.1 100 Continue\r\n\r\n"

struct feed {
    struct settings settings;
    struct request request;
    struct reference reference;
    struct checker checker;
    struct inbox inbox;
};

/* The connection's tag. */
enum { FEED_TAG = 77 };

/* For what comes from `target`; aborts the test if it is none. Echo messages
 * are of 40 bytes. */
void feed_init(struct feed *feed, const char *target);
void feed_free(struct feed *feed);

/* The connection is a new one. */
void feed_reconnect(struct feed *feed);

/* Checks `bytes` in a block of exactly `n` bytes, so that reading beyond them
 * shows under a checker of memory. */
struct checked feed_bytes(struct feed *feed, const char *bytes, size_t n,
                          uint32_t in_flight);

/* The same for a text. */
struct checked feed_text(struct feed *feed, const char *text,
                         uint32_t in_flight);

/* That it is `replies` right replies and nothing else. */
void assert_right(struct checked checked, uint32_t replies);

#endif

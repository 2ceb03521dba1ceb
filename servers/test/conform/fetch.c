#include "servers/test/conform/fetch.h"

#include "common/test/test.h"
#include "servers/test/conform/client.h"
#include "servers/test/conform/tree.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PIECE = 65536 };

/* As recv(), after a wait that ends; -1 also for a reset. */
static ssize_t receive(int fd, char *bytes, size_t n)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    ssize_t got;

    if (poll(&wait, 1, CLIENT_WAIT_MS) != 1)
        fail_msg("nothing comes, and no end");
    got = recv(fd, bytes, n, 0);
    if (got < 0 && errno != ECONNRESET && errno != EPIPE)
        fail_msg("recv: %s", strerror(errno));
    return got;
}

static void receive_all(int fd, char *bytes, size_t n)
{
    size_t at = 0;

    while (at < n) {
        ssize_t got = receive(fd, bytes + at, n - at);
        if (got <= 0)
            fail_msg("the reply ends %zu bytes early", n - at);
        at += (size_t)got;
    }
}

void fetch_ask(int fd, const char *what, const char *fields)
{
    char request[1024];
    int n = snprintf(request, sizeof(request),
                     "%s HTTP/1.1\r\nHost: a\r\n%s\r\n", what, fields);

    assert_in_range(n, 1, sizeof(request) - 1);
    client_send(fd, request, (size_t)n);
}

struct fetched fetch_head(int fd)
{
    struct fetched fetched = {0};
    size_t n = 0;
    const char *length;

    while (n < 4 || memcmp(fetched.head + n - 4, "\r\n\r\n", 4) != 0) {
        assert_in_range(n, 0, FETCH_HEAD_MAX - 2);
        receive_all(fd, fetched.head + n++, 1);
    }
    assert_memory_equal(fetched.head, "HTTP/1.1 ", 9);
    fetched.status = (int)strtol(fetched.head + 9, NULL, 10);
    length = strstr(fetched.head, "\r\nContent-Length: ");
    if (length)
        fetched.length = strtoull(length + 18, NULL, 10);
    return fetched;
}

struct fetched fetch(int fd, const char *what, const char *fields)
{
    fetch_ask(fd, what, fields);
    return fetch_head(fd);
}

void fetch_text(int fd, const char *text, uint64_t n)
{
    char bytes[1024];

    assert_int_equal(n, strlen(text));
    receive_all(fd, bytes, (size_t)n);
    assert_memory_equal(bytes, text, n);
}

void fetch_bytes(int fd, uint64_t at, uint64_t n)
{
    static char bytes[PIECE];
    static char expected[PIECE];

    while (n > 0) {
        size_t piece = n < PIECE ? (size_t)n : PIECE;
        receive_all(fd, bytes, piece);
        tree_bytes(expected, at, piece);
        if (memcmp(bytes, expected, piece) != 0)
            fail_msg("wrong bytes from %llu on", (unsigned long long)at);
        at += piece;
        n -= piece;
    }
}

uint64_t fetch_rest(int fd, uint64_t most)
{
    static char bytes[PIECE];
    uint64_t n = 0;

    while (n < most) {
        ssize_t got =
            receive(fd, bytes, most - n < PIECE ? (size_t)(most - n) : PIECE);
        if (got <= 0)
            break;
        n += (uint64_t)got;
    }
    return n;
}

/* http.h: HTTP/1.1 as a strict server speaks it (RFC 9110, 9112), with one
 * fixed reply to every path, or with files. Incremental: however the bytes of a request are
 * cut into pieces, the answer is the same. */
#ifndef SERVERS_PROTOCOLS_HTTP_H
#define SERVERS_PROTOCOLS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct http_ask;
struct worker;

enum {
    HTTP_TARGET_MAX = 8 * 1024,  /* bytes; longer: 414 */
    HTTP_HEAD_MAX = 64 * 1024,   /* request line and fields; longer: 431 */
    HTTP_BODY_MAX = 1024 * 1024, /* longer: 413 */
};

enum http_state {
    HTTP_START, /* before a request line */
    HTTP_FIELDS,
    HTTP_BODY,
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK,
    HTTP_CHUNK_END,
    HTTP_TRAILERS,
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST };

/* What is remembered of a request that is under way; zeroed: between two. */
struct http {
    struct http_ask *ask; /* for a file; NULL: there are none */
    uint64_t left; /* bytes of the body, or of the chunk, still to come */
    uint32_t body; /* bytes of the chunks so far */
    uint32_t head; /* bytes of the head, and of chunk extensions, so far */
    uint8_t state;
    uint8_t method;
    bool minor; /* HTTP/1.1; else 1.0 */
    bool blank; /* an empty line came before the request line */
    bool has_host;
    bool has_length;
    bool chunked;
    bool expects; /* "100-continue" */
    bool close;   /* Connection: close */
    bool keep;    /* Connection: keep-alive */
};

/* Answers as many requests as are complete in the `n` bytes and for as long
 * as there is space for replies; returns how many bytes it has dealt with.
 * The rest is to be offered again, with what follows it. */
size_t http_take(struct conn *conn, struct worker *worker, const char *bytes,
                 size_t n);

static inline bool http_begun(const struct http *http)
{
    return http->state != HTTP_START;
}

#endif

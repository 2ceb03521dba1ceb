/* request.h: the bytes of requests. What stands at any place of the stream
 * that a connection sends follows from the connection's tag, so it can be made
 * again at any time: a short send needs no buffer, and a reply is checked
 * against what was asked. */
#ifndef LOADGEN_PROTOCOL_REQUEST_H
#define LOADGEN_PROTOCOL_REQUEST_H

#include "loadgen/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands before the pattern of an echo message: sequence number and the
 * connection's tag, in the machine's byte order: only we read it again. */
enum { ECHO_HEAD = 2 * sizeof(uint64_t) };

/* Belongs to one thread. Where all requests are alike, `bytes` holds copies of
 * it, one behind the other, so that several go out in one call. Where they
 * differ, it holds the longest payload behind room for a head, and several are
 * gathered in `batch`. Either way an echo message's pattern is that of `bytes`
 * from ECHO_HEAD on. */
struct request {
    char *bytes;
    size_t len;    /* of each request; 0: they differ */
    size_t copies; /* at most as many as may be in flight */
    bool numbered; /* echo: each begins with a head of its own */

    /* Only where they differ: */
    uint64_t seed;
    size_t least_bytes; /* of a payload */
    size_t most_bytes;
    uint64_t last; /* asks for the connection's end; UINT64_MAX: none does */
    char *start;   /* HTTP: what all heads begin with */
    size_t start_len;
    size_t body_at; /* in `bytes`: where the payload begins */
    char *batch;    /* NULL: one at a time */
};

struct span {
    const char *bytes;
    size_t len;
};

/* Makes the requests that `settings` ask for. 0 or -ENOMEM. Free them with
 * request_free() in both cases. */
int request_init(struct request *request, const struct settings *settings);
void request_free(struct request *request);

/* The bytes from `offset` within the request number `sequence` on, of at most
 * `n` (at least 1) requests; valid until the next call. */
struct span request_span(struct request *request, uint64_t tag,
                         uint64_t sequence, size_t offset, size_t n);

/* request_len() where requests differ. */
size_t request_len_of(const struct request *request, uint64_t tag,
                      uint64_t sequence);

/* How long the request number `sequence` of a connection is. */
static inline size_t request_len(const struct request *request, uint64_t tag,
                                 uint64_t sequence)
{
    return request->len ? request->len : request_len_of(request, tag, sequence);
}

#endif

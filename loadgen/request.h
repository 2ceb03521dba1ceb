/* request.h: the bytes of requests. Every request of a connection is as long
 * as the others, so what stands at any place of the stream that it sends can
 * be made again at any time, and a short send needs no buffer. */
#ifndef LOADGEN_REQUEST_H
#define LOADGEN_REQUEST_H

#include "loadgen/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands before the pattern of an echo message: sequence number and the
 * connection's tag, in the machine's byte order: only we read it again. */
enum { ECHO_HEAD = 2 * sizeof(uint64_t) };

/* Copies of the request, one behind the other, so that several go out in one
 * call. Belongs to one thread. */
struct request {
    char *bytes;
    size_t len;    /* of one request */
    size_t copies; /* at most as many as may be in flight */
    bool numbered; /* echo: each begins with a head of its own */
};

struct span {
    const char *bytes;
    size_t len;
};

/* Makes the request that `settings` ask for. 0 or -ENOMEM. Free it with
 * request_free(). */
int request_init(struct request *request, const struct settings *settings);
void request_free(struct request *request);

/* The bytes from `offset` within the request number `sequence` on, of at most
 * `n` (at least 1) requests; valid until the next call. */
struct span request_span(struct request *request, uint64_t tag,
                         uint64_t sequence, size_t offset, size_t n);

#endif

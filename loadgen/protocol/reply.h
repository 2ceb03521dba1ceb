/* reply.h: is what came back right? No system call and no clock: bytes go in,
 * in any pieces, and the number of whole and right replies comes out. */
#ifndef LOADGEN_PROTOCOL_REPLY_H
#define LOADGEN_PROTOCOL_REPLY_H

#include "loadgen/fault.h"
#include "loadgen/protocol/http_check.h"
#include "loadgen/protocol/reference.h"
#include "loadgen/protocol/request.h"
#include "loadgen/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a connection is with the replies to its requests. */
struct inbox {
    uint64_t tag;      /* echo: the head that the next reply must have */
    uint64_t sequence; /* echo: the same */
    size_t at;         /* echo: bytes of it that were right so far */
    struct http_inbox http;
};

/* Checks the replies of one thread's connections. */
struct checker {
    const struct request *request;
    struct http_checker http;
    char why[FAULT_TEXT]; /* what was wrong with the last wrong reply */
};

struct checked {
    uint32_t replies; /* whole and right */
    bool closing;     /* the server closes, or has closed, after the last one */
    enum fault fault; /* after them came this; `why` says more */
    size_t body_bytes; /* that were right, of whole replies and others; of echo
                        * messages all are */
};

/* `request` and `reference` are borrowed. */
void checker_init(struct checker *checker, const struct request *request,
                  struct reference *reference);
void checker_free(struct checker *checker);

/* For a new connection: nothing has come yet. Keeps the inbox's memory. */
void inbox_reset(struct inbox *inbox, uint64_t tag);
void inbox_free(struct inbox *inbox);

/* Takes all `n` bytes that came next on the connection of `inbox`, which
 * waits for `in_flight` replies. */
struct checked reply_check(struct checker *checker, struct inbox *inbox,
                           const char *bytes, size_t n, uint32_t in_flight);

/* The server has closed the connection: one HTTP reply may be whole by that
 * (RFC 9112, 6.3). */
struct checked reply_end(struct checker *checker, struct inbox *inbox);

#endif

/* http_check.h: are the HTTP replies of a connection right? Most are, byte for
 * byte, as the last one that was read with care, and one memcmp() says so. All
 * others are read with care: status, framing, and the body as it comes, against
 * the reference. Fields may differ from reply to reply. */
#ifndef LOADGEN_PROTOCOL_HTTP_CHECK_H
#define LOADGEN_PROTOCOL_HTTP_CHECK_H

#include "loadgen/fault.h"
#include "loadgen/protocol/buffer.h"
#include "loadgen/protocol/http_chunks.h"
#include "loadgen/protocol/http_reply.h"
#include "loadgen/protocol/reference.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A longer reply is no pattern: it comes in several pieces anyway, and next to
 * its body its head costs little. */
enum { HTTP_PATTERN_MOST = 16 * 1024 };

/* The last right reply that was read with care. Date, Age and the like change
 * now and then: each change costs one such reading. */
struct pattern {
    struct buffer reply; /* empty: there is none yet */
    size_t body_bytes;   /* of these */
    bool closing;        /* it announces the end of the connection */
};

/* What a thread knows of a run's replies. */
struct http_checker {
    struct reference *reference; /* shared by the threads of a run */
    struct pattern pattern;
};

/* How far a connection is with the reply that comes. */
struct http_inbox {
    struct buffer stash; /* its head so far; all of it if it `learns` */
    size_t line_at;      /* where in the stash the head's last line begins */
    struct http_reply reply;
    bool in_body;
    bool learns; /* it may be the next pattern */
    struct body body;
    struct http_chunks chunks;
};

struct http_taken {
    size_t n;          /* bytes */
    size_t body_bytes; /* of these, right ones of a body, without framing */
    bool whole;        /* with them, a right reply is whole */
    bool closing;      /* that announces the end of the connection */
};

/* Do these `n` bytes begin with a whole reply that equals the pattern? */
static inline bool http_is_pattern(const struct http_checker *checker,
                                   const struct http_inbox *inbox,
                                   const char *bytes, size_t n)
{
    const struct buffer *reply = &checker->pattern.reply;

    return inbox->stash.len == 0 && n >= reply->len && reply->len > 0 &&
           memcmp(bytes, reply->bytes, reply->len) == 0;
}

/* Reads with care, of the `n` bytes (at least one), up to the end of the reply
 * that comes. Interim replies (1xx) are read over. FAULT_NONE, or what is
 * wrong, with words in `why` (FAULT_TEXT bytes). */
enum fault http_take(struct http_checker *checker, struct http_inbox *inbox,
                     const char *bytes, size_t n, struct http_taken *taken,
                     char *why);

/* The connection has ended: `*whole` if with that, a reply is. Result and `why`
 * as above. */
enum fault http_end(struct http_checker *checker, struct http_inbox *inbox,
                    bool *whole, char *why);

/* All zero is an empty inbox. To wait for a first reply again; keeps memory. */
void http_inbox_reset(struct http_inbox *inbox);
void http_inbox_free(struct http_inbox *inbox);

void http_checker_free(struct http_checker *checker);

#endif

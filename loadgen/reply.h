/* reply.h: is what came back right? No system call and no clock: bytes go in,
 * in any pieces, and the number of whole and right replies comes out. */
#ifndef LOADGEN_REPLY_H
#define LOADGEN_REPLY_H

#include "loadgen/fault.h"
#include "loadgen/request.h"
#include "loadgen/settings.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a connection is with the replies to its requests. */
struct inbox {
    uint64_t tag;      /* echo: the head that the next reply must have */
    uint64_t sequence; /* echo: the same */
    size_t at;         /* bytes of the current reply that were right so far */
    char *stash;       /* HTTP: the current reply, if it is not as the last */
    size_t stash_len;
    size_t stash_size;
};

/* The body that all HTTP replies of a run must have: that of the first. */
struct reference {
    pthread_mutex_t lock;
    char *body;
    size_t body_len;
};

/* HTTP: the first reply. Most replies equal it but for the value of their Date
 * field, and need no parsing. */
struct pattern {
    char *bytes;
    size_t len; /* 0: there is none yet */
    size_t head_len;
    size_t date_at; /* what may differ: from here */
    size_t date_len;
};

/* Checks the replies of one thread's connections. */
struct checker {
    const struct request *request;
    struct reference *reference; /* shared by the threads of a run */
    struct pattern pattern;
    char why[FAULT_TEXT]; /* what was wrong with the last wrong reply */
};

struct checked {
    uint32_t replies; /* whole and right */
    bool closing;     /* the server said that it closes after the last one */
    enum fault fault; /* after them came this; `why` says more */
};

void reference_init(struct reference *reference);
void reference_free(struct reference *reference);

/* `request` and `reference` are borrowed. */
void checker_init(struct checker *checker, const struct request *request,
                  struct reference *reference);
void checker_free(struct checker *checker);

/* For a new connection: nothing has come yet. Keeps the stash's memory. */
void inbox_reset(struct inbox *inbox, uint64_t tag);
void inbox_free(struct inbox *inbox);

/* Takes all `n` bytes that came next on the connection of `inbox`, which
 * waits for `in_flight` replies. */
struct checked reply_check(struct checker *checker, struct inbox *inbox,
                           const char *bytes, size_t n, uint32_t in_flight);

#endif

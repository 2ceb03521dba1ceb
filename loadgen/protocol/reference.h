/* reference.h: the body that all HTTP replies of a run must have: that of the
 * first. Its first MiB is kept, and bodies are compared with it as they come: until
 * the first one is whole, whoever is furthest adds to it, and everybody is compared
 * with what is there. What comes after that is kept by nobody: a digest stands for
 * it, so that long bodies need no memory, and a wrong one is found at its end. Once
 * a body is whole the reference only is read, and without a lock. */
#ifndef LOADGEN_PROTOCOL_REFERENCE_H
#define LOADGEN_PROTOCOL_REFERENCE_H

#include "loadgen/protocol/buffer.h"
#include "loadgen/protocol/digest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { REFERENCE_KEPT = 1 << 20 };

/* Shared by the threads of a run. */
struct reference {
    atomic_bool whole;
    pthread_mutex_t lock; /* holds what follows until it is whole */
    struct buffer kept;   /* what there is of its first REFERENCE_KEPT bytes */
    size_t len;           /* once it is whole, as the digest */
    uint64_t rest;        /* digest of what is not kept */
};

/* How far the body of one reply has come. */
struct body {
    size_t at;          /* bytes so far, all compared as far as possible */
    struct digest rest; /* of those that are not kept */
};

void reference_init(struct reference *reference);
void reference_free(struct reference *reference);

/* Before the first byte of a body. */
void body_begin(struct body *body);

/* The `n` bytes of a body that come next, after all before them were taken. 0,
 * -EBADMSG if the reference has others there, or -ENOMEM. */
int reference_take(struct reference *reference, struct body *body,
                   const char *bytes, size_t n);

/* The body is whole. 0, or -EBADMSG if the reference is another one. */
int reference_end(struct reference *reference, const struct body *body);

#endif

/* reference.h: the body that all HTTP replies of a run must have: that of the
 * first. Bodies are compared as they come and never kept twice: until the
 * first one is whole, whoever is furthest adds to it, and everybody is
 * compared with what is there. From then on it only is read, and without a
 * lock. */
#ifndef LOADGEN_PROTOCOL_REFERENCE_H
#define LOADGEN_PROTOCOL_REFERENCE_H

#include "loadgen/protocol/buffer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

/* Shared by the threads of a run. */
struct reference {
    atomic_bool whole;
    pthread_mutex_t lock; /* holds `body` until it is whole */
    struct buffer body;
};

void reference_init(struct reference *reference);
void reference_free(struct reference *reference);

/* The `n` bytes of a body from `at` on, after all before them have been
 * compared. 0, -EBADMSG if the reference has others there, or -ENOMEM. */
int reference_compare(struct reference *reference, size_t at, const char *bytes,
                      size_t n);

/* A body, compared up to there, ends after `len` bytes. 0, or -EBADMSG if the
 * reference does not. */
int reference_end(struct reference *reference, size_t len);

#endif

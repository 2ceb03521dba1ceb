#include "loadgen/protocol/reference.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

void reference_init(struct reference *reference)
{
    *reference = (struct reference){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void reference_free(struct reference *reference)
{
    buffer_free(&reference->body);
    pthread_mutex_destroy(&reference->lock);
}

/* `body` must have `n` bytes from `at` on. */
static bool equal(const struct buffer *body, size_t at, const char *bytes,
                  size_t n)
{
    return n == 0 || memcmp(body->bytes + at, bytes, n) == 0;
}

static int compare(const struct buffer *body, size_t at, const char *bytes,
                   size_t n)
{
    return n <= body->len - at && equal(body, at, bytes, n) ? 0 : -EBADMSG;
}

/* Compares what is known, and adds what is not. */
static int extend(struct buffer *body, size_t at, const char *bytes, size_t n)
{
    size_t known = body->len - at;

    if (n <= known)
        return compare(body, at, bytes, n);
    if (!equal(body, at, bytes, known))
        return -EBADMSG;
    return buffer_add(body, bytes + known, n - known);
}

int reference_compare(struct reference *reference, size_t at, const char *bytes,
                      size_t n)
{
    struct buffer *body = &reference->body;

    if (atomic_load(&reference->whole))
        return compare(body, at, bytes, n);
    pthread_mutex_lock(&reference->lock);
    int error = atomic_load(&reference->whole) ? compare(body, at, bytes, n)
                                               : extend(body, at, bytes, n);
    pthread_mutex_unlock(&reference->lock);
    return error;
}

int reference_end(struct reference *reference, size_t len)
{
    if (atomic_load(&reference->whole))
        return len == reference->body.len ? 0 : -EBADMSG;
    pthread_mutex_lock(&reference->lock);
    int error = len == reference->body.len ? 0 : -EBADMSG;
    if (!error)
        atomic_store(&reference->whole, true);
    pthread_mutex_unlock(&reference->lock);
    return error;
}

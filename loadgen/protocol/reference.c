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
    buffer_free(&reference->kept);
    pthread_mutex_destroy(&reference->lock);
}

void body_begin(struct body *body)
{
    body->at = 0;
    digest_begin(&body->rest);
}

/* `kept` must have `n` bytes from `at` on. */
static bool equal(const struct buffer *kept, size_t at, const char *bytes,
                  size_t n)
{
    return n == 0 || memcmp(kept->bytes + at, bytes, n) == 0;
}

static int compare(const struct buffer *kept, size_t at, const char *bytes,
                   size_t n)
{
    return n <= kept->len - at && equal(kept, at, bytes, n) ? 0 : -EBADMSG;
}

/* Compares what is known, and adds what is not. */
static int extend(struct buffer *kept, size_t at, const char *bytes, size_t n)
{
    size_t known = kept->len - at;

    if (n <= known)
        return compare(kept, at, bytes, n);
    if (!equal(kept, at, bytes, known))
        return -EBADMSG;
    return buffer_add(kept, bytes + known, n - known);
}

/* Compares bytes that are, or are to be, kept. */
static int compare_kept(struct reference *reference, size_t at,
                        const char *bytes, size_t n)
{
    struct buffer *kept = &reference->kept;

    if (atomic_load(&reference->whole))
        return compare(kept, at, bytes, n);
    pthread_mutex_lock(&reference->lock);
    int error = atomic_load(&reference->whole) ? compare(kept, at, bytes, n)
                                               : extend(kept, at, bytes, n);
    pthread_mutex_unlock(&reference->lock);
    return error;
}

int reference_take(struct reference *reference, struct body *body,
                   const char *bytes, size_t n)
{
    const size_t room =
        body->at < REFERENCE_KEPT ? REFERENCE_KEPT - body->at : 0;
    const size_t first = n < room ? n : room;
    int error = first > 0 ? compare_kept(reference, body->at, bytes, first) : 0;

    if (error)
        return error;
    if (n > first)
        digest_add(&body->rest, bytes + first, n - first);
    body->at += n;
    return 0;
}

/* What is known of a whole one. */
static int compare_whole(const struct reference *reference,
                         const struct body *body)
{
    return body->at == reference->len &&
                   digest_value(&body->rest) == reference->rest
               ? 0
               : -EBADMSG;
}

/* This one is the first that is whole, unless another one has more. */
static int settle(struct reference *reference, const struct body *body)
{
    const size_t kept = body->at < REFERENCE_KEPT ? body->at : REFERENCE_KEPT;

    if (kept != reference->kept.len)
        return -EBADMSG;
    reference->len = body->at;
    reference->rest = digest_value(&body->rest);
    atomic_store(&reference->whole, true);
    return 0;
}

int reference_end(struct reference *reference, const struct body *body)
{
    if (atomic_load(&reference->whole))
        return compare_whole(reference, body);
    pthread_mutex_lock(&reference->lock);
    int error = atomic_load(&reference->whole) ? compare_whole(reference, body)
                                               : settle(reference, body);
    pthread_mutex_unlock(&reference->lock);
    return error;
}

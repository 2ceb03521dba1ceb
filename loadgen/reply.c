#include "loadgen/reply.h"

#include "loadgen/http_reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reference_init(struct reference *reference)
{
    *reference = (struct reference){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void reference_free(struct reference *reference)
{
    free(reference->body);
    reference->body = NULL;
}

void checker_init(struct checker *checker, const struct request *request,
                  struct reference *reference)
{
    *checker = (struct checker){.request = request, .reference = reference};
}

void checker_free(struct checker *checker)
{
    free(checker->pattern.bytes);
    checker->pattern = (struct pattern){0};
}

void inbox_reset(struct inbox *inbox, uint64_t tag)
{
    inbox->tag = tag;
    inbox->sequence = 0;
    inbox->at = 0;
    inbox->stash_len = 0;
}

void inbox_free(struct inbox *inbox)
{
    free(inbox->stash);
    inbox->stash = NULL;
}

static enum fault wrong(struct checker *checker, const char *why)
{
    snprintf(checker->why, sizeof(checker->why), "%s", why);
    return FAULT_MISMATCH;
}

static bool equal(const char *a, const char *b, size_t from, size_t to)
{
    return from >= to || memcmp(a, b, to - from) == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Takes what of `bytes` belongs to the current echo message. Returns how much
 * that was, or 0 if it is wrong. */
static size_t echo_take(struct checker *checker, const struct inbox *inbox,
                        const char *bytes, size_t n)
{
    const struct request *request = checker->request;
    const uint64_t numbers[] = {inbox->sequence, inbox->tag};
    char head[ECHO_HEAD];
    size_t from = inbox->at;
    size_t to = least(from + n, request->len);
    size_t split = least(to, ECHO_HEAD);

    memcpy(head, numbers, sizeof(head));
    if (equal(head + from, bytes, from, split)) {
        size_t rest = from > ECHO_HEAD ? from : ECHO_HEAD;
        if (equal(request->bytes + rest, bytes + (rest - from), rest, to))
            return to - from;
    }
    snprintf(checker->why, sizeof(checker->why),
             "message %llu came back with other bytes",
             (unsigned long long)inbox->sequence);
    return 0;
}

static enum fault echo_check(struct checker *checker, struct inbox *inbox,
                             const char **bytes, size_t *n, bool *whole)
{
    size_t taken = echo_take(checker, inbox, *bytes, *n);

    if (taken == 0)
        return FAULT_MISMATCH;
    *bytes += taken;
    *n -= taken;
    inbox->at += taken;
    *whole = inbox->at == checker->request->len;
    if (*whole) {
        inbox->at = 0;
        inbox->sequence++;
    }
    return FAULT_NONE;
}

/* Do the bytes from `from` up to `to` of a reply equal the pattern? */
static bool as_pattern(const struct pattern *pattern, const char *bytes,
                       size_t from, size_t to)
{
    size_t date = least(to, pattern->date_at);
    size_t after = pattern->date_at + pattern->date_len;

    if (!equal(pattern->bytes + from, bytes, from, date))
        return false;
    if (after < from)
        after = from;
    return equal(pattern->bytes + after, bytes + (after - from), after, to);
}

static int stash_add(struct inbox *inbox, const char *bytes, size_t n)
{
    size_t needed = inbox->stash_len + n;

    if (needed > inbox->stash_size) {
        char *stash = realloc(inbox->stash, 2 * needed);
        if (!stash)
            return -ENOMEM;
        inbox->stash = stash;
        inbox->stash_size = 2 * needed;
    }
    memcpy(inbox->stash + inbox->stash_len, bytes, n);
    inbox->stash_len = needed;
    return 0;
}

/* Is this the body that the first thread to get a reply got? */
static bool as_reference(struct reference *reference, const char *body,
                         size_t len)
{
    bool same = false;

    pthread_mutex_lock(&reference->lock);
    if (!reference->body) {
        reference->body = malloc(len ? len : 1);
        if (reference->body) {
            memcpy(reference->body, body, len);
            reference->body_len = len;
        }
    }
    if (reference->body)
        same = len == reference->body_len &&
               memcmp(body, reference->body, len) == 0;
    pthread_mutex_unlock(&reference->lock);
    return same;
}

/* Keeps the first reply as the pattern: once, because other connections may be
 * half through a reply that equals it. Without memory for it, the next replies
 * are parsed in full, too. */
static void learn(struct pattern *pattern, const char *bytes,
                  const struct http_reply *reply)
{
    size_t len = reply->head_len + reply->body_len;
    char *copy = pattern->len ? NULL : malloc(len);

    if (!copy)
        return;
    memcpy(copy, bytes, len);
    *pattern = (struct pattern){
        .bytes = copy,
        .len = len,
        .head_len = reply->head_len,
        .date_at = reply->date_len ? reply->date_at : len,
        .date_len = reply->date_len,
    };
}

/* Is the reply in the stash, which is whole, right? */
static enum fault judge(struct checker *checker, const struct inbox *inbox,
                        const struct http_reply *reply)
{
    if (!as_reference(checker->reference, inbox->stash + reply->head_len,
                      reply->body_len))
        return wrong(checker, "a reply's body is not that of the first reply");
    /* What closes the connection is rare or slow anyway; leaving it out lets
     * the fast path assume that the connection lives on. */
    if (!reply->closing)
        learn(&checker->pattern, inbox->stash, reply);
    return FAULT_NONE;
}

/* Goes on with a reply that is not, or not known to be, as the pattern. */
static enum fault parse_fully(struct checker *checker, struct inbox *inbox,
                              const char **bytes, size_t *n, bool *whole,
                              bool *closing)
{
    struct http_reply reply;
    const char *why;
    size_t before = inbox->stash_len;

    if (stash_add(inbox, *bytes, *n) != 0)
        return wrong(checker, "no memory to check a reply");
    int parsed = http_reply_parse(inbox->stash, inbox->stash_len, &reply, &why);
    if (parsed < 0)
        return wrong(checker, why);
    if (parsed && reply.status / 100 != 2) {
        snprintf(checker->why, sizeof(checker->why), "status %d", reply.status);
        return FAULT_BAD_STATUS;
    }
    size_t len = reply.head_len + reply.body_len;
    *whole = parsed && inbox->stash_len >= len;
    size_t taken = *whole ? len - before : *n;
    *bytes += taken;
    *n -= taken;
    if (!*whole)
        return FAULT_NONE;
    *closing = reply.closing;
    inbox->stash_len = 0;
    return judge(checker, inbox, &reply);
}

static enum fault http_check(struct checker *checker, struct inbox *inbox,
                             const char **bytes, size_t *n, bool *whole,
                             bool *closing)
{
    const struct pattern *pattern = &checker->pattern;
    size_t to = least(inbox->at + *n, pattern->len);

    if (inbox->stash_len == 0 && to > inbox->at &&
        as_pattern(pattern, *bytes, inbox->at, to)) {
        *bytes += to - inbox->at;
        *n -= to - inbox->at;
        *whole = to == pattern->len;
        inbox->at = *whole ? 0 : to;
        return FAULT_NONE;
    }
    /* What has matched so far is known, but for the date. */
    if (inbox->at && stash_add(inbox, pattern->bytes, inbox->at) != 0)
        return wrong(checker, "no memory to check a reply");
    inbox->at = 0;
    return parse_fully(checker, inbox, bytes, n, whole, closing);
}

struct checked reply_check(struct checker *checker, struct inbox *inbox,
                           const char *bytes, size_t n, uint32_t in_flight)
{
    struct checked checked = {.fault = FAULT_NONE};

    while (n > 0 && checked.fault == FAULT_NONE) {
        bool whole = false;
        if (checked.replies == in_flight || checked.closing) {
            snprintf(checker->why, sizeof(checker->why),
                     "%zu bytes came that nobody asked for", n);
            checked.fault = FAULT_SURPLUS;
            break;
        }
        checked.fault = checker->request->numbered
                            ? echo_check(checker, inbox, &bytes, &n, &whole)
                            : http_check(checker, inbox, &bytes, &n, &whole,
                                         &checked.closing);
        if (checked.fault == FAULT_NONE && whole)
            checked.replies++;
    }
    return checked;
}

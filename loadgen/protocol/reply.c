#include "loadgen/protocol/reply.h"

#include <stdio.h>
#include <string.h>

void checker_init(struct checker *checker, const struct request *request,
                  struct reference *reference)
{
    *checker = (struct checker){
        .request = request,
        .http.reference = reference,
    };
}

void checker_free(struct checker *checker)
{
    http_checker_free(&checker->http);
}

void inbox_reset(struct inbox *inbox, uint64_t tag)
{
    inbox->tag = tag;
    inbox->sequence = 0;
    inbox->at = 0;
    http_inbox_reset(&inbox->http);
}

void inbox_free(struct inbox *inbox)
{
    http_inbox_free(&inbox->http);
}

static bool equal(const char *a, const char *b, size_t from, size_t to)
{
    return from >= to || memcmp(a, b, to - from) == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Are these `n` bytes the next ones of the current echo message? */
static bool echo_right(struct checker *checker, const struct inbox *inbox,
                       const char *bytes, size_t n)
{
    const struct request *request = checker->request;
    const uint64_t numbers[] = {inbox->sequence, inbox->tag};
    char head[ECHO_HEAD];
    size_t from = inbox->at;
    size_t to = from + n;
    size_t split = least(to, ECHO_HEAD);

    memcpy(head, numbers, sizeof(head));
    if (equal(head + from, bytes, from, split)) {
        size_t rest = from > ECHO_HEAD ? from : ECHO_HEAD;
        if (equal(request->bytes + rest, bytes + (rest - from), rest, to))
            return true;
    }
    snprintf(checker->why, sizeof(checker->why),
             "message %llu came back with other bytes",
             (unsigned long long)inbox->sequence);
    return false;
}

static enum fault echo_check(struct checker *checker, struct inbox *inbox,
                             const char **bytes, size_t *n,
                             struct checked *checked)
{
    size_t len = request_len(checker->request, inbox->tag, inbox->sequence);
    size_t taken = least(*n, len - inbox->at);

    if (!echo_right(checker, inbox, *bytes, taken))
        return FAULT_MISMATCH;
    *bytes += taken;
    *n -= taken;
    inbox->at += taken;
    checked->body_bytes += taken;
    if (inbox->at == len) {
        inbox->at = 0;
        inbox->sequence++;
        checked->replies++;
    }
    return FAULT_NONE;
}

static enum fault http_check(struct checker *checker, struct inbox *inbox,
                             const char **bytes, size_t *n,
                             struct checked *checked)
{
    const struct pattern *pattern = &checker->http.pattern;
    struct http_taken taken = {pattern->reply.len, pattern->body_bytes, true,
                               pattern->closing};
    enum fault fault = FAULT_NONE;

    if (!http_is_pattern(&checker->http, &inbox->http, *bytes, *n))
        fault = http_take(&checker->http, &inbox->http, *bytes, *n, &taken,
                          checker->why);
    *bytes += taken.n;
    *n -= taken.n;
    checked->body_bytes += taken.body_bytes;
    checked->closing = taken.closing;
    checked->replies += fault == FAULT_NONE && taken.whole;
    return fault;
}

struct checked reply_check(struct checker *checker, struct inbox *inbox,
                           const char *bytes, size_t n, uint32_t in_flight)
{
    struct checked checked = {.fault = FAULT_NONE};

    while (n > 0 && checked.fault == FAULT_NONE) {
        if (checked.replies == in_flight || checked.closing) {
            snprintf(checker->why, sizeof(checker->why),
                     "%zu bytes came that nobody asked for", n);
            checked.fault = FAULT_SURPLUS;
            break;
        }
        checked.fault = checker->request->numbered
                            ? echo_check(checker, inbox, &bytes, &n, &checked)
                            : http_check(checker, inbox, &bytes, &n, &checked);
    }
    return checked;
}

struct checked reply_end(struct checker *checker, struct inbox *inbox)
{
    struct checked checked = {.closing = true, .fault = FAULT_NONE};
    bool whole = false;

    if (!checker->request->numbered)
        checked.fault =
            http_end(&checker->http, &inbox->http, &whole, checker->why);
    checked.replies = whole;
    return checked;
}

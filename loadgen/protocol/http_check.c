#include "loadgen/protocol/http_check.h"

#include <errno.h>
#include <stdio.h>

static enum fault wrong(char *why, const char *text)
{
    snprintf(why, FAULT_TEXT, "%s", text);
    return FAULT_MISMATCH;
}

/* What a comparison with the reference has found. */
static enum fault differs(char *why, int error)
{
    return wrong(why, error == -ENOMEM
                          ? "no memory to check a reply"
                          : "a reply's body is not that of the first reply");
}

static enum fault bad_status(const struct http_inbox *inbox, char *why)
{
    char location[FAULT_TEXT - 32];
    int status = inbox->reply.status;

    http_reply_location(inbox->stash.bytes, inbox->stash.len, location,
                        sizeof(location));
    if (status / 100 == 3 && location[0])
        snprintf(why, FAULT_TEXT, "status %03d, Location: %s", status,
                 location);
    else
        snprintf(why, FAULT_TEXT, "status %03d", status);
    return FAULT_BAD_STATUS;
}

void http_inbox_reset(struct http_inbox *inbox)
{
    struct buffer stash = inbox->stash;

    stash.len = 0;
    *inbox = (struct http_inbox){.stash = stash};
}

void http_inbox_free(struct http_inbox *inbox)
{
    buffer_free(&inbox->stash);
}

void http_checker_free(struct http_checker *checker)
{
    buffer_free(&checker->pattern.reply);
}

/* A whole head says what is to come. */
static enum fault begin_body(struct http_inbox *inbox, char *why)
{
    const struct http_reply *reply = &inbox->reply;

    /* What is asked for is yet to come; but nobody has asked for 101. */
    if (reply->status / 100 == 1 && reply->status != 101) {
        http_inbox_reset(inbox);
        return FAULT_NONE;
    }
    if (reply->status / 100 != 2)
        return bad_status(inbox, why);
    inbox->in_body = true;
    inbox->learns = reply->framing != HTTP_UNTIL_END;
    body_begin(&inbox->body);
    return FAULT_NONE;
}

/* Takes the next line of the head, or what there is of it. */
static enum fault take_line(struct http_inbox *inbox, const char *bytes,
                            size_t n, size_t *taken, char *why)
{
    struct buffer *stash = &inbox->stash;
    const char *lf = memchr(bytes, '\n', n);
    const char *text = NULL;

    *taken = lf ? (size_t)(lf + 1 - bytes) : n;
    if (!http_reply_starts(bytes, n, stash->len))
        return wrong(why, "the reply is not HTTP/1.1");
    if (*taken > HTTP_HEAD_MOST - stash->len)
        return wrong(why, "the reply's head is over 64 KiB");
    if (buffer_add(stash, bytes, *taken) != 0)
        return wrong(why, "no memory to check a reply");
    if (!lf)
        return FAULT_NONE;
    int whole = http_reply_line(&inbox->reply, stash->bytes + inbox->line_at,
                                stash->len - inbox->line_at, &text);
    inbox->line_at = stash->len;
    if (text)
        return wrong(why, text);
    return whole ? begin_body(inbox, why) : FAULT_NONE;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Keeps what may be the next pattern. Without memory it is not. */
static void keep(struct http_inbox *inbox, const char *bytes, size_t n)
{
    if (inbox->learns)
        inbox->learns = inbox->stash.len + n <= HTTP_PATTERN_MOST &&
                        buffer_add(&inbox->stash, bytes, n) == 0;
}

/* Takes of the body as much as it can at once. */
static enum fault take_body(const struct http_checker *checker,
                            struct http_inbox *inbox, const char *bytes,
                            size_t n, struct http_taken *step, char *why)
{
    struct body *body = &inbox->body;
    size_t content = n;
    const char *text = NULL;

    if (inbox->reply.framing == HTTP_COUNTED)
        content = least(n, inbox->reply.length - body->at);
    step->n = content;
    if (inbox->reply.framing == HTTP_CHUNKED)
        step->n = http_chunks_take(&inbox->chunks, bytes, n, &content, &text);
    if (!text && content > HTTP_BODY_MOST - body->at)
        text = "the reply is longer than 64 MiB";
    if (text)
        return wrong(why, text);
    int error = reference_take(checker->reference, body,
                               bytes + (step->n - content), content);
    if (error)
        return differs(why, error);
    step->body_bytes = content;
    keep(inbox, bytes, step->n);
    return FAULT_NONE;
}

static bool body_is_over(const struct http_inbox *inbox)
{
    if (!inbox->in_body)
        return false;
    return inbox->reply.framing == HTTP_COUNTED
               ? inbox->body.at == inbox->reply.length
               : http_chunks_done(&inbox->chunks);
}

/* The reply is over. If it is right, it may be the pattern from now on: its
 * memory and that of the last one change places. */
static enum fault finish(struct http_checker *checker, struct http_inbox *inbox,
                         char *why)
{
    struct buffer last = checker->pattern.reply;
    int error = reference_end(checker->reference, &inbox->body);

    if (error)
        return differs(why, error);
    if (inbox->learns) {
        checker->pattern = (struct pattern){inbox->stash, inbox->body.at,
                                            inbox->reply.closing};
        inbox->stash = last;
    }
    http_inbox_reset(inbox);
    return FAULT_NONE;
}

enum fault http_take(struct http_checker *checker, struct http_inbox *inbox,
                     const char *bytes, size_t n, struct http_taken *taken,
                     char *why)
{
    enum fault fault = FAULT_NONE;

    *taken = (struct http_taken){0};
    while (taken->n < n && !taken->whole && fault == FAULT_NONE) {
        const char *at = bytes + taken->n;
        size_t left = n - taken->n;
        struct http_taken step = {0};
        fault = inbox->in_body ? take_body(checker, inbox, at, left, &step, why)
                               : take_line(inbox, at, left, &step.n, why);
        taken->n += step.n;
        taken->body_bytes += step.body_bytes;
        if (fault == FAULT_NONE && body_is_over(inbox)) {
            taken->closing = inbox->reply.closing;
            fault = finish(checker, inbox, why);
            taken->whole = fault == FAULT_NONE;
        }
    }
    return fault;
}

enum fault http_end(struct http_checker *checker, struct http_inbox *inbox,
                    bool *whole, char *why)
{
    enum fault fault = FAULT_NONE;
    bool ends = inbox->in_body && inbox->reply.framing == HTTP_UNTIL_END;

    if (ends)
        fault = finish(checker, inbox, why);
    *whole = ends && fault == FAULT_NONE;
    return fault;
}

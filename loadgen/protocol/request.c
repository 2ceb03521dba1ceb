#include "loadgen/protocol/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this, sending several requests in one call gains nothing. */
enum { BATCH_BYTES = 256 * 1024 };

static const char end_of_line[] = "\r\n";
static const char length_name[] = "Content-Length: ";
static const char close_field[] = "Connection: close\r\n";

enum {
    END_LEN = sizeof(end_of_line) - 1,
    LENGTH_LEN = sizeof(length_name) - 1,
    CLOSE_LEN = sizeof(close_field) - 1,
    DIGITS_MOST = 20,
};

/* A sequence of well mixed 64-bit numbers (the splitmix64 generator). */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Each length of the range is as likely as the others. */
static size_t payload_len(const struct request *request, uint64_t tag,
                          uint64_t sequence)
{
    uint64_t lengths = request->most_bytes - request->least_bytes + 1;
    uint64_t state = request->seed ^ tag;

    if (lengths == 1)
        return request->least_bytes;
    state = mix(&state) + sequence;
    /* The upper 39 bits times less than 2^25 fit. */
    return request->least_bytes + (size_t)((mix(&state) >> 25) * lengths >> 39);
}

/* Which request it is, at the beginning of an echo message. */
static void number(char *bytes, uint64_t tag, uint64_t sequence)
{
    const uint64_t head[] = {sequence, tag};

    memcpy(bytes, head, sizeof(head));
}

static char *put_before(char *at, const char *text, size_t n)
{
    return memcpy(at - n, text, n);
}

/* Makes one where they differ. An HTTP head is written backwards, because it
 * has to end where the body begins. */
static struct span compose(struct request *request, uint64_t tag,
                           uint64_t sequence)
{
    size_t left = payload_len(request, tag, sequence);
    char *at = request->bytes + request->body_at;
    char *end = at + left;

    if (request->numbered) {
        number(at, tag, sequence);
        return (struct span){at, left};
    }
    at = put_before(at, end_of_line, END_LEN);
    if (request->most_bytes > 0) {
        at = put_before(at, end_of_line, END_LEN);
        do {
            *--at = (char)('0' + left % 10);
            left /= 10;
        } while (left > 0);
        at = put_before(at, length_name, LENGTH_LEN);
    }
    if (sequence == request->last)
        at = put_before(at, close_field, CLOSE_LEN);
    at = put_before(at, request->start, request->start_len);
    return (struct span){at, (size_t)(end - at)};
}

size_t request_len_of(const struct request *request, uint64_t tag,
                      uint64_t sequence)
{
    size_t payload = payload_len(request, tag, sequence);
    size_t len = payload;

    if (request->numbered)
        return len;
    len += request->start_len + END_LEN;
    if (sequence == request->last)
        len += CLOSE_LEN;
    if (request->most_bytes == 0)
        return len;
    len += LENGTH_LEN + END_LEN + 1;
    for (; payload >= 10; payload /= 10)
        len++;
    return len;
}

static int make_echo(struct request *request)
{
    uint64_t state = request->seed;

    request->bytes = calloc(1, request->most_bytes);
    if (!request->bytes)
        return -ENOMEM;
    for (size_t i = ECHO_HEAD; i < request->most_bytes; i++)
        request->bytes[i] = (char)(mix(&state) >> 56);
    return 0;
}

static int make_http(struct request *request, const struct target *target)
{
    int len = asprintf(&request->start, "%s %s HTTP/1.1\r\nHost: %s\r\n",
                       request->most_bytes > 0 ? "POST" : "GET", target->path,
                       target->authority);

    if (len < 0) {
        request->start = NULL;
        return -ENOMEM;
    }
    request->start_len = (size_t)len;
    request->body_at = request->start_len + CLOSE_LEN + LENGTH_LEN +
                       DIGITS_MOST + 2 * (size_t)END_LEN;
    request->bytes = malloc(request->body_at + request->most_bytes);
    if (!request->bytes)
        return -ENOMEM;
    memset(request->bytes + request->body_at, 'x', request->most_bytes);
    return 0;
}

/* All are alike: puts copies of the first one in place of what makes them. */
static int copy_first(struct request *request, size_t n)
{
    struct span one = compose(request, 0, 0);

    if (n > BATCH_BYTES / one.len)
        n = BATCH_BYTES / one.len;
    request->copies = n > 0 ? n : 1;
    char *copies = calloc(request->copies, one.len);
    for (size_t i = 0; copies && i < request->copies; i++)
        memcpy(copies + i * one.len, one.bytes, one.len);
    free(request->bytes);
    request->bytes = copies;
    request->len = one.len;
    return copies ? 0 : -ENOMEM;
}

/* The number of the request that asks the server to close, if one does. */
static uint64_t last_of(const struct settings *settings)
{
    return settings->target.protocol == TARGET_HTTP &&
                   settings->requests_per_connection > 0 &&
                   settings->closing == CLOSING_SERVER
               ? settings->requests_per_connection - 1
               : UINT64_MAX;
}

int request_init(struct request *request, const struct settings *settings)
{
    *request = (struct request){
        .numbered = settings->target.protocol == TARGET_ECHO,
        .seed = settings->seed,
        .least_bytes = settings->payload_bytes,
        .most_bytes = settings->payload_bytes,
        .last = last_of(settings),
    };
    if (settings->payload_most_bytes > request->most_bytes)
        request->most_bytes = settings->payload_most_bytes;
    int error = request->numbered ? make_echo(request)
                                  : make_http(request, &settings->target);
    if (error)
        return error;
    if (request->least_bytes == request->most_bytes &&
        (request->last == UINT64_MAX || request->last == 0))
        return copy_first(request, settings->pipeline);
    if (settings->pipeline > 1) {
        request->batch = malloc(BATCH_BYTES);
        error = request->batch ? 0 : -ENOMEM;
    }
    return error;
}

void request_free(struct request *request)
{
    free(request->bytes);
    free(request->start);
    free(request->batch);
    *request = (struct request){0};
}

/* Of requests that differ: as many as there is room for, side by side. Not
 * inline, or it would burden those that are all alike. */
static __attribute__((noinline)) struct span gather(struct request *request,
                                                    uint64_t tag,
                                                    uint64_t sequence,
                                                    size_t offset, size_t n)
{
    struct span one = compose(request, tag, sequence);
    size_t len = 0;

    if (n == 1 || !request->batch || one.len > BATCH_BYTES)
        return (struct span){one.bytes + offset, one.len - offset};
    for (size_t i = 1; one.len <= BATCH_BYTES - len; i++) {
        memcpy(request->batch + len, one.bytes, one.len);
        len += one.len;
        if (i == n)
            break;
        one = compose(request, tag, sequence + i);
    }
    return (struct span){request->batch + offset, len - offset};
}

struct span request_span(struct request *request, uint64_t tag,
                         uint64_t sequence, size_t offset, size_t n)
{
    if (request->len == 0)
        return gather(request, tag, sequence, offset, n);
    if (n > request->copies)
        n = request->copies;
    for (size_t i = 0; request->numbered && i < n; i++)
        number(request->bytes + i * request->len, tag, sequence + i);
    return (struct span){request->bytes + offset, n * request->len - offset};
}

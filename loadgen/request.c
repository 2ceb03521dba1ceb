#include "loadgen/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this, sending several requests in one call gains nothing. */
enum { COPIES_BYTES = 256 * 1024 };

/* A sequence of well mixed 64-bit numbers (the splitmix64 generator). */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static char *echo_request(const struct settings *settings, size_t *len)
{
    uint64_t state = settings->seed;
    char *bytes = calloc(1, settings->payload_bytes);

    if (!bytes)
        return NULL;
    for (size_t i = ECHO_HEAD; i < settings->payload_bytes; i++)
        bytes[i] = (char)(mix(&state) >> 56);
    *len = settings->payload_bytes;
    return bytes;
}

static char *http_request(const struct settings *settings, size_t *len)
{
    const struct target *target = &settings->target;
    const size_t body = settings->payload_bytes;
    char field[48] = "";
    char *bytes;

    if (body)
        snprintf(field, sizeof(field), "Content-Length: %zu\r\n", body);
    int head =
        asprintf(&bytes, "%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\n",
                 body ? "POST" : "GET", target->path, target->authority, field);
    if (head < 0)
        return NULL;
    *len = (size_t)head + body;
    char *whole = realloc(bytes, *len);
    if (!whole) {
        free(bytes);
        return NULL;
    }
    memset(whole + head, 'x', body);
    return whole;
}

int request_init(struct request *request, const struct settings *settings)
{
    bool echo = settings->target.protocol == TARGET_ECHO;
    char *one = echo ? echo_request(settings, &request->len)
                     : http_request(settings, &request->len);

    if (!one)
        return -ENOMEM;
    request->numbered = echo;
    request->copies = COPIES_BYTES / request->len;
    if (request->copies > settings->pipeline)
        request->copies = settings->pipeline;
    if (request->copies == 0)
        request->copies = 1;
    request->bytes = calloc(request->copies, request->len);
    for (size_t i = 0; request->bytes && i < request->copies; i++)
        memcpy(request->bytes + i * request->len, one, request->len);
    free(one);
    return request->bytes ? 0 : -ENOMEM;
}

void request_free(struct request *request)
{
    free(request->bytes);
    request->bytes = NULL;
}

struct span request_span(struct request *request, uint64_t tag,
                         uint64_t sequence, size_t offset, size_t n)
{
    if (n > request->copies)
        n = request->copies;
    for (size_t i = 0; request->numbered && i < n; i++) {
        const uint64_t head[] = {sequence + i, tag};
        memcpy(request->bytes + i * request->len, head, sizeof(head));
    }
    return (struct span){request->bytes + offset, n * request->len - offset};
}

#include "servers/protocols/http_head.h"

#include "servers/protocols/http_ask.h"
#include "servers/protocols/text.h"

#include <string.h>
#include <strings.h>

enum {
    REQUEST_LINE_MAX = HTTP_TARGET_MAX + 32, /* with method and version */
    METHOD_MAX = 16,       /* a longer one is no method that anybody knows */
    CHUNK_LINE_MAX = 1024, /* size and extensions of a chunk */
};

/* Methods are case-sensitive (RFC 9110, 9.1). */
static int method(struct http *http, const char *name, size_t n)
{
    static const char *const served[] = {
        [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST"};
    static const char *const known[] = {"PUT",     "DELETE", "CONNECT",
                                        "OPTIONS", "TRACE",  "PATCH"};

    for (uint8_t i = 0; i < 3; i++) {
        if (strlen(served[i]) == n && memcmp(served[i], name, n) == 0) {
            http->method = i;
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i]) == n && memcmp(known[i], name, n) == 0)
            return 405;
    }
    return 501;
}

/* uri-host [ ":" port ] (RFC 9110, 7.2). */
static bool is_host(const char *host, size_t n)
{
    const char *end = host + n;
    const char *port = memchr(host, ':', n);

    if (text_span(host, n, IN_HOST) != n)
        return false;
    if (n > 0 && host[0] == '[') {
        const char *bracket = memchr(host, ']', n);
        if (!bracket || memchr(host + 1, '[', n - 1))
            return false;
        port = bracket + 1;
    } else if (memchr(host, '[', n) || memchr(host, ']', n)) {
        return false;
    }
    if (!port || port == end)
        return true;
    if (*port != ':')
        return false;
    while (++port < end) {
        if (*port < '0' || *port > '9')
            return false;
    }
    return true;
}

/* What follows "http://" must name a host, and only a host: "user@" before it
 * is a trap (RFC 9110, 4.2.1 and 4.2.4). */
static bool is_authority_first(const char *rest, size_t n)
{
    size_t length = 0;

    while (length < n && rest[length] != '/' && rest[length] != '?')
        length++;
    return length > 0 && rest[0] != ':' && is_host(rest, length);
}

/* origin-form or absolute-form; the others belong to methods that are not
 * served (RFC 9112, 3.2). */
static bool is_target(const char *target, size_t n)
{
    if (text_span(target, n, IN_TARGET) != n)
        return false;
    return (n > 0 && target[0] == '/') ||
           (n > 7 && strncasecmp(target, "http://", 7) == 0 &&
            is_authority_first(target + 7, n - 7));
}

/* "HTTP/1.1". A higher minor version is spoken to as 1.1 (RFC 9110, 2.5). */
static int version(struct http *http, const char *text, size_t n)
{
    if (n != 8 || memcmp(text, "HTTP/", 5) != 0 || text[5] < '0' ||
        text[5] > '9' || text[6] != '.' || text[7] < '0' || text[7] > '9')
        return 400;
    http->minor = text[7] != '0';
    return text[5] == '1' ? 0 : 505;
}

int http_request_line(struct http *http, const char *line, size_t n)
{
    size_t name = text_span(line, n, IN_TOKEN);
    const char *target = line + name + 1;
    const char *space;
    size_t length;
    int bad_method;
    int status;

    if (name == 0 || name == n || line[name] != ' ')
        return 400;
    bad_method = method(http, line, name);
    space = memchr(target, ' ', n - name - 1);
    if (!space)
        return 400;
    length = (size_t)(space - target);
    status = version(http, space + 1, n - name - length - 2);
    if (status)
        return status;
    if (bad_method)
        return bad_method;
    if (length > HTTP_TARGET_MAX)
        return 414;
    return is_target(target, length) ? 0 : 400;
}

static int host(struct http *http, struct text value)
{
    if (http->has_host)
        return 400;
    http->has_host = true;
    return is_host(value.at, value.n) ? 0 : 400;
}

/* Repeating it is refused even when both agree (RFC 9112, 6.3). */
static int content_length(struct http *http, struct text value)
{
    uint64_t length = 0;

    if (http->has_length || http->chunked || value.n == 0)
        return 400;
    for (size_t i = 0; i < value.n; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return 400;
        if (length <= HTTP_BODY_MAX)
            length = 10 * length + (uint64_t)(value.at[i] - '0');
    }
    http->has_length = true;
    http->left = length;
    return length > HTTP_BODY_MAX ? 413 : 0;
}

/* Only "chunked"; another coding before it is not implemented, and without
 * it at the end nobody can tell how long the body is (RFC 9112, 6.1). */
static int transfer_encoding(struct http *http, struct text value)
{
    unsigned n_chunked = 0;
    bool last_is_chunked;
    bool others = false;

    if (http->chunked || http->has_length || !http->minor || value.n == 0 ||
        value.at[value.n - 1] == ',')
        return 400;
    do {
        struct text coding = text_next_element(&value);
        if (coding.n == 0)
            return 400;
        last_is_chunked = text_is(coding, "chunked");
        n_chunked += last_is_chunked;
        others |= !last_is_chunked;
    } while (value.n > 0);
    if (n_chunked != 1 || !last_is_chunked)
        return 400;
    http->chunked = true;
    return others ? 501 : 0;
}

static int connection(struct http *http, struct text value)
{
    do {
        struct text option = text_next_element(&value);
        http->close |= text_is(option, "close");
        http->keep |= text_is(option, "keep-alive");
    } while (value.n > 0);
    return 0;
}

/* A 1.0 client knows nothing of 100 (RFC 9110, 10.1.1). */
static int expect(struct http *http, struct text value)
{
    if (!http->minor)
        return 0;
    http->expects = true;
    return text_is(value, "100-continue") ? 0 : 417;
}

/* Splits a field line; false if it is none (RFC 9112, 5). A line that begins
 * with white space (obs-fold), or has some before the colon, has no name. */
static bool split_field(const char *line, size_t n, struct text *name,
                        struct text *value)
{
    name->at = line;
    name->n = text_span(line, n, IN_TOKEN);
    if (name->n == 0 || name->n == n || line[name->n] != ':')
        return false;
    value->at = line + name->n + 1;
    value->n = n - name->n - 1;
    if (text_span(value->at, value->n, IN_VALUE) != value->n)
        return false;
    *value = text_trim(*value);
    return true;
}

int http_field(struct http *http, const char *line, size_t n)
{
    static const struct {
        const char *name;
        int (*take)(struct http *, struct text);
    } minded[] = {
        {"Host", host},
        {"Content-Length", content_length},
        {"Transfer-Encoding", transfer_encoding},
        {"Connection", connection},
        {"Expect", expect},
    };
    struct text name;
    struct text value;

    if (!split_field(line, n, &name, &value))
        return 400;
    for (size_t i = 0; i < sizeof(minded) / sizeof(minded[0]); i++) {
        if (text_is(name, minded[i].name))
            return minded[i].take(http, value);
    }
    return http->ask ? http_ask_field(http->ask, name, value) : 0;
}

int http_trailer(const char *line, size_t n)
{
    struct text name;
    struct text value;

    return split_field(line, n, &name, &value) ? 0 : 400;
}

int http_chunk_size(struct http *http, const char *line, size_t n)
{
    uint64_t size = 0;
    size_t i = 0;

    for (; i < n && text_hex(line[i]) >= 0; i++) {
        if (size <= HTTP_BODY_MAX)
            size = 16 * size + (uint64_t)text_hex(line[i]);
    }
    if (i == 0 || (i < n && line[i] != ';') ||
        text_span(line + i, n - i, IN_VALUE) != n - i)
        return 400;
    if (size + http->body > HTTP_BODY_MAX)
        return 413;
    http->head += (uint32_t)(n - i);
    if (http->head > HTTP_HEAD_MAX)
        return 431;
    http->body += (uint32_t)size;
    http->left = size;
    return 0;
}

int http_head_end(const struct http *http)
{
    if (http->minor && !http->has_host)
        return 400;
    if (http->method == HTTP_POST && !http->chunked && !http->has_length)
        return 411;
    return 0;
}

int http_line_so_far(struct http *http, const char *line, size_t n)
{
    switch ((enum http_state)http->state) {
    case HTTP_START:
        /* Another protocol, such as TLS, whose bytes may never end a line. */
        if (line[0] != '\r' && text_span(line, 1, IN_TOKEN) == 0)
            return 400;
        if (n <= REQUEST_LINE_MAX)
            return 0;
        if (memcmp(line, "HEAD ", 5) == 0)
            http->method = HTTP_HEAD; /* its refusal has no body */
        return text_span(line, METHOD_MAX, IN_TOKEN) < METHOD_MAX ? 414 : 501;
    case HTTP_CHUNK_SIZE:
        return n > CHUNK_LINE_MAX ? 400 : 0;
    case HTTP_CHUNK_END:
        return n > 2 ? 400 : 0;
    case HTTP_FIELDS:
    case HTTP_TRAILERS:
    case HTTP_BODY:
    case HTTP_CHUNK:
        break;
    }
    return http->head + n > HTTP_HEAD_MAX ? 431 : 0;
}

#include "loadgen/protocol/http_reply.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* A part of a line: from `at` up to, but without, `end`. */
struct piece {
    const char *at;
    const char *end;
};

static bool is_word(struct piece piece, const char *word)
{
    size_t len = (size_t)(piece.end - piece.at);

    return len == strlen(word) && strncasecmp(piece.at, word, len) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool http_is_token(char c)
{
    char lower = (char)(c | 0x20);

    return (lower >= 'a' && lower <= 'z') || c == '-' || is_digit(c) ||
           (c != '\0' && strchr("!#$%&'*+.^_`|~", c));
}

static struct piece trim(struct piece piece)
{
    while (piece.at < piece.end && (*piece.at == ' ' || *piece.at == '\t'))
        piece.at++;
    while (piece.at < piece.end &&
           (piece.end[-1] == ' ' || piece.end[-1] == '\t'))
        piece.end--;
    return piece;
}

static const char start[] = "HTTP/1.";
static const size_t start_len = sizeof(start) - 1;

bool http_reply_starts(const char *bytes, size_t n, size_t at)
{
    if (at >= start_len)
        return true;
    return memcmp(bytes, start + at, n < start_len - at ? n : start_len - at) ==
           0;
}

/* "HTTP/1.1 200 OK"; the text after the status may be missing or empty. */
static const char *parse_status(struct piece line, struct http_reply *reply)
{
    const char *at = line.at;

    if (line.end - at < 12 || memcmp(at, start, start_len) != 0 ||
        !is_digit(at[7]) || at[8] != ' ')
        return "the reply is not HTTP/1.1";
    if (!is_digit(at[9]) || !is_digit(at[10]) || !is_digit(at[11]) ||
        (line.end - at > 12 && at[12] != ' '))
        return "the reply's status is no number";
    reply->status = (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
    reply->old = at[7] == '0';
    return NULL;
}

static const char *parse_length(struct piece value, struct http_reply *reply)
{
    size_t len = 0;

    if (value.at == value.end)
        return "Content-Length is empty";
    for (const char *at = value.at; at < value.end; at++) {
        if (!is_digit(*at))
            return "Content-Length is no number";
        len = len * 10 + (size_t)(*at - '0');
        if (len > HTTP_BODY_MOST)
            return "the reply is longer than 64 MiB";
    }
    if (reply->has_length && len != reply->length)
        return "two different Content-Length";
    reply->has_length = true;
    reply->length = len;
    return NULL;
}

/* Nobody has asked for any other coding, and chunked must not come twice. */
static const char *parse_coding(struct piece value, struct http_reply *reply)
{
    if (reply->chunked || !is_word(value, "chunked"))
        return "a Transfer-Encoding other than chunked";
    reply->chunked = true;
    return NULL;
}

/* Connection is a list (RFC 9110, 7.6.1). */
static void take_options(struct piece list, struct http_reply *reply)
{
    while (list.at < list.end) {
        const char *comma = memchr(list.at, ',', (size_t)(list.end - list.at));
        const char *end = comma ? comma : list.end;
        struct piece option = trim((struct piece){list.at, end});
        reply->says_close |= is_word(option, "close");
        reply->says_keep_alive |= is_word(option, "keep-alive");
        list.at = comma ? comma + 1 : list.end;
    }
}

/* Takes "NAME: VALUE" apart. */
static bool split(struct piece line, struct piece *name, struct piece *value)
{
    const char *at = line.at;

    while (at < line.end && *at != ':' && http_is_token(*at))
        at++;
    if (at == line.at || at == line.end || *at != ':')
        return false;
    *name = (struct piece){line.at, at};
    *value = trim((struct piece){at + 1, line.end});
    return true;
}

static const char *parse_field(struct piece line, struct http_reply *reply)
{
    struct piece name;
    struct piece value;

    if (!split(line, &name, &value))
        return "a line of the reply's head is no field";
    if (is_word(name, "Content-Length"))
        return parse_length(value, reply);
    if (is_word(name, "Transfer-Encoding"))
        return parse_coding(value, reply);
    if (is_word(name, "Connection"))
        take_options(value, reply);
    return NULL;
}

/* The head is whole: what follows from it (RFC 9112, 6.3 and 9.3)? */
static const char *conclude(struct http_reply *reply)
{
    bool bodiless = reply->status < 200 || reply->status == 204;

    if (reply->chunked && reply->has_length)
        return "both Content-Length and Transfer-Encoding";
    if (reply->chunked && reply->old)
        return "Transfer-Encoding in a reply of HTTP/1.0";
    if (bodiless)
        reply->length = 0; /* whatever the fields say */
    else if (reply->chunked)
        reply->framing = HTTP_CHUNKED;
    else if (!reply->has_length)
        reply->framing = HTTP_UNTIL_END;
    reply->closing = reply->says_close ||
                     (reply->old && !reply->says_keep_alive) ||
                     reply->framing == HTTP_UNTIL_END;
    return NULL;
}

static const char *parse_line(struct http_reply *reply, struct piece line,
                              bool *whole)
{
    int class = reply->status / 100;

    if (!reply->begun) {
        reply->begun = true;
        return parse_status(line, reply);
    }
    *whole = line.at == line.end;
    if (class != 1 && class != 2)
        return NULL;
    return *whole ? conclude(reply) : parse_field(line, reply);
}

int http_reply_line(struct http_reply *reply, const char *line, size_t n,
                    const char **why)
{
    bool whole = false;

    if (n < 2 || line[n - 2] != '\r' || memchr(line, '\r', n - 2))
        *why = "a line of the reply's head does not end in CR LF";
    else if (memchr(line, '\0', n))
        *why = "a NUL in the reply's head";
    else
        *why = parse_line(reply, (struct piece){line, line + n - 2}, &whole);
    if (*why)
        return -EBADMSG;
    return whole ? 1 : 0;
}

static void copy_printable(struct piece value, char *text, size_t size)
{
    size_t n = 0;

    for (const char *at = value.at; at < value.end && n + 1 < size; at++, n++) {
        text[n] = *at;
        if (*at < ' ' || *at > '~')
            text[n] = '?';
    }
    text[n] = '\0';
}

void http_reply_location(const char *head, size_t n, char *text, size_t size)
{
    const char *end = head + n;
    const char *lf;
    struct piece name;
    struct piece value;

    text[0] = '\0';
    for (; (lf = memchr(head, '\n', (size_t)(end - head))); head = lf + 1) {
        if (split((struct piece){head, lf - 1}, &name, &value) &&
            is_word(name, "Location")) {
            copy_printable(value, text, size);
            return;
        }
    }
}

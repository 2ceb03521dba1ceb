#include "loadgen/http_reply.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* A part of the head: from `at` up to, but without, `end`. */
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

static struct piece trim(struct piece piece)
{
    while (piece.at < piece.end && (*piece.at == ' ' || *piece.at == '\t'))
        piece.at++;
    while (piece.at < piece.end &&
           (piece.end[-1] == ' ' || piece.end[-1] == '\t'))
        piece.end--;
    return piece;
}

/* "HTTP/1.1 200 OK"; the text after the status may be missing or empty. */
static const char *parse_status(struct piece line, struct http_reply *reply)
{
    const char *at = line.at;

    if (line.end - at < 12 || strncmp(at, "HTTP/1.", 7) != 0 ||
        !is_digit(at[7]) || at[8] != ' ')
        return "the reply is not HTTP/1.1";
    if (!is_digit(at[9]) || !is_digit(at[10]) || !is_digit(at[11]) ||
        (line.end - at > 12 && at[12] != ' '))
        return "the reply's status is no number";
    reply->status = (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
    reply->closing = at[7] == '0'; /* unless it says otherwise */
    return NULL;
}

static const char *parse_length(struct piece value, bool *known,
                                struct http_reply *reply)
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
    if (*known && len != reply->body_len)
        return "two different Content-Length";
    *known = true;
    reply->body_len = len;
    return NULL;
}

/* Connection is a list (RFC 9110, 7.6.1). */
static void take_options(struct piece list, struct http_reply *reply)
{
    while (list.at < list.end) {
        const char *comma = memchr(list.at, ',', (size_t)(list.end - list.at));
        const char *end = comma ? comma : list.end;
        struct piece option = trim((struct piece){list.at, end});
        if (is_word(option, "close"))
            reply->closing = true;
        if (is_word(option, "keep-alive"))
            reply->closing = false;
        list.at = comma ? comma + 1 : list.end;
    }
}

static const char *parse_field(struct piece line, const char *head,
                               bool *length_known, struct http_reply *reply)
{
    const char *colon = memchr(line.at, ':', (size_t)(line.end - line.at));

    if (!colon || colon == line.at || colon[-1] == ' ' || *line.at == ' ' ||
        *line.at == '\t')
        return "a line of the reply's head is no field";
    struct piece name = {line.at, colon};
    struct piece value = trim((struct piece){colon + 1, line.end});
    if (is_word(name, "Content-Length"))
        return parse_length(value, length_known, reply);
    if (is_word(name, "Transfer-Encoding"))
        return "replies with Transfer-Encoding are not there yet";
    if (is_word(name, "Connection"))
        take_options(value, reply);
    if (is_word(name, "Date")) {
        reply->date_at = (size_t)(value.at - head);
        reply->date_len = (size_t)(value.end - value.at);
    }
    return NULL;
}

/* The line at `at`, without its CR LF, which must come before `end`. */
static const char *next_line(const char *at, const char *end,
                             struct piece *line)
{
    const char *lf = memchr(at, '\n', (size_t)(end - at));

    if (!lf || lf == at || lf[-1] != '\r' ||
        memchr(at, '\r', (size_t)(lf - at - 1)))
        return "a line of the reply's head does not end in CR LF";
    *line = (struct piece){at, lf - 1};
    return NULL;
}

static const char *parse_head(const char *bytes, const char *end,
                              struct http_reply *reply)
{
    struct piece line;
    bool length_known = false;
    const char *why = next_line(bytes, end, &line);

    if (!why)
        why = parse_status(line, reply);
    /* Of a reply that is not wanted anyway, nothing else is asked. */
    if (!why && reply->status / 100 != 2)
        return NULL;
    while (!why && line.end + 2 < end) {
        why = next_line(line.end + 2, end, &line);
        if (!why)
            why = parse_field(line, bytes, &length_known, reply);
    }
    if (!why && !length_known)
        why = "the reply has no Content-Length";
    return why;
}

int http_reply_parse(const char *bytes, size_t n, struct http_reply *reply,
                     const char **why)
{
    static const char start[] = "HTTP/1.";
    const size_t start_len = sizeof(start) - 1;
    const char *end = memmem(bytes, n, "\r\n\r\n", 4);

    *reply = (struct http_reply){0};
    if (memcmp(bytes, start, n < start_len ? n : start_len) != 0)
        *why = "the reply is not HTTP/1.1";
    else if (end)
        *why = parse_head(bytes, end + 2, reply);
    else
        *why = n > HTTP_HEAD_MOST ? "the reply's head is over 64 KiB" : NULL;
    if (*why)
        return -EBADMSG;
    reply->head_len = end ? (size_t)(end + 4 - bytes) : 0;
    return end ? 1 : 0;
}

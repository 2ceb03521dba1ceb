/* http_reply.h: the head of an HTTP/1.1 reply, taken apart line by line, as
 * strictly as RFC 9112 lets a client be. */
#ifndef LOADGEN_PROTOCOL_HTTP_REPLY_H
#define LOADGEN_PROTOCOL_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum {
    HTTP_HEAD_MOST = 64 * 1024,
    HTTP_BODY_MOST = 64 * 1024 * 1024,
};

/* What tells where the body ends (RFC 9112, 6.3). */
enum http_framing {
    HTTP_COUNTED, /* it has `length` bytes, which may be none */
    HTTP_CHUNKED,
    HTTP_UNTIL_END, /* that of the connection */
};

/* All zero before the first line. */
struct http_reply {
    int status;
    /* Once the head is whole: */
    enum http_framing framing;
    size_t length;
    bool closing; /* the connection ends after this reply */
    /* What it has said so far: */
    bool begun;
    bool old; /* HTTP/1.0 */
    bool has_length;
    bool chunked;
    bool says_close;
    bool says_keep_alive;
};

/* Can bytes `at` and following of a reply be the first of these `n`? Tells
 * what is no HTTP at all before a line of it ends. */
bool http_reply_starts(const char *bytes, size_t n, size_t at);

/* Takes the next line, of `n` bytes, the last of which is its LF. 1 if the head
 * is whole with it, 0 if not, or -EBADMSG with the reason in `*why`, a
 * constant. Of a final reply other than 2xx only the ends of lines are
 * checked: it is not wanted anyway. */
int http_reply_line(struct http_reply *reply, const char *line, size_t n,
                    const char **why);

/* Writes the value of Location in a whole head of `n` bytes to `text`; what
 * could do harm on a terminal becomes '?', what has no room is cut. "" if there
 * is none. */
void http_reply_location(const char *head, size_t n, char *text, size_t size);

/* May `c` be in the name of a field (RFC 9110, 5.6.2)? */
bool http_is_token(char c);

#endif

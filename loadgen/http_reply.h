/* http_reply.h: the head of an HTTP/1.1 reply, taken apart. */
#ifndef LOADGEN_HTTP_REPLY_H
#define LOADGEN_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum {
    HTTP_HEAD_MOST = 64 * 1024,
    HTTP_BODY_MOST = 64 * 1024 * 1024,
};

struct http_reply {
    int status;
    size_t head_len; /* with the empty line */
    size_t body_len; /* by Content-Length */
    size_t date_at;  /* where the value of Date is; date_len 0: nowhere */
    size_t date_len;
    bool closing; /* the connection ends after this reply */
};

/* Parses the head that `bytes` begin with. 1 when it is whole, 0 if more
 * bytes are needed, or -EBADMSG with the reason in `*why`, a constant. See RFC
 * 9112. Chunked replies, and those whose end is that of the connection, are
 * refused for now. */
int http_reply_parse(const char *bytes, size_t n, struct http_reply *reply,
                     const char **why);

#endif

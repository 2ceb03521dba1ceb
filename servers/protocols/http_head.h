/* http_head.h: the lines of a request's head, judged one by one. Whatever is
 * ambiguous is refused, because two readers of one byte stream that disagree
 * on where a request ends are a security hole. */
#ifndef SERVERS_PROTOCOLS_HTTP_HEAD_H
#define SERVERS_PROTOCOLS_HTTP_HEAD_H

#include "servers/protocols/http.h"

/* Each takes a line of `n` bytes without its CR LF, and returns 0 or the
 * status code with which to refuse the request. */

/* RFC 9112, 3. */
int http_request_line(struct http *http, const char *line, size_t n);

/* RFC 9112, 5, and the fields that this server minds. */
int http_field(struct http *http, const char *line, size_t n);

/* The same for the fields after a chunked body, which are checked and
 * ignored (RFC 9112, 7.1.2). */
int http_trailer(const char *line, size_t n);

/* The size of the next chunk, into http->left (RFC 9112, 7.1). */
int http_chunk_size(struct http *http, const char *line, size_t n);

/* What can be judged only when the head is complete: 0 or a status. */
int http_head_end(const struct http *http);

/* A line of which `n` > 0 bytes are here, its end perhaps not: 0, or the status
 * with which it is refused already: too long, or begun as no request begins.
 * Depends on nothing but the bytes of the line before the one that is too
 * much. */
int http_line_so_far(struct http *http, const char *line, size_t n);

#endif

/* http_reply.h: every reply that the HTTP service gives. */
#ifndef SERVERS_PROTOCOLS_HTTP_REPLY_H
#define SERVERS_PROTOCOLS_HTTP_REPLY_H

#include <stddef.h>

struct conn;
struct worker;

/* Bytes of the longest reply but those of a page with long fields. */
enum { HTTP_REPLY_MAX = 512 };

/* The phrase that goes with a status that this server uses. */
const char *http_reason(int status);

/* 200 with the fixed body, or without it to HEAD. */
void http_reply_hello(struct conn *conn, struct worker *worker);

/* A page that only shows `status`, without its body to HEAD, and with further
 * `fields`, each with its CR LF. The connection goes on as it would. */
void http_reply_page(struct conn *conn, struct worker *worker, int status,
                     const char *fields);

/* 100: go on, send the body (RFC 9110, 10.1.1). */
void http_reply_continue(struct conn *conn, struct worker *worker);

/* A refusal with `status`, after which the connection closes. */
void http_reply_error(struct conn *conn, struct worker *worker, int status);

/* The Connection field of the reply to the present request, "" for none. */
const char *http_connection_field(const struct conn *conn,
                                  const struct worker *worker);

#endif

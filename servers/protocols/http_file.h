/* http_file.h: the reply to a request for a file (RFC 9110). */
#ifndef SERVERS_PROTOCOLS_HTTP_FILE_H
#define SERVERS_PROTOCOLS_HTTP_FILE_H

struct conn;
struct worker;

/* Answers the request in conn->http.ask, which is complete: with the file, a
 * part of it, or why there is none. Makes the file what conn_out() offers
 * after its head. */
void http_file_answer(struct conn *conn, struct worker *worker);

#endif

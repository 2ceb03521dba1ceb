/* http_ask.h: what is kept of a request for a file until it is complete, since
 * the bytes of its head are gone by then. */
#ifndef SERVERS_PROTOCOLS_HTTP_ASK_H
#define SERVERS_PROTOCOLS_HTTP_ASK_H

#include "servers/files/target.h"
#include "servers/files/validators.h"
#include "servers/protocols/http.h"
#include "servers/protocols/text.h"

struct conn;
struct worker;

#define HTTP_INDEX "index.html" /* stands for the folder it is in */

/* Bytes of one field's value, repetitions included; longer: 431. */
enum { HTTP_CONDITION_MAX = 1024 };

struct http_ask {
    struct conditions conditions; /* their text is in `room` */
    char path[TARGET_PATH_SIZE + sizeof(HTTP_INDEX)];
    char room[CONDITIONS][HTTP_CONDITION_MAX];
};

/* Begins http->ask, in memory from the worker's pool, with the request line of
 * `n` bytes, which is right. 0, or a status to refuse the request with. */
int http_ask_begin(struct conn *conn, struct worker *worker, const char *line,
                   size_t n);

/* Keeps the field if it is a condition. 0 or a status. */
int http_ask_field(struct http_ask *ask, struct text name, struct text value);

/* Gives http->ask back. */
void http_ask_end(struct http *http, struct worker *worker);

#endif

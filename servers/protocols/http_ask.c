#include "servers/protocols/http_ask.h"

#include "servers/conn.h"
#include "servers/worker.h"

#include <string.h>

_Static_assert(sizeof(struct http_ask) <= BUFFER_SIZE,
               "a request must fit into what the pool lends");

/* Between the first blank and the last. */
static struct text target_of(const char *line, size_t n)
{
    const char *target = (const char *)memchr(line, ' ', n) + 1;
    const char *end = memrchr(line, ' ', n);

    return (struct text){target, (size_t)(end - target)};
}

int http_ask_begin(struct conn *conn, struct worker *worker, const char *line,
                   size_t n)
{
    struct http_ask *ask;

    if (conn->http.method != HTTP_GET && conn->http.method != HTTP_HEAD)
        return 405;
    ask = pool_borrow(&worker->pool);
    if (!ask)
        return 503;
    ask->conditions = (struct conditions){0};
    conn->http.ask = ask;
    return target_path(target_of(line, n), ask->path);
}

/* Adds a value to what an earlier field of this name had, after a comma: that
 * is what a list in several fields means (RFC 9110, 5.3), and makes of two
 * dates or ranges one that nobody understands, so that they are ignored. */
static int keep(struct http_ask *ask, enum condition which, struct text value)
{
    struct text *field = &ask->conditions.field[which];
    char *room = ask->room[which];
    size_t n = field->at ? field->n + 1 : 0;

    if (n + value.n > HTTP_CONDITION_MAX)
        return 431;
    if (n > 0)
        room[n - 1] = ',';
    memcpy(room + n, value.at, value.n);
    *field = (struct text){room, n + value.n};
    return 0;
}

int http_ask_field(struct http_ask *ask, struct text name, struct text value)
{
    static const char *const names[CONDITIONS] = {
        [IF_MATCH] = "If-Match",
        [IF_UNMODIFIED_SINCE] = "If-Unmodified-Since",
        [IF_NONE_MATCH] = "If-None-Match",
        [IF_MODIFIED_SINCE] = "If-Modified-Since",
        [IF_RANGE] = "If-Range",
        [RANGE] = "Range",
    };

    for (enum condition which = 0; which < CONDITIONS; which++) {
        if (text_is(name, names[which]))
            return keep(ask, which, value);
    }
    return 0;
}

void http_ask_end(struct http *http, struct worker *worker)
{
    pool_give_back(&worker->pool, http->ask, POOL_KEEPS);
    http->ask = NULL;
}

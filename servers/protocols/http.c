#include "servers/protocols/http.h"

#include "servers/conn.h"
#include "servers/protocols/http_ask.h"
#include "servers/protocols/http_file.h"
#include "servers/protocols/http_head.h"
#include "servers/protocols/http_reply.h"
#include "servers/worker.h"

#include <string.h>

static void answer_with_file(struct conn *conn, struct worker *worker)
{
    http_file_answer(conn, worker);
    http_ask_end(&conn->http, worker);
}

/* The request is complete: answer it and be ready for the next. */
static void answer(struct conn *conn, struct worker *worker)
{
    struct http *http = &conn->http;

    if (!http->minor && !http->keep)
        http->close = true;
    worker->counts[COUNT_REQUESTS]++;
    if (http->ask)
        answer_with_file(conn, worker);
    else
        http_reply_hello(conn, worker);
    /* A peer that asked for the end sends nothing more, so closing is safe;
     * one that is told of the end may be sending. */
    if (http->close || worker->stopping)
        conn_finish(conn, !http->close);
    *http = (struct http){0};
    timer_stop(&conn->hurry);
}

static void refuse(struct conn *conn, struct worker *worker, int status)
{
    worker->counts[COUNT_REQUESTS]++;
    conn->why = http_reason(status);
    http_reply_error(conn, worker, status);
    conn_finish(conn, true);
}

static int end_head(struct conn *conn, struct worker *worker)
{
    struct http *http = &conn->http;
    bool has_body = http->chunked || http->left > 0;
    int status = http_head_end(http);

    if (status)
        return status;
    /* Always, even when the body is here already: it must not depend on how
     * the bytes were cut. */
    if (http->expects && has_body)
        http_reply_continue(conn, worker);
    if (http->chunked)
        http->state = HTTP_CHUNK_SIZE;
    else if (has_body)
        http->state = HTTP_BODY;
    else
        answer(conn, worker);
    return 0;
}

/* An empty line may come before a request line (RFC 9112, 2.2): one. */
static int start(struct conn *conn, struct worker *worker, const char *line,
                 size_t n)
{
    struct http *http = &conn->http;
    int status;

    if (n == 0 && !http->blank) {
        http->blank = true;
        return 0;
    }
    status = http_request_line(http, line, n);
    http->state = HTTP_FIELDS;
    if (!status && worker->server->root)
        status = http_ask_begin(conn, worker, line, n);
    return status;
}

static int chunk_size(struct http *http, const char *line, size_t n)
{
    int status = http_chunk_size(http, line, n);

    http->state = http->left > 0 ? HTTP_CHUNK : HTTP_TRAILERS;
    return status;
}

/* Takes one line, without its CR LF. Returns 0 or a status to refuse with. */
static int take_line(struct conn *conn, struct worker *worker, const char *line,
                     size_t n)
{
    struct http *http = &conn->http;

    switch ((enum http_state)http->state) {
    case HTTP_START:
        return start(conn, worker, line, n);
    case HTTP_FIELDS:
        return n > 0 ? http_field(http, line, n) : end_head(conn, worker);
    case HTTP_CHUNK_SIZE:
        return chunk_size(http, line, n);
    case HTTP_CHUNK_END:
        http->state = HTTP_CHUNK_SIZE;
        return n == 0 ? 0 : 400;
    case HTTP_TRAILERS:
        if (n > 0)
            return http_trailer(line, n);
        answer(conn, worker);
        return 0;
    case HTTP_BODY:
    case HTTP_CHUNK:
        break;
    }
    return 400;
}

/* Takes the line that begins at `bytes`, if it is complete, and returns how
 * many bytes that was. */
static size_t take_to_line_end(struct conn *conn, struct worker *worker,
                               const char *bytes, size_t n)
{
    struct http *http = &conn->http;
    const char *lf = memchr(bytes, '\n', n);
    size_t length = lf ? (size_t)(lf - bytes) + 1 : n;
    int status = http_line_so_far(http, bytes, length);

    if (!status && !lf)
        return 0;
    if (!status) {
        if (http->state != HTTP_CHUNK_SIZE && http->state != HTTP_CHUNK_END)
            http->head += (uint32_t)length;
        if (length < 2 || lf[-1] != '\r')
            status = 400;
        else
            status = take_line(conn, worker, bytes, length - 2);
    }
    if (status)
        refuse(conn, worker, status);
    return length;
}

/* Discards the part of a body that is here. */
static size_t take_body(struct conn *conn, struct worker *worker, size_t n)
{
    struct http *http = &conn->http;
    size_t used = n < http->left ? n : (size_t)http->left;

    http->left -= used;
    if (http->left > 0)
        return used;
    if (http->state == HTTP_CHUNK)
        http->state = HTTP_CHUNK_END;
    else
        answer(conn, worker);
    return used;
}

/* Whether a request may begin: its replies, of which there can be two with a
 * 100, must find room. None does behind a file. */
static bool may_begin(const struct conn *conn)
{
    return !conn->sends_file &&
           buffer_waiting(&conn->out) + 2 * HTTP_REPLY_MAX <= BUFFER_SIZE;
}

size_t http_take(struct conn *conn, struct worker *worker, const char *bytes,
                 size_t n)
{
    const struct http *http = &conn->http;
    size_t used = 0;

    while (used < n && conn->phase == PHASE_OPEN) {
        size_t step;
        if (http->state == HTTP_START && !may_begin(conn))
            break;
        if (http->state == HTTP_BODY || http->state == HTTP_CHUNK)
            step = take_body(conn, worker, n - used);
        else
            step = take_to_line_end(conn, worker, bytes + used, n - used);
        if (step == 0)
            break;
        used += step;
    }
    return used;
}

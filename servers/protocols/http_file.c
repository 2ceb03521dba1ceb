#include "servers/protocols/http_file.h"

#include "servers/conn.h"
#include "servers/files/media.h"
#include "servers/files/range.h"
#include "servers/files/root.h"
#include "servers/protocols/http_ask.h"
#include "servers/protocols/http_reply.h"
#include "servers/worker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The status that tells of an error of opening. What lies outside of the root
 * is not told from what does not exist. */
static int status_of(int error)
{
    switch (error) {
    case -EACCES:
    case -EPERM:
        return 403;
    case -EMFILE:
    case -ENFILE:
    case -ENOMEM:
    case -EAGAIN:
    case -EINTR:
        return 503;
    case -EIO:
    case -EINVAL:
        return 500;
    default:
        return 404;
    }
}

static void reply_error(struct conn *conn, struct worker *worker, int error)
{
    int status = status_of(error);

    if (status >= 500)
        worker_complain(worker, "can't serve a file", strerror(-error));
    http_reply_page(conn, worker, status, "");
}

/* To the folder's path with a slash at its end (RFC 9110, 15.4.2). */
static void reply_moved(struct conn *conn, struct worker *worker,
                        const char *path)
{
    static const char name[] = "Location: ";
    char field[sizeof(name) + 3 * (size_t)TARGET_PATH_SIZE + 8];
    size_t n = sizeof(name) - 1;

    memcpy(field, name, n);
    n += target_of_folder(path, field + n);
    memcpy(field + n, "\r\n", 3);
    http_reply_page(conn, worker, 301, field);
}

static void reply_nowhere(struct conn *conn, struct worker *worker,
                          uint64_t size)
{
    char field[64];

    snprintf(field, sizeof(field), "Content-Range: bytes */%" PRIu64 "\r\n",
             size);
    http_reply_page(conn, worker, 416, field);
}

/* What a reply says about the bytes that follow it. */
static void describe(char *fields, size_t size, int status,
                     const struct transfer *file, const char *type)
{
    int n = snprintf(fields, size,
                     "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n",
                     type, file->end - file->at);

    if (status == 206)
        snprintf(fields + n, size - (size_t)n,
                 "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                 file->at, file->end - 1, file->facts.size);
}

static void reply_head(struct conn *conn, struct worker *worker, int status,
                       const struct validators *validators)
{
    char *room = conn_room(conn, worker, HTTP_REPLY_MAX);
    char fields[256] = "";

    if (!room)
        return;
    if (status != 304)
        describe(fields, sizeof(fields), status, &conn->file,
                 media_type(conn->http.ask->path));
    conn->out.len += (uint32_t)snprintf(
        room, HTTP_REPLY_MAX,
        "HTTP/1.1 %d %s\r\nDate: %s\r\n%sLast-Modified: %s\r\nETag: %s\r\n"
        "Accept-Ranges: bytes\r\n%s\r\n",
        status, http_reason(status), worker->date, fields, validators->modified,
        validators->etag, http_connection_field(conn, worker));
}

/* The head and what comes after it, which is nothing after a HEAD. */
static void reply_file(struct conn *conn, struct worker *worker, int status,
                       const struct validators *validators)
{
    struct transfer *file = &conn->file;
    bool has_body =
        status != 304 && conn->http.method == HTTP_GET && file->at < file->end;
    int error = has_body ? file->root->begin(file, &worker->spares) : 0;

    if (error) {
        reply_error(conn, worker, error);
        return;
    }
    reply_head(conn, worker, status, validators);
    conn->sends_file = has_body && conn->phase == PHASE_OPEN;
}

/* Answers with the file, which is open. */
static void judge(struct conn *conn, struct worker *worker)
{
    const struct conditions *conditions = &conn->http.ask->conditions;
    struct transfer *file = &conn->file;
    const struct validators validators =
        validators_of(&file->facts, worker->date_s);
    int status = conditions_judge(conditions, &validators);
    enum range range = RANGE_WHOLE;

    if (status == 412) {
        http_reply_page(conn, worker, status, "");
        return;
    }
    if (!status && conn->http.method == HTTP_GET &&
        conditions_allow_range(conditions, &validators))
        range = range_read(conditions->field[RANGE], file->facts.size,
                           &file->at, &file->end);
    if (range == RANGE_NOWHERE) {
        reply_nowhere(conn, worker, file->facts.size);
        return;
    }
    if (!status)
        status = range == RANGE_PART ? 206 : 200;
    reply_file(conn, worker, status, &validators);
}

/* Makes the path of a folder, which ends with a slash, that of its index. */
static bool take_index(struct http_ask *ask)
{
    size_t n = strlen(ask->path);

    if (n > 0 && ask->path[n - 1] != '/')
        return false;
    memcpy(ask->path + n, HTTP_INDEX, sizeof(HTTP_INDEX));
    return true;
}

void http_file_answer(struct conn *conn, struct worker *worker)
{
    const struct root *root = worker->server->root;
    bool is_index = take_index(conn->http.ask);
    const char *path = conn->http.ask->path;
    int error = root->open(root, path, &conn->file);

    if (error == -EISDIR && !is_index)
        reply_moved(conn, worker, path);
    else if (error)
        reply_error(conn, worker, error);
    if (error)
        return;
    judge(conn, worker);
    if (!conn->sends_file)
        root->close(&conn->file, &worker->spares);
}

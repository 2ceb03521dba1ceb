#include "servers/conn.h"

#include "servers/files/root.h"
#include "servers/protocols/echo.h"
#include "servers/worker.h"

void conn_init(struct conn *conn, int fd)
{
    *conn = (struct conn){
        .fd = fd,
        .gen = conn->gen + 1,
        .open = true,
        .want = WANT_READ,
        .armed = WANT_CLOSE,
    };
}

static void break_off(struct conn *conn)
{
    conn->phase = PHASE_BROKEN;
    conn->why = "out of memory";
}

char *conn_room(struct conn *conn, struct worker *worker, size_t n)
{
    char *room = buffer_room(&worker->pool, &conn->out, n);

    if (!room)
        break_off(conn);
    return room;
}

void conn_finish(struct conn *conn, bool lingers)
{
    conn->phase = PHASE_LAST;
    conn->lingers = lingers;
}

/* Lets the protocol take what it can; returns how much that was. */
static size_t take(struct conn *conn, struct worker *worker, const char *bytes,
                   size_t n)
{
    switch (worker->server->proto) {
    case PROTO_ECHO:
        return echo_take(conn, worker, bytes, n);
    case PROTO_HTTP:
        return http_take(conn, worker, bytes, n);
    case PROTO_RECORD:
        return record_take(conn, worker, bytes, n);
    }
    return n;
}

/* Once all replies are sent: what comes after them. */
static enum want after_replies(struct conn *conn, const struct worker *worker)
{
    bool between = conn->phase == PHASE_OPEN && !conn_begun(conn);

    if (worker->stopping && between)
        conn_finish(conn, true);
    if (conn->eof || (conn->phase == PHASE_LAST && !conn->lingers))
        return WANT_CLOSE;
    if (conn->phase == PHASE_LAST) {
        conn->phase = PHASE_LINGER;
        conn->shuts = true;
        timer_stop(&conn->hurry);
    }
    return WANT_READ;
}

static enum want settle(struct conn *conn, struct worker *worker)
{
    enum want want;

    if (conn->phase == PHASE_BROKEN)
        want = WANT_CLOSE;
    else if (conn->out.mem || conn->sends_file)
        want = WANT_WRITE;
    else
        want = after_replies(conn, worker);
    conn->want = (uint8_t)want;
    worker_progress(worker, conn);
    return want;
}

/* Takes input from the connection's own buffer. */
static void take_kept(struct conn *conn, struct worker *worker)
{
    struct buffer *in = &conn->in;
    size_t used = take(conn, worker, in->mem + in->at, buffer_waiting(in));

    if (conn->phase == PHASE_OPEN)
        buffer_consume(&worker->pool, in, used);
    else
        buffer_release(&worker->pool, in);
}

enum want conn_feed(struct conn *conn, struct worker *worker, const char *bytes,
                    size_t n)
{
    size_t used = 0;

    if (conn->phase != PHASE_OPEN)
        return settle(conn, worker);
    if (!conn->in.mem)
        used = take(conn, worker, bytes, n);
    if (used < n && conn->phase == PHASE_OPEN) {
        bool kept = conn->in.mem != NULL;
        if (!buffer_append(&worker->pool, &conn->in, bytes + used, n - used))
            break_off(conn);
        else if (kept)
            take_kept(conn, worker);
    }
    return settle(conn, worker);
}

enum want conn_eof(struct conn *conn, struct worker *worker)
{
    conn->eof = true;
    if (worker->server->proto == PROTO_RECORD && record_lacks_end(conn))
        return conn_feed(conn, worker, "\n", 1);
    return settle(conn, worker);
}

static void file_sent(struct conn *conn, struct worker *worker, size_t n)
{
    struct transfer *file = &conn->file;

    file->at += n;
    if (file->at < file->end)
        return;
    conn->sends_file = false;
    file->root->close(file, &worker->spares);
}

enum want conn_sent(struct conn *conn, struct worker *worker, size_t n)
{
    if (conn->out.mem)
        buffer_consume(&worker->pool, &conn->out, n);
    else
        file_sent(conn, worker, n);
    if (!conn->out.mem && conn->in.mem && conn->phase == PHASE_OPEN)
        take_kept(conn, worker);
    return settle(conn, worker);
}

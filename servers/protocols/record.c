#include "servers/protocols/record.h"

#include "servers/conn.h"
#include "servers/recorder.h"
#include "servers/spool.h"
#include "servers/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { REPLY_MAX = 128 };

static const char *why(int error)
{
    switch (error) {
    case -ESTALE:
        return "the record file was removed or replaced";
    case -EMSGSIZE:
        return "line longer than 256 MiB";
    default:
        return strerror(-error);
    }
}

/* Answers a line of `n` bytes that was recorded, unless there is an error. */
static void answer(struct conn *conn, struct worker *worker, size_t n,
                   int error)
{
    char *room = conn_room(conn, worker, REPLY_MAX);
    int length;

    if (!room)
        return;
    if (error)
        length = snprintf(room, REPLY_MAX, "error: %.100s\n", why(error));
    else
        length = snprintf(room, REPLY_MAX, "recorded %zu\n", n);
    conn->out.len += (uint32_t)length;
    worker->counts[COUNT_REQUESTS]++;
    timer_stop(&conn->hurry);
}

/* Records the complete lines at the beginning of `bytes`, the first of which
 * ends at `lf`; returns how many bytes they are. */
static size_t take_lines(struct conn *conn, struct worker *worker,
                         const char *bytes, size_t n, const char *lf)
{
    struct text lines[RECORDER_LINES];
    size_t most = conn_space(conn) / REPLY_MAX;
    size_t n_lines = 0;
    size_t used = 0;
    int error;

    do {
        struct text *line = &lines[n_lines++];
        *line = (struct text){bytes + used, (size_t)(lf - bytes) - used};
        used += line->n + 1;
        if (line->n > 0 && lf[-1] == '\r')
            line->n--;
    } while (n_lines < RECORDER_LINES && n_lines < most &&
             (lf = memchr(bytes + used, '\n', n - used)));
    error = recorder_append(worker->server->recorder, lines, n_lines);
    for (size_t i = 0; i < n_lines; i++)
        answer(conn, worker, lines[i].n, error);
    return used;
}

static void end_long(struct conn *conn, struct worker *worker)
{
    struct spool *spool = conn->record.spool;
    struct text line = {spool_map(spool), spool->n};
    int error;

    if (spool->last == '\r')
        line.n--;
    error =
        line.at ? recorder_append(worker->server->recorder, &line, 1) : -errno;
    answer(conn, worker, line.n, error);
    record_forget(&conn->record);
}

static int keep(struct record *record, const struct recorder *recorder,
                const char *bytes, size_t n)
{
    if (!record->spool)
        record->spool = spool_new(recorder->folder);
    if (!record->spool)
        return -errno;
    if (n > RECORD_LINE_MAX - record->spool->n)
        return -EMSGSIZE;
    return spool_add(record->spool, bytes, n);
}

/* Takes `n` bytes of a line that is too long for memory; if it `ends`, its end
 * comes right behind them. */
static void take_long(struct conn *conn, struct worker *worker,
                      const char *bytes, size_t n, bool ends)
{
    struct record *record = &conn->record;
    int error = keep(record, worker->server->recorder, bytes, n);

    if (!error && ends)
        end_long(conn, worker);
    if (!error)
        return;
    answer(conn, worker, 0, error);
    record_forget(record);
    record->skips = !ends;
    if (error != -EMSGSIZE)
        return;
    conn->why = why(error);
    conn_finish(conn, true);
}

/* Takes what is one thing; returns how many bytes that was. */
static size_t take_some(struct conn *conn, struct worker *worker,
                        const char *bytes, size_t n)
{
    struct record *record = &conn->record;
    const char *lf = memchr(bytes, '\n', n);
    size_t length = lf ? (size_t)(lf - bytes) : n;
    size_t used = lf ? length + 1 : n;

    if (record->skips) {
        record->skips = !lf;
        return used;
    }
    if (record->spool || (!lf && n >= RECORD_IN_MEMORY)) {
        take_long(conn, worker, bytes, length, lf != NULL);
        return used;
    }
    return lf ? take_lines(conn, worker, bytes, n, lf) : 0;
}

size_t record_take(struct conn *conn, struct worker *worker, const char *bytes,
                   size_t n)
{
    size_t used = 0;

    while (used < n && conn->phase == PHASE_OPEN &&
           conn_space(conn) >= REPLY_MAX) {
        size_t step = take_some(conn, worker, bytes + used, n - used);
        if (step == 0)
            break;
        used += step;
    }
    return used;
}

void record_forget(struct record *record)
{
    if (record->spool)
        spool_free(record->spool);
    *record = (struct record){0};
}

bool record_lacks_end(const struct conn *conn)
{
    const struct buffer *in = &conn->in;

    return in->mem ? in->mem[in->len - 1] != '\n' : record_begun(&conn->record);
}

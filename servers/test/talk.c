#include "servers/test/talk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(struct talk *talk, const char *bytes, size_t n)
{
    if (talk->n + n >= talk->size) {
        talk->size = 2 * (talk->n + n) + 1024;
        talk->reply = realloc(talk->reply, talk->size);
        if (!talk->reply)
            abort();
    }
    memcpy(talk->reply + talk->n, bytes, n);
    talk->n += n;
    talk->reply[talk->n] = 0;
}

static void say_file(struct talk *talk, const struct out *out, size_t n)
{
    char *bytes = malloc(n);

    if (!bytes || pread(out->fd, bytes, n, out->off) != (ssize_t)n)
        abort();
    say(talk, bytes, n);
    free(bytes);
}

struct talk *talk_start(enum proto proto)
{
    struct talk *talk = calloc(1, sizeof(*talk));

    if (!talk)
        abort();
    talk->server = (struct server){.proto = proto,
                                   .max_connections = 10,
                                   .max_fd = 1,
                                   .workers = 1,
                                   .idle_ns = 10 * NS_PER_S,
                                   .request_ns = 2 * NS_PER_S,
                                   .grace_ns = 2 * NS_PER_S,
                                   .conns = &talk->conn,
                                   .tally = &talk->tally};
    worker_start(&talk->worker, &talk->server, 0);
    talk->worker.stopping = false; /* as an earlier test may have left it */
    talk->worker.now_ns = NS_PER_S;
    talk->worker.date_until_ns = UINT64_MAX;
    talk->worker.date_s = 784111777;
    memcpy(talk->worker.date, "Sun, 06 Nov 1994 08:49:37 GMT",
           HTTP_DATE_LENGTH);
    worker_open(&talk->worker, &talk->conn, 0);
    talk->want = WANT_READ;
    talk->send_max = 1000;
    say(talk, "", 0);
    return talk;
}

void talk_end(struct talk *talk)
{
    worker_forget(&talk->worker, &talk->conn);
    worker_end(&talk->worker);
    free(talk->reply);
    free(talk);
}

void talk_flush(struct talk *talk)
{
    while (talk->want == WANT_WRITE) {
        struct out out = conn_out(&talk->conn);
        size_t n = out.len < talk->send_max ? out.len : talk->send_max;
        if (n == 0)
            abort(); /* it wants to write, but has nothing to say */
        if (out.mem)
            say(talk, out.mem, n);
        else
            say_file(talk, &out, n);
        talk->want = conn_sent(&talk->conn, &talk->worker, n);
    }
}

void talk_feed(struct talk *talk, const char *bytes, size_t n)
{
    /* A copy that is gone afterwards: memory checkers see it if the
     * connection keeps a pointer, or reads too far. */
    char *copy;

    if (talk->want == WANT_CLOSE)
        return;
    copy = malloc(n ? n : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, n);
    talk->want = conn_feed(&talk->conn, &talk->worker, copy, n);
    free(copy);
    talk_flush(talk);
}

void talk_eof(struct talk *talk)
{
    talk->want = conn_eof(&talk->conn, &talk->worker);
    talk_flush(talk);
}

enum talk_end talk_state(const struct talk *talk)
{
    if (talk->want == WANT_CLOSE)
        return TALK_CLOSES;
    return talk->conn.phase == PHASE_LINGER ? TALK_LINGERS : TALK_OPEN;
}

/* loop.h: what the loop of every engine does alike: it opens connections and
 * opens them again, tells when that is settled, looks when the course has
 * changed, expires what waits too long, and knows what a reception means. How
 * it waits and how bytes move is the engine's. */
#ifndef LOADGEN_LOOP_H
#define LOADGEN_LOOP_H

#include "loadgen/worker.h"

#include "common/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* A wait that ends at once. */
#define LOOP_LOOK UINT64_C(0)

struct loop;

/* What an engine does with a connection. */
struct loop_ops {
    /* conn->fd is being connected: have loop_connected() called when that is
     * settled. 0 or -errno. */
    int (*opening)(struct loop *loop, struct conn *conn);
    /* It is connected: receive from now on. 0 or -errno. */
    int (*opened)(struct loop *loop, struct conn *conn);
    /* conn->fd will be closed next; NULL if the engine need not know. */
    void (*closing)(struct loop *loop, struct conn *conn);
    /* Send what there is to send, now or with the next system call. */
    void (*flush)(struct loop *loop, struct conn *conn);
};

struct loop {
    struct worker *worker;
    const struct loop_ops *ops;
    int timer_fd;     /* readable when `timer_fired` is due */
    uint32_t next;    /* the next connection to open for the first time */
    uint32_t opening; /* connections being opened */
    /* Connections to be opened again when fewer are; NOBODY. */
    uint32_t waiting_first;
    uint32_t waiting_last;
    uint64_t retry_ns; /* when to connect what could not begin to; 0: none */
    bool rearm;        /* the timer is to be set anew */
    bool settled;      /* all have been opened, or could not be */
    /* Set by the engine, and acted on after a batch of events: acting may
     * close what another event of the batch is about. */
    bool woken;
    bool timer_fired;
};

/* `worker` and `ops` are borrowed. 0 or -errno; loop_free() in both cases. */
int loop_init(struct loop *loop, struct worker *worker,
              const struct loop_ops *ops);
void loop_free(struct loop *loop);

/* Begins to open connections. 0 or -errno. */
int loop_start(struct loop *loop);

/* What a batch of events or the time demands, apart from connections. 0 or
 * -errno. */
int loop_between_batches(struct loop *loop);

/* Open loop: sends what is due, as far as connections are free. Call it after
 * each event: the moments planned do not wait for the end of a batch. */
static inline void loop_send_due(struct loop *loop)
{
    struct conn *conn;

    if (!loop->worker->plan)
        return;
    while ((conn = worker_due(loop->worker, clock_ns())))
        loop->ops->flush(loop, conn);
}

/* Before each wait: until when it may last if nothing happens; NOT_YET: as
 * long as nothing happens; LOOP_LOOK: it must not sleep at all. */
uint64_t loop_wait_until(struct loop *loop);

/* Connecting has ended, well or not. */
void loop_connected(struct loop *loop, struct conn *conn);

/* Closes it, counts `fault` with `why` in words, and opens it again if that is
 * worth while. */
void loop_fail(struct loop *loop, struct conn *conn, enum fault fault,
               const char *why);

/* Ends a connection of which came what ends it; `eof`: the server has closed. */
void loop_end(struct loop *loop, struct conn *conn,
              const struct checked *checked, bool eof);

/* Ends a connection that has had its requests, as it is to be closed. */
void loop_retire(struct loop *loop, struct conn *conn);

/* `n` bytes have come at `now_ns` (0: the server has closed): counts them. True
 * if the connection goes on and may have something to send. */
static inline bool loop_received(struct loop *loop, struct conn *conn,
                                 const char *bytes, size_t n, uint64_t now_ns)
{
    struct worker *worker = loop->worker;

    if (now_ns >= worker->edge_ns)
        worker_pass(worker, now_ns);
    if (worker_done(worker))
        return false;
    struct checked checked = worker_received(worker, conn, bytes, n, now_ns);
    if (checked.fault != FAULT_NONE || checked.closing) {
        loop_end(loop, conn, &checked, n == 0);
        return false;
    }
    if (worker_spent(conn)) {
        loop_retire(loop, conn);
        return false;
    }
    worker_fill(worker, conn, now_ns);
    return true;
}

#endif

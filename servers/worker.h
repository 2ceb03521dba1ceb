/* worker.h: what one thread, process or ring owns besides its connections:
 * the receive buffer, the pool, the clock, the deadlines and the counters.
 * It also knows when to stop, and when there are no descriptors left, so that
 * no model needs code for either. */
#ifndef SERVERS_WORKER_H
#define SERVERS_WORKER_H

#include "common/units.h"
#include "servers/conn.h"
#include "servers/model.h"
#include "servers/pool.h"
#include "servers/protocols/http_date.h"
#include "servers/tally.h"
#include "servers/timers.h"

#include <stdbool.h>
#include <stdint.h>

/* The same for every model, or their comparison would be worthless. */
enum {
    RECEIVE_SIZE = 16384,  /* bytes of one recv */
    SENDS_PER_TURN = 4,    /* a connection's at most, before others' turn */
    ACCEPTS_PER_WAKE = 16, /* likewise of the listening socket */
    EVENTS_PER_WAIT = 256,
};

/* A busy connection's idle deadline moves only so often, or it would cost
 * something at every request; so it comes up to this much late, never early. */
#define PROGRESS_QUANTUM_NS (128 * NS_PER_MS)
#define LINGER_NS (1000 * NS_PER_MS) /* PHASE_LINGER lasts at most so long */
#define RETRY_NS (100 * NS_PER_MS)   /* until accepting is tried again */

struct worker {
    const struct server *server;
    struct tally *tally;
    struct pool pool;
    struct spares spares;   /* for files */
    uint64_t now_ns;        /* as of the last worker_tick() */
    uint64_t date_until_ns; /* when `date` is to be formatted anew */
    int64_t date_s;         /* the same since the epoch */
    uint64_t retry_ns;      /* out of descriptors: when to accept again; or 0 */
    uint64_t stop_ns;       /* while stopping: when the grace ends */
    bool stopping;
    unsigned n_open;
    struct timers idle;
    struct timers request;
    struct timers linger;
    struct timers leaving; /* at rest when the stop came: due at once */
    uint64_t counts[COUNTS];
    char date[HTTP_DATE_LENGTH + 1];
    char received[RECEIVE_SIZE];
};

/* Makes `worker`, which may be anything before, number `index` of those that
 * serve `server`; starts its clock. It must not move while it has
 * connections. */
void worker_start(struct worker *worker, const struct server *server,
                  unsigned index);

/* Adds its counts to the tally and frees its pool. No connection is open. */
void worker_end(struct worker *worker);

/* Reads the clock and the stop flag: once after each wait. */
void worker_tick(struct worker *worker);

/* The same with a clock of the caller's, which never goes back. */
void worker_tick_at(struct worker *worker, uint64_t now_ns);

/* Tells all workers of the process to stop. Safe in a signal handler. */
void worker_stop_all(void);

/* Counts urgent data that a signal told of, for a worker of the process. Safe in
 * a signal handler. */
void worker_urgent_signal(void);

/* How long to wait at most, in ms; -1: until something happens. */
int worker_wait_ms(const struct worker *worker);

/* False: stopping, at --max-connections, or out of descriptors for now. */
static inline bool worker_accepting(const struct worker *worker)
{
    return !worker->stopping && worker->retry_ns == 0 &&
           worker->n_open < worker->server->max_connections;
}

/* Stopped, and the last connection is closed. */
static inline bool worker_done(const struct worker *worker)
{
    return worker->stopping && worker->n_open == 0;
}

/* accept() failed for want of descriptors or memory: don't try again before a
 * connection closes or a while has passed. */
void worker_pause(struct worker *worker);

/* Tells on stderr what went wrong and why, at most once a second for all
 * workers of the server together. */
void worker_complain(struct worker *worker, const char *what, const char *why);

/* Makes `conn`, a slot that is free, a connection on `fd`. */
void worker_open(struct worker *worker, struct conn *conn, int fd);

/* Frees the slot and what it holds; the descriptor is left to the caller. */
void worker_forget(struct worker *worker, struct conn *conn);

/* The next connection that is past a deadline, which is then said in its
 * `why`, or that the stop ends; NULL: none. It is no longer subject to
 * deadlines; the caller closes it. */
struct conn *worker_expired(struct worker *worker);

/* The open connection in the slot of `fd`. NULL: the event was for one that
 * has been closed since, even if the descriptor is in use again. */
struct conn *worker_find(const struct worker *worker, int fd, uint32_t gen);

/* Brings the deadlines of `conn` up to date after bytes came or went. conn.c
 * calls it. */
void worker_progress(struct worker *worker, struct conn *conn);

#endif

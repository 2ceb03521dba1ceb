/* worker.h: what one thread of the generator owns, whatever engine moves its
 * bytes: connections, requests in flight, deadlines, counters. No system call
 * but for reading the thread's own cost at the edges of the window, and for
 * closing at the end. */
#ifndef LOADGEN_WORKER_H
#define LOADGEN_WORKER_H

#include "loadgen/connections/source.h"
#include "loadgen/fault.h"
#include "loadgen/flights.h"
#include "loadgen/histogram.h"
#include "loadgen/intervals/handover.h"
#include "loadgen/protocol/reply.h"
#include "loadgen/protocol/request.h"
#include "loadgen/settings.h"

#include "common/cost.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { WORKER_BUFFER = 256 * 1024 };

#define NOT_YET UINT64_MAX

struct plan;

/* What the coordinating thread tells the workers, and they tell it. Written
 * rarely; after each change the other side is woken through an eventfd. */
struct course {
    atomic_bool go;            /* send now */
    atomic_bool stop;          /* end at once */
    atomic_bool over;          /* no step comes after this one */
    _Atomic uint64_t plan_ns;  /* when the plan of an open loop begins */
    _Atomic uint64_t start_ns; /* of the measured window, or NOT_YET */
    _Atomic uint64_t end_ns;
    atomic_uint settled;  /* workers that opened what they could open */
    atomic_uint finished; /* workers that have ended */
    sem_t release;        /* posted once a worker: it may go on, or go */
    int news_fd; /* eventfd: a worker settled, handed over or finished */
};

enum phase {
    PHASE_OPENING,
    PHASE_WARMUP,
    PHASE_WINDOW,
    PHASE_DRAIN, /* open loop: what the window has planned is awaited */
    PHASE_DONE,
};

enum conn_state {
    CONN_NEW,
    CONN_CONNECTING,
    CONN_OPEN,
    CONN_GONE, /* closed, and not to be opened again */
};

struct conn {
    int fd;
    enum conn_state state;
    bool blocked;       /* a send was short: the engine waits for room */
    bool offered;       /* open loop: in the ring of those that may be free */
    bool ending;        /* has had its requests: the server is to close it */
    bool proven;        /* may be opened again: has had a right reply since it
                         * was opened, or nothing is wrong with it */
    bool established;   /* was open once */
    bool heard;         /* has had right bytes of a reply */
    bool served;        /* has had a right reply */
    enum fault fault;   /* what ended it, if it is gone */
    uint32_t first;     /* the oldest request in flight, in its own ring */
    uint32_t in_flight; /* requests started and not answered */
    uint32_t unsent;    /* of these, not yet sent whole */
    size_t sent_bytes;  /* of the first unsent one */
    uint64_t sequence;  /* of the first unsent one */
    uint64_t left;      /* requests that may still be started on it */
    uint32_t behind;    /* where connections wait to be opened: the next */
    struct inbox inbox;
    uint64_t requests; /* right replies within the window */
};

struct worker {
    const struct settings *settings;
    struct course *course;
    int wake_fd; /* eventfd: the course has changed */
    unsigned index;
    enum phase phase;
    uint64_t edge_ns; /* when the phase or an interval ends, or NOT_YET */

    struct conn *conns;
    uint32_t n_conns;
    uint32_t n_alive;       /* not CONN_GONE */
    struct flight *flights; /* a ring of `pipeline` for each connection, and
                             * the list's two ends as the last */
    struct request request;
    struct source source;
    struct checker checker;
    uint64_t opened;   /* connections so far, for their tags */
    char *buffer;      /* WORKER_BUFFER bytes, for the engine to receive in */
    struct plan *plan; /* NULL: a closed loop */

    struct counters counters;  /* of the current interval, */
    struct counters in_window; /* until the window ended; */
    struct histogram *service; /* of the interval, like `counters`, */
    struct histogram *connect; /* and this: of connections opened in it */
    struct faults faults;
    struct histogram *connect_first; /* of each connection's first opening,
                                      * before the window */
    uint64_t connects;               /* openings of the whole run */
    uint64_t postponed;              /* that could not even begin at once */
    struct handover handover;        /* where intervals that have passed go */
    uint32_t part_first;             /* the current interval's number */
    uint64_t part_errors;            /* `faults` at its beginning */
    uint64_t part_cpu_ns;            /* the thread's CPU clock then */
    struct cost cost; /* of the thread, in the window; CPU and switches only */
    uint64_t started_ns;    /* of the window as this thread saw it */
    uint64_t window_end_ns; /* as it is planned */
    uint64_t ended_ns;
    uint64_t last_heard_ns; /* when right bytes came, of any reply */
    uint64_t unfinished;
    uint64_t unfinished_oldest_ns;
    int error; /* -errno if the thread could not do its work */
};

/* The end of the list of flights. */
static inline uint32_t worker_ends(const struct worker *worker)
{
    return worker->n_conns * worker->settings->pipeline;
}

/* The place of the `nth` request in flight of `conn`. */
static inline uint32_t worker_place(const struct worker *worker,
                                    const struct conn *conn, uint32_t nth)
{
    uint32_t pipeline = worker->settings->pipeline;
    uint32_t slot = conn->first + nth;

    if (slot >= pipeline)
        slot -= pipeline;
    return (uint32_t)(conn - worker->conns) * pipeline + slot;
}

/* May another request be started on `conn`, which is open? */
static inline bool worker_has_room(const struct worker *worker,
                                   const struct conn *conn)
{
    return conn->in_flight < worker->settings->pipeline && conn->left > 0;
}

/* Starts a request on `conn`, which has room. */
static inline void worker_start(struct worker *worker, struct conn *conn,
                                uint64_t now_ns)
{
    flights_append(worker->flights, worker_ends(worker),
                   worker_place(worker, conn, conn->in_flight), now_ns);
    conn->in_flight++;
    conn->unsent++;
    conn->left--;
}

/* Allocates all that is needed. `settings`, `course` and `reference` are
 * borrowed. 0 or -errno; worker_free() in both cases. */
int worker_init(struct worker *worker, unsigned index, uint32_t n_conns,
                const struct settings *settings, struct course *course,
                struct reference *reference);

/* Closes the connections, too: not before the server's cost has been read,
 * because the server has to close them as well. */
void worker_free(struct worker *worker);

/* Closes all connections; in the thread that opened them. */
void worker_close_all(struct worker *worker);

/* Takes over what has changed in the course. True if sending begins now. */
bool worker_look(struct worker *worker, uint64_t now_ns);

/* Goes from phase to phase as the time passes, and gives up what has waited in
 * the plan for too long; call it before what happened
 * at `now_ns` is counted. */
void worker_pass(struct worker *worker, uint64_t now_ns);

/* Ends the window, or what there was of it. */
void worker_finish(struct worker *worker, uint64_t now_ns);

/* Tells that this worker has come to the end of a step, and waits until it may
 * go on. True: there is another step. */
bool worker_rest(struct worker *worker);

/* Forgets all that was counted: connections wait for the word to go. */
void worker_again(struct worker *worker);

/* A connection that is gone is to be opened again after all. */
void worker_revive(struct worker *worker, struct conn *conn);

/* Is there nothing more to do, in this step? */
static inline bool worker_done(const struct worker *worker)
{
    return worker->phase == PHASE_DONE;
}

/* When worker_pass() or worker_expired() will have something to do at the
 * latest. Stays right until worker_look() or that time. */
uint64_t worker_timer_ns(const struct worker *worker, uint64_t now_ns);

/* A connection that waits longer than allowed since its oldest request, or
 * since it began to open, with what that is in `*fault` and in words in
 * `checker.why`; NULL if there is none. */
struct conn *worker_expired(struct worker *worker, uint64_t now_ns,
                            enum fault *fault);

/* The connection is being opened; it gets everything a fresh one has. */
void worker_opening(struct worker *worker, struct conn *conn, uint64_t now_ns);

/* It is open. Requests are started by worker_fill(). */
void worker_opened(struct worker *worker, struct conn *conn, uint64_t now_ns);

/* Closed loop: starts as many requests as may be in flight, and as the
 * connection may still have, if it is time to send. Open loop: nothing. */
void worker_fill(struct worker *worker, struct conn *conn, uint64_t now_ns);

/* Open loop: starts the next planned request, if its moment has come and a
 * connection is free for it, and returns the connection: send there at once,
 * and ask again. NULL: not now. */
struct conn *worker_due(struct worker *worker, uint64_t now_ns);

/* Open loop: until when the engine may sleep if nothing happens; NOT_YET: as
 * long as nothing happens; not after `now_ns`: it must only look. Ask before
 * each wait, after worker_pass() and worker_due(). */
uint64_t worker_sleep_until(struct worker *worker, uint64_t now_ns);

/* What to send next; `len` is 0 if there is nothing. Then tell how much of it
 * was sent. */
struct span worker_out(struct worker *worker, const struct conn *conn);
void worker_sent(struct worker *worker, struct conn *conn, size_t n);

/* The last `n` bytes of which that was told have not been sent after all. */
void worker_unsent(struct worker *worker, struct conn *conn, size_t n);

/* `n` bytes came; 0: the server has closed, by which a last reply may be whole.
 * The right replies among them are counted and their places are free for new
 * requests. The result's `fault` or `closing` ends the connection: close it and
 * ask worker_closed(). */
struct checked worker_received(struct worker *worker, struct conn *conn,
                               const char *bytes, size_t n, uint64_t now_ns);

/* Has the connection had all requests that it may have, and their replies? */
static inline bool worker_spent(const struct conn *conn)
{
    return conn->left == 0 && conn->in_flight == 0;
}

/* Such a one now waits for the server to close it. */
void worker_ending(struct worker *worker, struct conn *conn, uint64_t now_ns);

/* The connection is closed; `fault` (FAULT_NONE: as the server announced) with
 * `why` in words is counted. True if it is to be opened again: only one that
 * has had a right reply is, so that a server which is down or answers wrongly
 * is not hammered. */
bool worker_closed(struct worker *worker, struct conn *conn, enum fault fault,
                   const char *why);

#endif

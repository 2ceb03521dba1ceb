#include "servers/worker.h"

#include "servers/files/root.h"
#include "servers/protocols/http_ask.h"

#include "common/clock.h"
#include "common/msg.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

static atomic_bool stop_all;
static atomic_uint urgent_signals;

#define CONN_OF(timer, member)                                                 \
    ((struct conn *)(void *)((char *)(timer)-offsetof(struct conn, member)))

void worker_stop_all(void)
{
    atomic_store(&stop_all, true);
}

void worker_urgent_signal(void)
{
    atomic_fetch_add(&urgent_signals, 1);
}

void worker_start(struct worker *worker, const struct server *server,
                  unsigned index)
{
    uint64_t idle_ns = server->idle_ns;

    /* All but the receive buffer, whose pages a resting thread never needs. */
    memset(worker, 0, offsetof(struct worker, received));
    worker->server = server;
    worker->tally = &server->tally[index];
    timers_init(&worker->idle, idle_ns ? idle_ns + PROGRESS_QUANTUM_NS : 0);
    timers_init(&worker->request, server->request_ns);
    timers_init(&worker->linger, LINGER_NS);
    timers_init(&worker->leaving, 0);
    worker_tick(worker);
}

void worker_end(struct worker *worker)
{
    worker->counts[COUNT_URGENT] += atomic_exchange(&urgent_signals, 0);
    tally_add(worker->tally, worker->counts);
    pool_empty(&worker->pool);
    spares_free(&worker->spares);
}

/* The Date of replies changes when the wall clock's second does; a wall clock
 * that is set is noticed within a second. */
static void format_date(struct worker *worker)
{
    struct timespec wall;

    clock_gettime(CLOCK_REALTIME, &wall);
    worker->date_s = wall.tv_sec;
    http_date_write(worker->date_s, worker->date);
    worker->date_until_ns = worker->now_ns + NS_PER_S - (uint64_t)wall.tv_nsec;
}

/* Connections at rest need not wait for the grace to end. */
static void begin_stop(struct worker *worker)
{
    struct timer *timer = worker->idle.head.next;

    worker->stopping = true;
    worker->stop_ns = worker->now_ns + worker->server->grace_ns;
    while (timer != &worker->idle.head) {
        struct timer *next = timer->next;
        if (conn_rests(CONN_OF(timer, idle)))
            timers_start(&worker->leaving, timer, worker->now_ns);
        timer = next;
    }
}

void worker_tick_at(struct worker *worker, uint64_t now_ns)
{
    worker->now_ns = now_ns;
    if (now_ns >= worker->date_until_ns)
        format_date(worker);
    if (worker->retry_ns && now_ns >= worker->retry_ns)
        worker->retry_ns = 0;
    if (!worker->stopping &&
        atomic_load_explicit(&stop_all, memory_order_relaxed))
        begin_stop(worker);
}

void worker_tick(struct worker *worker)
{
    worker_tick_at(worker, clock_ns());
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

int worker_wait_ms(const struct worker *worker)
{
    uint64_t due_ns = least(
        timers_due_ns(&worker->idle),
        least(timers_due_ns(&worker->request), timers_due_ns(&worker->linger)));
    uint64_t wait_ms;

    if (timers_first(&worker->leaving))
        return 0;
    if (worker->stopping && timers_first(&worker->idle))
        due_ns = least(due_ns, worker->stop_ns);
    if (worker->retry_ns)
        due_ns = least(due_ns, worker->retry_ns);
    if (due_ns == UINT64_MAX)
        return -1;
    if (due_ns <= worker->now_ns)
        return 0;
    wait_ms = (due_ns - worker->now_ns + NS_PER_MS - 1) / NS_PER_MS;
    return wait_ms < INT_MAX ? (int)wait_ms : INT_MAX;
}

void worker_pause(struct worker *worker)
{
    worker->retry_ns = worker->now_ns + RETRY_NS;
}

void worker_complain(struct worker *worker, const char *what, const char *why)
{
    if (tally_complains(worker->server->tally, COMPLAINT_TROUBLE,
                        worker->now_ns))
        msg_error("%s: %s", what, why);
}

void worker_open(struct worker *worker, struct conn *conn, int fd)
{
    conn_init(conn, fd);
    timers_start(&worker->idle, &conn->idle, worker->now_ns);
    worker->n_open++;
    worker->counts[COUNT_ACCEPTED]++;
}

void worker_forget(struct worker *worker, struct conn *conn)
{
    timer_stop(&conn->idle);
    timer_stop(&conn->hurry);
    if (conn->in.mem)
        buffer_release(&worker->pool, &conn->in);
    if (conn->out.mem)
        buffer_release(&worker->pool, &conn->out);
    record_forget(&conn->record);
    if (conn->sends_file)
        conn->file.root->close(&conn->file, &worker->spares);
    if (conn->http.ask)
        http_ask_end(&conn->http, worker);
    conn->open = false;
    worker->n_open--;
    worker->retry_ns = 0;
}

static struct conn *unlinked(struct conn *conn)
{
    timer_stop(&conn->idle);
    timer_stop(&conn->hurry);
    return conn;
}

static struct conn *timed_out(struct worker *worker, struct conn *conn,
                              const char *why)
{
    worker->counts[COUNT_TIMED_OUT]++;
    conn->why = why;
    return unlinked(conn);
}

struct conn *worker_expired(struct worker *worker)
{
    uint64_t now_ns = worker->now_ns;
    struct timer *first;

    first = timers_first(&worker->leaving);
    if (first)
        return unlinked(CONN_OF(first, idle));
    if (timers_due_ns(&worker->linger) <= now_ns)
        return unlinked(CONN_OF(timers_first(&worker->linger), hurry));
    first = timers_first(&worker->idle);
    if (first && worker->stopping && now_ns >= worker->stop_ns)
        return unlinked(CONN_OF(first, idle));
    if (timers_due_ns(&worker->idle) <= now_ns)
        return timed_out(worker, CONN_OF(first, idle), "no progress in time");
    if (timers_due_ns(&worker->request) <= now_ns)
        return timed_out(worker, CONN_OF(timers_first(&worker->request), hurry),
                         "its request took too long");
    return NULL;
}

struct conn *worker_find(const struct worker *worker, int fd, uint32_t gen)
{
    struct conn *conn = &worker->server->conns[fd];

    return conn->open && conn->gen == gen ? conn : NULL;
}

void worker_progress(struct worker *worker, struct conn *conn)
{
    uint64_t now_ns = worker->now_ns;

    /* While stopping, always: it may be among those that leave. */
    if (worker->stopping || now_ns - conn->idle.since_ns >= PROGRESS_QUANTUM_NS)
        timers_start(&worker->idle, &conn->idle, now_ns);
    if (timer_runs(&conn->hurry))
        return;
    if (conn->phase == PHASE_LINGER)
        timers_start(&worker->linger, &conn->hurry, now_ns);
    else if (conn_awaits_rest(conn))
        timers_start(&worker->request, &conn->hurry, now_ns);
}

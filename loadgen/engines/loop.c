#include "loadgen/engines/loop.h"

#include "loadgen/connections/socket.h"
#include "loadgen/engines/loop_open.h"
#include "loadgen/timer.h"
#include "loadgen/worker_plan.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

int loop_init(struct loop *loop, struct worker *worker,
              const struct loop_ops *ops)
{
    *loop = (struct loop){.worker = worker, .ops = ops};
    loop_open_init(loop);
    loop->timer_fd = timer_open();
    return loop->timer_fd < 0 ? loop->timer_fd : 0;
}

void loop_free(struct loop *loop)
{
    if (loop->timer_fd >= 0)
        close(loop->timer_fd);
    loop->timer_fd = -1;
}

/* Sets the timer for what the worker waits for next. */
static int arm_timer(struct loop *loop)
{
    uint64_t at_ns = worker_timer_ns(loop->worker, clock_ns());

    if (loop->retry_ns && loop->retry_ns < at_ns)
        at_ns = loop->retry_ns;
    return timer_set(loop->timer_fd, at_ns);
}

/* A connection comes to its regular end. */
static void close_conn(struct loop *loop, struct conn *conn,
                       enum closing closing)
{
    struct worker *worker = loop->worker;

    if (loop->ops->closing)
        loop->ops->closing(loop, conn);
    if (closing == CLOSING_RESET)
        socket_abort(conn->fd);
    else
        close(conn->fd);
    conn->fd = -1;
    worker->counters.closes[closing]++;
    if (worker_closed(worker, conn, FAULT_NONE, ""))
        loop_open_again(loop, conn);
}

void loop_fail(struct loop *loop, struct conn *conn, enum fault fault,
               const char *why)
{
    if (conn->state == CONN_CONNECTING)
        loop->opening--;
    if (conn->fd >= 0) {
        if (loop->ops->closing)
            loop->ops->closing(loop, conn);
        socket_abort(conn->fd);
        conn->fd = -1;
    }
    if (worker_closed(loop->worker, conn, fault, why))
        loop_open_again(loop, conn);
}

uint64_t loop_wait_until(struct loop *loop)
{
    struct worker *worker = loop->worker;

    if (!worker->plan)
        return NOT_YET;
    loop_send_due(loop);
    uint64_t now_ns = clock_ns();
    worker_pass(worker, now_ns);
    if (worker_done(worker))
        return LOOP_LOOK;
    uint64_t until_ns = worker_sleep_until(worker, now_ns);
    return until_ns > now_ns ? until_ns : LOOP_LOOK;
}

void loop_connected(struct loop *loop, struct conn *conn)
{
    int error = socket_connected(conn->fd);

    if (!error)
        error = loop->ops->opened(loop, conn);
    if (error) {
        loop_fail(loop, conn, FAULT_CONNECT, strerror(-error));
        return;
    }
    loop->opening--;
    uint64_t now_ns = clock_ns();
    if (now_ns >= loop->worker->edge_ns)
        worker_pass(loop->worker, now_ns);
    worker_opened(loop->worker, conn, now_ns);
    if (worker_done(loop->worker))
        return;
    worker_fill(loop->worker, conn, now_ns);
    loop->ops->flush(loop, conn);
}

/* The server has closed, or said that it will, and owes replies. */
static void closed_early(struct loop *loop, struct conn *conn)
{
    char *why = loop->worker->checker.why;

    snprintf(why, FAULT_TEXT, "closed with %u requests unanswered",
             conn->in_flight);
    loop_fail(loop, conn, FAULT_CLOSED_EARLY, why);
}

/* Closed in the middle of something, or before it was of any use? */
static bool is_early(const struct worker *worker, const struct conn *conn)
{
    if (conn->in_flight > 0)
        return true;
    return !conn->proven &&
           !(worker->plan && worker_plan_unused(worker, conn, clock_ns()));
}

/* Nothing is lost, and such a server can be trusted with another connection. */
static void closed_between(struct loop *loop, struct conn *conn)
{
    conn->proven = true;
    close_conn(loop, conn, CLOSING_SERVER);
}

void loop_end(struct loop *loop, struct conn *conn,
              const struct checked *checked, bool eof)
{
    if (checked->fault != FAULT_NONE)
        loop_fail(loop, conn, checked->fault, loop->worker->checker.why);
    else if (is_early(loop->worker, conn))
        closed_early(loop, conn);
    else if (eof)
        closed_between(loop, conn);
    else if (worker_spent(conn))
        loop_retire(loop, conn);
    else
        close_conn(loop, conn, CLOSING_RESET);
}

void loop_retire(struct loop *loop, struct conn *conn)
{
    const struct settings *settings = loop->worker->settings;

    if (settings->closing != CLOSING_SERVER) {
        close_conn(loop, conn, settings->closing);
        return;
    }
    worker_ending(loop->worker, conn, clock_ns());
    /* HTTP's last request has told the server; echo has no words for it. */
    if (settings->target.protocol == TARGET_ECHO &&
        shutdown(conn->fd, SHUT_WR) != 0)
        loop_fail(loop, conn, FAULT_RESET, strerror(errno));
}

static void expire(struct loop *loop)
{
    struct worker *worker = loop->worker;
    enum fault fault;
    struct conn *conn;

    while ((conn = worker_expired(worker, clock_ns(), &fault)))
        loop_fail(loop, conn, fault, worker->checker.why);
}

/* The coordinator has changed the course. */
static void look(struct loop *loop)
{
    struct worker *worker = loop->worker;
    eventfd_t ignored;

    eventfd_read(worker->wake_fd, &ignored);
    if (!worker_look(worker, clock_ns()))
        return;
    for (uint32_t i = 0; i < worker->n_conns && !worker_done(worker); i++) {
        struct conn *conn = &worker->conns[i];
        if (conn->state == CONN_OPEN) {
            worker_fill(worker, conn, clock_ns());
            loop->ops->flush(loop, conn);
        }
    }
}

/* A step has ended. What is still in flight would disturb the next one: such
 * connections are opened again, though nothing is wrong with them; and so are those
 * that were lost, or the next step would be one of fewer connections. */
static void rest(struct loop *loop)
{
    struct worker *worker = loop->worker;

    if (!worker_rest(worker))
        return;
    worker_again(worker);
    for (uint32_t i = 0; i < worker->n_conns; i++) {
        struct conn *conn = &worker->conns[i];
        if (conn->state == CONN_GONE) {
            worker_revive(worker, conn);
            loop_open_again(loop, conn);
        }
        if (conn->in_flight == 0)
            continue;
        conn->proven = true;
        loop_fail(loop, conn, FAULT_NONE, "");
    }
    loop->settled = false;
    loop_open_more(loop);
}

int loop_start(struct loop *loop)
{
    loop_open_more(loop);
    return arm_timer(loop);
}

int loop_between_batches(struct loop *loop)
{
    struct worker *worker = loop->worker;

    loop->rearm |= loop->woken || loop->timer_fired;
    if (loop->timer_fired) {
        worker_pass(worker, clock_ns());
        if (!worker_done(worker))
            expire(loop);
        if (loop->retry_ns && clock_ns() >= loop->retry_ns)
            loop_open_late(loop);
    }
    if (loop->woken && !worker_done(worker))
        look(loop);
    loop->woken = false;
    loop->timer_fired = false;
    loop_open_waiting(loop);
    if (!loop->settled)
        loop_open_more(loop);
    if (loop->settled && worker->n_alive == 0 && !worker_done(worker))
        worker_finish(worker, clock_ns());
    if (worker_done(worker)) {
        rest(loop);
        loop->rearm = true;
    }
    if (!loop->rearm || worker_done(worker))
        return 0;
    loop->rearm = false;
    return arm_timer(loop);
}

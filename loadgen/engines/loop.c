#include "loadgen/engines/loop.h"

#include "loadgen/socket.h"
#include "loadgen/timer.h"

#include "common/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* At once: less than a usual listen backlog. */
enum { OPENING_MOST = 128 };

int loop_init(struct loop *loop, struct worker *worker,
              const struct loop_ops *ops)
{
    *loop = (struct loop){.worker = worker, .ops = ops};
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
    return timer_set(loop->timer_fd, worker_timer_ns(loop->worker, clock_ns()));
}

static void open_conn(struct loop *loop, struct conn *conn)
{
    worker_opening(loop->worker, conn, clock_ns());
    loop->opening++;
    conn->fd = socket_connect(&loop->worker->settings->target);
    int error = conn->fd < 0 ? conn->fd : loop->ops->opening(loop, conn);
    if (error)
        loop_fail(loop, conn, FAULT_CONNECT, strerror(-error));
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
        open_conn(loop, conn);
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
    worker_opened(loop->worker, conn, now_ns);
    worker_fill(loop->worker, conn, now_ns);
    loop->ops->flush(loop, conn);
}

/* The server has closed, or said that it will, and owes replies. */
static void closed_early(struct loop *loop, struct conn *conn)
{
    char *why = loop->worker->checker.why;

    if (conn->proven && conn->in_flight == 0) {
        loop_fail(loop, conn, FAULT_NONE, ""); /* idle, so nothing is lost */
        return;
    }
    snprintf(why, FAULT_TEXT, "closed with %u requests unanswered",
             conn->in_flight);
    loop_fail(loop, conn, FAULT_CLOSED_EARLY, why);
}

void loop_end(struct loop *loop, struct conn *conn,
              const struct checked *checked)
{
    if (checked->fault == FAULT_NONE &&
        (conn->in_flight > 0 || checked->replies == 0))
        closed_early(loop, conn);
    else
        loop_fail(loop, conn, checked->fault, loop->worker->checker.why);
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

/* Opens connections for the first time, and tells when that is settled. */
static void open_more(struct loop *loop)
{
    struct worker *worker = loop->worker;

    while (loop->next < worker->n_conns && loop->opening < OPENING_MOST)
        open_conn(loop, &worker->conns[loop->next++]);
    if (loop->next < worker->n_conns || loop->opening > 0)
        return;
    loop->settled = true;
    atomic_fetch_add(&worker->course->settled, 1);
    eventfd_write(worker->course->news_fd, 1);
}

int loop_start(struct loop *loop)
{
    open_more(loop);
    return arm_timer(loop);
}

int loop_between_batches(struct loop *loop)
{
    struct worker *worker = loop->worker;
    bool rearm = loop->woken || loop->timer_fired;

    if (loop->timer_fired) {
        worker_pass(worker, clock_ns());
        if (!worker_done(worker))
            expire(loop);
    }
    if (loop->woken && !worker_done(worker))
        look(loop);
    loop->woken = false;
    loop->timer_fired = false;
    if (!loop->settled)
        open_more(loop);
    if (loop->settled && worker->n_alive == 0 && !worker_done(worker))
        worker_finish(worker, clock_ns());
    return rearm && !worker_done(worker) ? arm_timer(loop) : 0;
}

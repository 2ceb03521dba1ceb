#include "loadgen/engine.h"

#include "loadgen/socket.h"
#include "loadgen/timer.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS = 256,
    OPENING_MOST = 128, /* at once: less than a usual listen backlog */
    /* What an event is about, if not a connection by its number. */
    ABOUT_WAKE = INT32_MAX,
    ABOUT_TIMER = INT32_MAX - 1,
};

struct engine {
    struct worker *worker;
    int epoll_fd;
    int timer_fd;
    uint32_t next;    /* the next connection to open for the first time */
    uint32_t opening; /* connections being opened */
    bool settled;     /* all have been opened, or could not be */
    /* Acted on after a batch of events: acting may close what it is about. */
    bool woken;
    bool timer_fired;
};

static int control(struct engine *engine, int op, int fd, uint32_t events,
                   uint32_t about)
{
    struct epoll_event event = {.events = events, .data.u32 = about};

    return epoll_ctl(engine->epoll_fd, op, fd, &event) == 0 ? 0 : -errno;
}

/* Says which events of `conn` are of interest from now on. */
static int watch(struct engine *engine, int op, const struct conn *conn,
                 uint32_t events)
{
    return control(engine, op, conn->fd, events,
                   (uint32_t)(conn - engine->worker->conns));
}

/* Sets the timer for what the worker waits for next. */
static int arm_timer(struct engine *engine)
{
    return timer_set(engine->timer_fd,
                     worker_timer_ns(engine->worker, clock_ns()));
}

static void fail(struct engine *engine, struct conn *conn, enum fault fault,
                 const char *why);

static void open_conn(struct engine *engine, struct conn *conn)
{
    worker_opening(engine->worker, conn, clock_ns());
    engine->opening++;
    conn->fd = socket_connect(&engine->worker->settings->target);
    int error =
        conn->fd < 0 ? conn->fd : watch(engine, EPOLL_CTL_ADD, conn, EPOLLOUT);
    if (error)
        fail(engine, conn, FAULT_CONNECT, strerror(-error));
}

/* Closes it, and opens it again if that is worth while. */
static void fail(struct engine *engine, struct conn *conn, enum fault fault,
                 const char *why)
{
    if (conn->state == CONN_CONNECTING)
        engine->opening--;
    if (conn->fd >= 0) {
        socket_abort(conn->fd);
        conn->fd = -1;
    }
    if (worker_closed(engine->worker, conn, fault, why))
        open_conn(engine, conn);
}

/* Sends what there is to send, as far as there is room. */
static void flush_out(struct engine *engine, struct conn *conn)
{
    struct span out = worker_out(engine->worker, conn);

    while (out.len) {
        ssize_t n = send(conn->fd, out.bytes, out.len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            fail(engine, conn, FAULT_RESET, strerror(errno));
            return;
        }
        if (n > 0)
            worker_sent(engine->worker, conn, (size_t)n);
        if (n < (ssize_t)out.len)
            break;
        out = worker_out(engine->worker, conn);
    }
    bool blocked = conn->unsent > 0;
    if (blocked == conn->blocked)
        return;
    conn->blocked = blocked;
    int error = watch(engine, EPOLL_CTL_MOD, conn,
                      blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    if (error)
        fail(engine, conn, FAULT_RESET, strerror(-error));
}

static void finish_connect(struct engine *engine, struct conn *conn)
{
    int error = socket_connected(conn->fd);

    if (!error)
        error = watch(engine, EPOLL_CTL_MOD, conn, EPOLLIN);
    if (error) {
        fail(engine, conn, FAULT_CONNECT, strerror(-error));
        return;
    }
    engine->opening--;
    uint64_t now_ns = clock_ns();
    worker_opened(engine->worker, conn, now_ns);
    worker_fill(engine->worker, conn, now_ns);
    flush_out(engine, conn);
}

/* The server has closed, or said that it will, and owes replies. */
static void closed_early(struct engine *engine, struct conn *conn)
{
    char *why = engine->worker->checker.why;

    snprintf(why, FAULT_TEXT, "closed with %u requests unanswered",
             conn->in_flight);
    fail(engine, conn, FAULT_CLOSED_EARLY, why);
}

/* Receives once, counts, and sends on. */
static void take_in(struct engine *engine, struct conn *conn)
{
    struct worker *worker = engine->worker;
    ssize_t n = recv(conn->fd, worker->buffer, WORKER_BUFFER, 0);

    if (n > 0) {
        uint64_t now_ns = clock_ns();
        if (now_ns >= worker->edge_ns)
            worker_pass(worker, now_ns);
        if (worker_done(worker))
            return;
        struct checked checked =
            worker_received(worker, conn, worker->buffer, (size_t)n, now_ns);
        if (checked.fault == FAULT_NONE && checked.closing &&
            conn->in_flight > 0) {
            closed_early(engine, conn);
            return;
        }
        if (checked.fault != FAULT_NONE || checked.closing) {
            fail(engine, conn, checked.fault, worker->checker.why);
            return;
        }
        worker_fill(worker, conn, now_ns);
        flush_out(engine, conn);
    } else if (n == 0) {
        closed_early(engine, conn);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(engine, conn, FAULT_RESET, strerror(errno));
    }
}

static void on_event(struct engine *engine, const struct epoll_event *event)
{
    uint32_t about = event->data.u32;

    if (about == ABOUT_WAKE || about == ABOUT_TIMER) {
        engine->woken |= about == ABOUT_WAKE;
        engine->timer_fired |= about == ABOUT_TIMER;
        return;
    }
    struct conn *conn = &engine->worker->conns[about];
    if (conn->state == CONN_CONNECTING) {
        finish_connect(engine, conn);
        return;
    }
    if (event->events & EPOLLOUT)
        flush_out(engine, conn);
    if (conn->state == CONN_OPEN && event->events & ~(uint32_t)EPOLLOUT)
        take_in(engine, conn);
}

static void expire(struct engine *engine)
{
    struct worker *worker = engine->worker;
    enum fault fault;
    struct conn *conn;

    while ((conn = worker_expired(worker, clock_ns(), &fault)))
        fail(engine, conn, fault, worker->checker.why);
}

/* The coordinator has changed the course. */
static void look(struct engine *engine)
{
    struct worker *worker = engine->worker;
    eventfd_t ignored;

    eventfd_read(worker->wake_fd, &ignored);
    if (!worker_look(worker, clock_ns()))
        return;
    for (uint32_t i = 0; i < worker->n_conns && !worker_done(worker); i++) {
        struct conn *conn = &worker->conns[i];
        if (conn->state == CONN_OPEN) {
            worker_fill(worker, conn, clock_ns());
            flush_out(engine, conn);
        }
    }
}

/* Opens connections for the first time, and tells when that is settled. */
static void open_more(struct engine *engine)
{
    struct worker *worker = engine->worker;

    while (engine->next < worker->n_conns && engine->opening < OPENING_MOST)
        open_conn(engine, &worker->conns[engine->next++]);
    if (engine->next < worker->n_conns || engine->opening > 0)
        return;
    engine->settled = true;
    atomic_fetch_add(&worker->course->settled, 1);
    eventfd_write(worker->course->news_fd, 1);
}

/* What an event or the time demands, apart from connections. */
static int between_batches(struct engine *engine)
{
    struct worker *worker = engine->worker;
    bool rearm = engine->woken || engine->timer_fired;

    if (engine->timer_fired) {
        worker_pass(worker, clock_ns());
        if (!worker_done(worker))
            expire(engine);
    }
    if (engine->woken && !worker_done(worker))
        look(engine);
    engine->woken = false;
    engine->timer_fired = false;
    if (!engine->settled)
        open_more(engine);
    if (engine->settled && worker->n_alive == 0 && !worker_done(worker))
        worker_finish(worker, clock_ns());
    return rearm && !worker_done(worker) ? arm_timer(engine) : 0;
}

static int run(struct engine *engine)
{
    const struct worker *worker = engine->worker;
    struct epoll_event events[EVENTS];
    int error = arm_timer(engine);

    open_more(engine);
    while (!error && !worker_done(worker)) {
        int n = epoll_wait(engine->epoll_fd, events, EVENTS, -1);
        if (n < 0 && errno != EINTR)
            return -errno;
        for (int i = 0; i < n && !worker_done(worker); i++)
            on_event(engine, &events[i]);
        error = between_batches(engine);
    }
    return error;
}

static int set_up(struct engine *engine)
{
    engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    engine->timer_fd = timer_open();
    if (engine->epoll_fd < 0)
        return -errno;
    if (engine->timer_fd < 0)
        return engine->timer_fd;
    int error = control(engine, EPOLL_CTL_ADD, engine->worker->wake_fd, EPOLLIN,
                        ABOUT_WAKE);
    if (!error)
        error = control(engine, EPOLL_CTL_ADD, engine->timer_fd, EPOLLIN,
                        ABOUT_TIMER);
    return error;
}

static void tear_down(const struct engine *engine)
{
    if (engine->timer_fd >= 0)
        close(engine->timer_fd);
    if (engine->epoll_fd >= 0)
        close(engine->epoll_fd);
}

int engine_epoll(struct worker *worker)
{
    struct engine engine = {.worker = worker, .epoll_fd = -1, .timer_fd = -1};
    int error = set_up(&engine);

    if (!error)
        error = run(&engine);
    tear_down(&engine);
    return error;
}

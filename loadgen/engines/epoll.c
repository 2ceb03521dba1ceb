/* The reference engine: one thread, readiness by epoll(7). Input is armed once
 * and for all, and the next request is sent straight from the completion of
 * the last; only a short send waits for room. */
#include "loadgen/engine.h"

#include "loadgen/engines/loop.h"

#include "common/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS = 256,
    /* What an event is about, if not a connection by its number. */
    ABOUT_WAKE = INT32_MAX,
    ABOUT_TIMER = INT32_MAX - 1,
};

struct epoll {
    struct loop loop; /* first: the same address */
    int epoll_fd;
};

static int control(const struct epoll *epoll, int op, int fd, uint32_t events,
                   uint64_t about)
{
    struct epoll_event event = {.events = events, .data.u64 = about};

    return epoll_ctl(epoll->epoll_fd, op, fd, &event) == 0 ? 0 : -errno;
}

/* Whose event it is: a connection's number, and which one of those that had
 * this number. */
static uint64_t name_of(const struct worker *worker, const struct conn *conn)
{
    return (uint64_t)(uint32_t)conn->inbox.tag << 32 |
           (uint64_t)(conn - worker->conns);
}

/* Says which events of `conn` are of interest from now on. */
static int watch(struct loop *loop, int op, const struct conn *conn,
                 uint32_t events)
{
    return control((struct epoll *)loop, op, conn->fd, events,
                   name_of(loop->worker, conn));
}

static int opening(struct loop *loop, struct conn *conn)
{
    return watch(loop, EPOLL_CTL_ADD, conn, EPOLLOUT);
}

static int opened(struct loop *loop, struct conn *conn)
{
    return watch(loop, EPOLL_CTL_MOD, conn, EPOLLIN);
}

/* Sends what there is to send, as far as there is room. */
static void flush_out(struct loop *loop, struct conn *conn)
{
    struct span out = worker_out(loop->worker, conn);

    while (out.len) {
        ssize_t n = send(conn->fd, out.bytes, out.len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            loop_fail(loop, conn, FAULT_RESET, strerror(errno));
            return;
        }
        if (n > 0)
            worker_sent(loop->worker, conn, (size_t)n);
        if (n < (ssize_t)out.len)
            break;
        out = worker_out(loop->worker, conn);
    }
    bool blocked = conn->unsent > 0;
    if (blocked == conn->blocked)
        return;
    conn->blocked = blocked;
    int error = watch(loop, EPOLL_CTL_MOD, conn,
                      blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    if (error)
        loop_fail(loop, conn, FAULT_RESET, strerror(-error));
}

/* Receives once, counts, and sends on. */
static void take_in(struct loop *loop, struct conn *conn)
{
    char *buffer = loop->worker->buffer;
    ssize_t n = recv(conn->fd, buffer, WORKER_BUFFER, 0);

    if (n >= 0) {
        if (loop_received(loop, conn, buffer, (size_t)n, clock_ns()))
            flush_out(loop, conn);
    } else if (errno != EAGAIN && errno != EINTR) {
        loop_fail(loop, conn, FAULT_RESET, strerror(errno));
    }
}

static void on_event(struct loop *loop, const struct epoll_event *event)
{
    uint64_t about = event->data.u64;

    if (about == ABOUT_WAKE || about == ABOUT_TIMER) {
        loop->woken |= about == ABOUT_WAKE;
        loop->timer_fired |= about == ABOUT_TIMER;
        return;
    }
    struct conn *conn = &loop->worker->conns[(uint32_t)about];
    if (about != name_of(loop->worker, conn))
        return; /* it was closed when a request fell due, and opened again */
    if (conn->state == CONN_CONNECTING) {
        loop_connected(loop, conn);
        return;
    }
    if (conn->state == CONN_OPEN && event->events & EPOLLOUT)
        flush_out(loop, conn);
    if (conn->state == CONN_OPEN && event->events & ~(uint32_t)EPOLLOUT)
        take_in(loop, conn);
}

/* Waits for events, at most as long as the plan of an open loop allows. */
static int wait_for(struct epoll *epoll, struct epoll_event *events)
{
    uint64_t until_ns = loop_wait_until(&epoll->loop);

    if (until_ns == NOT_YET)
        return epoll_wait(epoll->epoll_fd, events, EVENTS, -1);
    if (until_ns == LOOP_LOOK)
        return epoll_wait(epoll->epoll_fd, events, EVENTS, 0);
    const struct timespec left = clock_left(until_ns);
    return epoll_pwait2(epoll->epoll_fd, events, EVENTS, &left, NULL);
}

static int run_loop(struct epoll *epoll)
{
    struct loop *loop = &epoll->loop;
    struct epoll_event events[EVENTS];
    int error = loop_start(loop);

    while (!error && !worker_done(loop->worker)) {
        int n = wait_for(epoll, events);
        if (n < 0 && errno != EINTR)
            return -errno;
        for (int i = 0; i < n && !worker_done(loop->worker); i++) {
            on_event(loop, &events[i]);
            loop_send_due(loop);
        }
        error = loop_between_batches(loop);
    }
    return error;
}

static int set_up(struct epoll *epoll)
{
    epoll->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll->epoll_fd < 0)
        return -errno;
    int error = control(epoll, EPOLL_CTL_ADD, epoll->loop.worker->wake_fd,
                        EPOLLIN, ABOUT_WAKE);
    if (!error)
        error = control(epoll, EPOLL_CTL_ADD, epoll->loop.timer_fd, EPOLLIN,
                        ABOUT_TIMER);
    return error;
}

static int run(struct worker *worker)
{
    static const struct loop_ops ops = {
        .opening = opening,
        .opened = opened,
        .flush = flush_out,
    };
    struct epoll epoll = {.epoll_fd = -1};
    int error = loop_init(&epoll.loop, worker, &ops);

    if (!error)
        error = set_up(&epoll);
    if (!error)
        error = run_loop(&epoll);
    if (epoll.epoll_fd >= 0)
        close(epoll.epoll_fd);
    loop_free(&epoll.loop);
    return error;
}

const struct engine engine_epoll = {
    .name = "epoll",
    .summary = "readiness, by epoll",
    .run = run,
};

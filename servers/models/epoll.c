/* epoll: one thread; the kernel keeps the list of descriptors and hands back
 * those that are ready.
 *
 * How it waits: epoll_wait, level-triggered. A connection is registered once;
 * what it waits for is changed only when a reply does not fit into the socket,
 * so a request costs three system calls: epoll_wait, recv, send. Under load
 * one epoll_wait returns many connections, and the cost nears two.
 * As connections grow: idle ones cost memory, not time. An event names its
 * connection, so there is nothing to search.
 * Limits: one CPU. Each change of what is waited for is a call of its own.
 * What it is not: edge-triggered, or spread over threads. */
#include "servers/net.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

struct loop {
    struct worker worker;
    int epoll_fd;
    bool listening; /* the listening socket is being watched */
};

/* An event carries the descriptor and how often its slot had been used. */
static uint64_t tag(int fd, uint32_t gen)
{
    return (uint64_t)gen << 32 | (uint32_t)fd;
}

static int control(const struct loop *loop, int operation, int fd,
                   uint32_t events, uint32_t gen)
{
    struct epoll_event event = {.events = events, .data.u64 = tag(fd, gen)};

    return epoll_ctl(loop->epoll_fd, operation, fd, &event);
}

/* Watches for what the connection wants; false if it is to be closed. */
static bool watch(const struct loop *loop, struct conn *conn, enum want want)
{
    int operation = conn->armed == WANT_CLOSE ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    uint32_t events = want == WANT_READ ? EPOLLIN : EPOLLOUT;

    if (want == WANT_CLOSE)
        return false;
    if (want == conn->armed)
        return true;
    conn->armed = (uint8_t)want;
    return control(loop, operation, conn->fd, events | EPOLLPRI, conn->gen) ==
           0;
}

/* A level-triggered listening socket would report for ever what can't be
 * accepted, so it is not watched then. */
static int watch_listener(struct loop *loop)
{
    bool accepting = worker_accepting(&loop->worker);
    int operation = accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;

    if (accepting == loop->listening)
        return 0;
    loop->listening = accepting;
    return control(loop, operation, loop->worker.server->listen_fd, EPOLLIN, 0);
}

static void accept_some(struct loop *loop)
{
    struct worker *worker = &loop->worker;

    for (int i = 0; i < ACCEPTS_PER_WAKE && worker_accepting(worker); i++) {
        struct conn *conn = net_accept(worker);
        if (!conn)
            return;
        if (!watch(loop, conn, WANT_READ)) {
            worker_forget(worker, conn);
            net_refuse(worker, conn->fd, "epoll_ctl has no room for it");
        }
    }
}

static void handle(struct loop *loop, const struct epoll_event *event)
{
    struct worker *worker = &loop->worker;
    int fd = (int)(uint32_t)event->data.u64;
    struct conn *conn;

    if (fd == worker->server->listen_fd) {
        accept_some(loop);
        return;
    }
    conn = worker_find(worker, fd, (uint32_t)(event->data.u64 >> 32));
    if (!conn)
        return;
    if (event->events & EPOLLPRI)
        net_urgent(worker, conn);
    if (event->events & ~(uint32_t)EPOLLPRI &&
        !watch(loop, conn, net_turn(worker, conn)))
        net_close(worker, conn);
}

static int run(struct loop *loop)
{
    struct worker *worker = &loop->worker;
    struct epoll_event events[EVENTS_PER_WAIT];

    while (!worker_done(worker)) {
        struct conn *conn;
        int n;
        if (watch_listener(loop) != 0)
            return -errno;
        n = epoll_wait(loop->epoll_fd, events, EVENTS_PER_WAIT,
                       worker_wait_ms(worker));
        if (n < 0 && errno != EINTR)
            return -errno;
        worker_tick(worker);
        for (int i = 0; i < n; i++)
            handle(loop, &events[i]);
        while ((conn = worker_expired(worker)))
            net_close(worker, conn);
    }
    return 0;
}

static int serve(const struct server *server)
{
    static struct loop loop;
    int error;

    loop.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop.epoll_fd < 0)
        return -errno;
    worker_start(&loop.worker, server, 0);
    error = run(&loop);
    worker_end(&loop.worker);
    close(loop.epoll_fd);
    return error;
}

const struct model model = {
    .name = "epoll",
    .summary = "one thread, epoll level-triggered: cost does not grow with "
               "idle connections",
    .waits = "in epoll_wait, for all",
    .limit = "one CPU",
    .kernel = "2.6",
    .max_workers = 1,
    .syscalls_per_request = 3,
    .serve = serve,
};

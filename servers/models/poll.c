/* poll: one thread; the kernel is given the whole list of descriptors at each
 * wait, and marks those that are ready.
 *
 * How it waits: poll. The list is indexed by descriptor, with holes where none
 * is open, so nothing is ever moved or searched for. A request costs three
 * system calls: poll, recv, send; under load one poll returns many.
 * As connections grow: each wait costs in proportion to the highest
 * descriptor, in the kernel and here, however few are ready.
 * Limits: no number of descriptors, other than select's. One CPU.
 * What it is not: a kernel that remembers. The list crosses into it and back
 * every time; epoll is what came of that. */
#include "servers/net.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

struct loop {
    struct worker worker;
    struct pollfd *list; /* by descriptor; .fd is -1 where none is open */
    int n;               /* one past the highest in use */
};

/* An entry is written whole, so what poll reported of an earlier connection
 * with the same descriptor is gone. */
static void watch_fd(struct loop *loop, int fd, short events)
{
    while (loop->n <= fd)
        loop->list[loop->n++].fd = -1;
    loop->list[fd] = (struct pollfd){.fd = fd, .events = events};
}

static void unwatch_fd(struct loop *loop, int fd)
{
    loop->list[fd] = (struct pollfd){.fd = -1};
    while (loop->n > 0 && loop->list[loop->n - 1].fd < 0)
        loop->n--;
}

static void watch(struct loop *loop, struct conn *conn, enum want want)
{
    if (want == conn->armed)
        return;
    conn->armed = (uint8_t)want;
    watch_fd(loop, conn->fd,
             (short)(want == WANT_READ ? POLLIN | POLLPRI : POLLOUT | POLLPRI));
}

static void end(struct loop *loop, struct conn *conn)
{
    unwatch_fd(loop, conn->fd);
    net_close(&loop->worker, conn);
}

static void watch_listener(struct loop *loop)
{
    int fd = loop->worker.server->listen_fd;

    watch_fd(loop, fd, worker_accepting(&loop->worker) ? POLLIN : 0);
}

static void accept_some(struct loop *loop)
{
    struct worker *worker = &loop->worker;

    for (int i = 0; i < ACCEPTS_PER_WAKE && worker_accepting(worker); i++) {
        struct conn *conn = net_accept(worker);
        if (!conn)
            return;
        watch(loop, conn, WANT_READ);
    }
}

static void handle(struct loop *loop, int fd, int events)
{
    struct worker *worker = &loop->worker;
    struct conn *conn = &worker->server->conns[fd];
    enum want want = conn->want;

    if (fd == worker->server->listen_fd) {
        accept_some(loop);
        return;
    }
    if (events & POLLPRI)
        net_urgent(worker, conn);
    if (events & ~POLLPRI)
        want = net_turn(worker, conn);
    if (want == WANT_CLOSE)
        end(loop, conn);
    else
        watch(loop, conn, want);
}

static int run(struct loop *loop)
{
    struct worker *worker = &loop->worker;

    while (!worker_done(worker)) {
        struct conn *conn;
        int ready;
        watch_listener(loop);
        ready =
            poll(loop->list, (nfds_t)loop->n, worker_wait_ms(&loop->worker));
        if (ready < 0 && errno != EINTR)
            return -errno;
        worker_tick(worker);
        for (int fd = 0; ready > 0 && fd < loop->n; fd++) {
            int events = loop->list[fd].fd < 0 ? 0 : loop->list[fd].revents;
            if (events) {
                handle(loop, fd, events);
                ready--;
            }
        }
        while ((conn = worker_expired(worker)))
            end(loop, conn);
    }
    return 0;
}

static int serve(const struct server *server)
{
    static struct loop loop;
    int error;

    /* Zeroed memory costs nothing before it is written to. */
    loop.list = calloc((size_t)server->max_fd, sizeof(*loop.list));
    if (!loop.list)
        return -ENOMEM;
    worker_start(&loop.worker, server, 0);
    error = run(&loop);
    worker_end(&loop.worker);
    free(loop.list);
    return error;
}

const struct model model = {
    .name = "poll",
    .summary = "one thread, poll: any number of descriptors, all of them "
               "passed at each wait",
    .waits = "in poll, for all",
    .limit = "one CPU; each wait looks at all",
    .kernel = "any",
    .max_workers = 1,
    .syscalls_per_request = 3,
    .serve = serve,
};

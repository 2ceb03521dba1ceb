/* select: one thread; the kernel is given sets of descriptors as bits at each
 * wait, and leaves the bits of those that are ready.
 *
 * How it waits: select, with a read, a write and an exception set; the last
 * tells of urgent data. What select overwrites is a copy. A request costs
 * three system calls: select, recv, send; under load one select returns many.
 * As connections grow: each wait costs in proportion to the highest
 * descriptor, in the kernel and here, however few are ready.
 * Limits: descriptors below FD_SETSIZE (1024). A set has no room for others,
 * and FD_SET would write beside it; they are turned away, counted and logged.
 * One CPU.
 * What it is not: worse than poll at what it can hold: bits are compact. */
#include "servers/net.h"

#include <errno.h>
#include <sys/select.h>

struct sets {
    fd_set read;
    fd_set write;
    fd_set except;
};

struct loop {
    struct worker worker;
    struct sets watched;
    struct sets ready; /* what select leaves of a copy of them */
    int n;             /* one past the highest in use */
};

static void clear(struct sets *sets, int fd)
{
    FD_CLR(fd, &sets->read);
    FD_CLR(fd, &sets->write);
    FD_CLR(fd, &sets->except);
}

static bool is_watched(const struct loop *loop, int fd)
{
    const struct sets *sets = &loop->watched;

    return FD_ISSET(fd, &sets->read) || FD_ISSET(fd, &sets->write);
}

static void unwatch_fd(struct loop *loop, int fd)
{
    clear(&loop->watched, fd);
    clear(&loop->ready, fd); /* the descriptor may be in use again at once */
    while (loop->n > 0 && !is_watched(loop, loop->n - 1))
        loop->n--;
}

static void watch_fd(struct loop *loop, int fd, fd_set *set)
{
    FD_SET(fd, set);
    if (loop->n <= fd)
        loop->n = fd + 1;
}

static void watch(struct loop *loop, struct conn *conn, enum want want)
{
    struct sets *sets = &loop->watched;
    bool reads = want == WANT_READ;

    if (want == conn->armed)
        return;
    conn->armed = (uint8_t)want;
    FD_CLR(conn->fd, reads ? &sets->write : &sets->read);
    FD_SET(conn->fd, &sets->except);
    watch_fd(loop, conn->fd, reads ? &sets->read : &sets->write);
}

static void end(struct loop *loop, struct conn *conn)
{
    unwatch_fd(loop, conn->fd);
    net_close(&loop->worker, conn);
}

static void watch_listener(struct loop *loop)
{
    int fd = loop->worker.server->listen_fd;

    if (worker_accepting(&loop->worker))
        watch_fd(loop, fd, &loop->watched.read);
    else
        unwatch_fd(loop, fd);
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

/* Gives `fd` its turn, if it is ready; returns in how many sets it was. */
static int handle(struct loop *loop, int fd)
{
    struct worker *worker = &loop->worker;
    struct conn *conn = &worker->server->conns[fd];
    int urgent = FD_ISSET(fd, &loop->ready.except) != 0;
    int ready = (FD_ISSET(fd, &loop->ready.read) != 0) +
                (FD_ISSET(fd, &loop->ready.write) != 0);
    enum want want = conn->want;

    if (fd == worker->server->listen_fd) {
        if (ready)
            accept_some(loop);
        return ready;
    }
    if (urgent)
        net_urgent(worker, conn);
    if (ready)
        want = net_turn(worker, conn);
    if (urgent + ready > 0 && want == WANT_CLOSE)
        end(loop, conn);
    else if (urgent + ready > 0)
        watch(loop, conn, want);
    return urgent + ready;
}

static int wait_for_some(struct loop *loop)
{
    int wait_ms = worker_wait_ms(&loop->worker);
    struct timeval wait = {wait_ms / 1000, wait_ms % 1000 * 1000L};
    struct sets *ready = &loop->ready;

    *ready = loop->watched;
    return select(loop->n, &ready->read, &ready->write, &ready->except,
                  wait_ms < 0 ? NULL : &wait);
}

static int run(struct loop *loop)
{
    struct worker *worker = &loop->worker;

    while (!worker_done(worker)) {
        struct conn *conn;
        int bits;
        watch_listener(loop);
        bits = wait_for_some(loop);
        if (bits < 0 && errno != EINTR)
            return -errno;
        worker_tick(worker);
        for (int fd = 0; bits > 0 && fd < loop->n; fd++)
            bits -= handle(loop, fd);
        while ((conn = worker_expired(worker)))
            end(loop, conn);
    }
    return 0;
}

static int serve(const struct server *server)
{
    static struct loop loop;
    int error;

    if (server->listen_fd >= FD_SETSIZE)
        return -EMFILE;
    worker_start(&loop.worker, server, 0);
    error = run(&loop);
    worker_end(&loop.worker);
    return error;
}

const struct model model = {
    .name = "select",
    .summary = "one thread, select: descriptors below FD_SETSIZE, all of them "
               "passed at each wait",
    .waits = "in select, for all",
    .limit = "descriptors below 1024; one CPU",
    .kernel = "any",
    .max_fd = FD_SETSIZE,
    .max_workers = 1,
    .syscalls_per_request = 3,
    .serve = serve,
};

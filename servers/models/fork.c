/* fork: a process for each connection.
 *
 * How it waits: every child in recv and send of its own connection; the parent
 * in ppoll, for a connection or for a child's end. A request costs two system
 * calls; a connection a fork, an exit and a wait, which is 250 us or so of CPU,
 * four times what a thread costs.
 * As connections grow: each takes 16 pages that its process writes to and as
 * much again in the kernel, most of it page tables; and the scheduler's work: a
 * process wakes for nearly every request.
 * Limits: --max-connections, so many processes; more wait in the kernel's
 * queue. Beyond what the system gives, connections are turned away.
 * What it is not: a pool, see `prefork`; nor `threaded`, which pays less for
 * each connection, and for whose mistakes all others pay. */
#include "servers/children.h"
#include "servers/net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PROCESSES = 4096 };

struct family {
    const struct server *server;
    struct worker worker; /* the parent's; a child begins it anew */
    struct children children;
    int fd; /* the connection that the next child is for */
};

static void serve_one(void *argument, unsigned place)
{
    struct family *family = argument;
    struct worker *worker = &family->worker;
    struct conn conn = {0};

    (void)place;
    close(family->server->listen_fd);
    worker_start(worker, family->server, 0);
    worker_open(worker, &conn, family->fd);
    net_prepare_blocking(worker, family->fd);
    while (net_turn(worker, &conn) != WANT_CLOSE)
        ;
    net_close(worker, &conn);
    worker_end(worker);
}

static void accept_one(struct family *family)
{
    char why[100];
    int error;

    family->fd = net_accept_fd(&family->worker);
    if (family->fd < 0)
        return;
    error = children_start(&family->children, serve_one, family);
    if (!error) {
        close(family->fd);
        return;
    }
    snprintf(why, sizeof(why), "can't start a process: %s", strerror(-error));
    net_refuse(&family->worker, family->fd, why);
}

/* The ended are waited for before another is accepted, so that a process that
 * the system has taken back can be had again at once. */
static void accept_all(struct family *family)
{
    struct worker *worker = &family->worker;
    struct children *children = &family->children;

    while (!worker_done(worker)) {
        bool room = worker_accepting(worker) && children_room(children);
        int fd = room ? family->server->listen_fd : -1;
        bool waiting = children_wait(children, fd, worker_wait_ms(worker));
        worker_tick(worker);
        children_reap(children, worker);
        if (waiting && worker_accepting(worker))
            accept_one(family);
    }
}

static int serve(const struct server *server)
{
    static struct family family;
    int error = children_init(&family.children, server->max_connections);

    if (error)
        return error;
    family.server = server;
    worker_start(&family.worker, server, 0);
    /* It waits in ppoll, never in accept, where no child's end would wake. */
    if (fcntl(server->listen_fd, F_SETFL, O_NONBLOCK) == 0)
        accept_all(&family);
    else
        error = -errno;
    children_end(&family.children, &family.worker);
    worker_end(&family.worker);
    return error;
}

const struct model model = {
    .name = "fork",
    .summary = "a process for each connection, each waiting for its own",
    .waits = "each process in recv and send, for its own",
    .limit = "processes: 4096",
    .kernel = "any",
    .blocking = true,
    .max_workers = 1,
    .max_connections = MOST_PROCESSES,
    .syscalls_per_request = 2,
    .serve = serve,
};

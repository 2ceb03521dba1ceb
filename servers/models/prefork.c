/* prefork: a fixed pool of processes, each serving one connection to its end.
 *
 * How it waits: every process in accept, recv and send, as `blocking` does;
 * the kernel hands a new connection to the one that has waited longest. A
 * request costs two system calls, and no connection costs a process: all were
 * there before. The first process serves nobody; it waits for the others,
 * replaces one that died, and passes the stop on.
 * As connections grow: up to --workers are served side by side, and all others
 * wait in the kernel's queue until one leaves, however long it does nothing.
 * Limits: --workers at once. Idle clients, as many as that, stop everybody.
 * What it is not: shared memory. What one process corrupts, or is killed for,
 * the others do not notice: that is what the memory of a process each buys. */
#include "servers/children.h"
#include "servers/net.h"

#include <string.h>

enum { WORKERS = 16, MOST_WORKERS = 1024 };

struct pool_of_processes {
    const struct server *server;
    struct worker worker; /* of the process that watches over the others */
    struct children children;
};

static void serve_in_turn(void *argument, unsigned place)
{
    const struct pool_of_processes *pool = argument;
    static struct worker worker;

    worker_start(&worker, pool->server, place);
    while (!worker_done(&worker)) {
        struct conn *conn = net_accept(&worker);
        if (!conn)
            continue;
        while (net_turn(&worker, conn) != WANT_CLOSE)
            ;
        net_close(&worker, conn);
    }
    worker_end(&worker);
}

/* Starts those that are missing, but not again before a pause: some may die
 * as soon as they are there. */
static void fill(struct pool_of_processes *pool)
{
    if (!worker_accepting(&pool->worker) || !children_room(&pool->children))
        return;
    while (children_room(&pool->children)) {
        int error = children_start(&pool->children, serve_in_turn, pool);
        if (error) {
            worker_complain(&pool->worker, "can't start a process for now",
                            strerror(-error));
            break;
        }
    }
    worker_pause(&pool->worker);
}

static int serve(const struct server *server)
{
    static struct pool_of_processes pool;
    unsigned n = server->workers < server->max_connections
                     ? server->workers
                     : server->max_connections;
    int error = children_init(&pool.children, n);

    if (error)
        return error;
    pool.server = server;
    worker_start(&pool.worker, server, 0);
    while (!worker_done(&pool.worker)) {
        fill(&pool);
        children_wait(&pool.children, -1, worker_wait_ms(&pool.worker));
        worker_tick(&pool.worker);
        children_reap(&pool.children, &pool.worker);
    }
    children_end(&pool.children, &pool.worker);
    worker_end(&pool.worker);
    return 0;
}

const struct model model = {
    .name = "prefork",
    .summary = "a fixed pool of processes, each serving one connection to its "
               "end",
    .waits = "each process of a pool in accept, recv and send",
    .limit = "as many at once as processes: 16",
    .kernel = "any",
    .blocking = true,
    .max_workers = MOST_WORKERS,
    .default_workers = WORKERS,
    .one_each = true,
    .syscalls_per_request = 2,
    .serve = serve,
};

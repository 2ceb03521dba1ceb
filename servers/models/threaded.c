/* threaded: a thread for each connection.
 *
 * How it waits: every thread in recv and send of its own connection, as if it
 * were alone; the first thread in accept. A request costs two system calls.
 * As connections grow: each takes a stack, of which about 20 KiB are touched,
 * and the scheduler's work: a thread wakes for nearly every request.
 * Limits: --max-connections, so many threads; more wait in the kernel's
 * queue. Beyond what the system gives, connections are turned away.
 * What it is not: a pool. A thread is made and ended with its connection,
 * which is what short connections pay for. */
#include "servers/net.h"
#include "servers/threads.h"

#include <semaphore.h>
#include <string.h>

enum { MOST_THREADS = 16384 };

struct house {
    const struct server *server;
    sem_t room; /* counts down from --max-connections */
    struct threads threads;
};

static void serve_one(void *context, int fd)
{
    struct house *house = context;
    struct worker worker;
    struct conn conn = {0};

    worker_start(&worker, house->server, 0);
    worker_open(&worker, &conn, fd);
    net_prepare_blocking(&worker, fd);
    while (net_turn(&worker, &conn) != WANT_CLOSE)
        ;
    net_close(&worker, &conn);
    worker_end(&worker);
    sem_post(&house->room);
}

static void accept_all(struct house *house, struct worker *worker)
{
    while (!worker_done(worker)) {
        int fd;
        int error;
        if (sem_wait(&house->room) != 0) {
            worker_tick(worker); /* a signal */
            continue;
        }
        fd = net_accept_fd(worker);
        error = fd < 0 ? 0 : threads_begin(&house->threads, fd);
        if (error)
            net_refuse(worker, fd, strerror(-error));
        if (fd < 0 || error)
            sem_post(&house->room);
    }
}

static int serve(const struct server *server)
{
    static struct house house;
    static struct worker worker;

    house.server = server;
    sem_init(&house.room, 0, server->max_connections);
    threads_init(&house.threads, serve_one, &house);
    worker_start(&worker, server, 0);
    accept_all(&house, &worker);
    threads_end(&house.threads);
    worker_end(&worker);
    return 0;
}

const struct model model = {
    .name = "threaded",
    .summary = "a thread for each connection, each waiting for its own",
    .waits = "each thread in recv and send, for its own",
    .limit = "threads, a stack each: 16384",
    .kernel = "any",
    .blocking = true,
    .max_workers = 1,
    .max_connections = MOST_THREADS,
    .syscalls_per_request = 2,
    .serve = serve,
};

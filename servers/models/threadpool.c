/* threadpool: a bounded pool of threads, and a bounded queue in front of it.
 *
 * How it waits: one thread in accept; it puts what comes into the queue. Each
 * pool thread waits for the queue, takes a connection and serves it to its end,
 * in recv and send. A request costs two system calls; the queue's lock and
 * condition are paid once a connection.
 * As connections grow: memory and the scheduler's work end with the pool. Beyond
 * it connections wait, accepted but unserved, in the queue, then in the kernel's.
 * Limits: as many at once as there are threads. Idle clients hold their threads,
 * so that as many idle ones as threads stop everybody, as one stops `blocking`.
 * What it is not: threads that take requests. Here they take connections. */
#include "servers/net.h"
#include "servers/threads.h"

#include <semaphore.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_THREADS = 1024,
    QUEUE_LENGTH = 64, /* what may wait while all threads are busy */
    MOST_QUEUED = MOST_THREADS + QUEUE_LENGTH,
};

struct pooled {
    const struct server *server;
    sem_t room; /* counts down from what threads and queue may hold */
    struct threads threads;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool closed;
    unsigned first; /* in the ring */
    unsigned n;
    int queue[MOST_QUEUED];
};

static void put(struct pooled *pooled, int fd)
{
    pthread_mutex_lock(&pooled->lock);
    pooled->queue[(pooled->first + pooled->n++) % MOST_QUEUED] = fd;
    pthread_cond_signal(&pooled->changed);
    pthread_mutex_unlock(&pooled->lock);
}

/* The connection that has waited longest; -1: there will be none. */
static int take(struct pooled *pooled)
{
    int fd = -1;

    pthread_mutex_lock(&pooled->lock);
    while (pooled->n == 0 && !pooled->closed)
        pthread_cond_wait(&pooled->changed, &pooled->lock);
    if (pooled->n > 0) {
        fd = pooled->queue[pooled->first];
        pooled->first = (pooled->first + 1) % MOST_QUEUED;
        pooled->n--;
    }
    pthread_mutex_unlock(&pooled->lock);
    return fd;
}

/* The stop came before a thread did. */
static void drop(struct worker *worker, int fd)
{
    worker->counts[COUNT_ACCEPTED]++;
    close(fd);
}

static void serve_one(struct worker *worker, struct conn *conn, int fd)
{
    worker_tick(worker);
    if (worker->stopping) {
        drop(worker, fd);
        return;
    }
    worker_open(worker, conn, fd);
    net_prepare_blocking(worker, fd);
    while (net_turn(worker, conn) != WANT_CLOSE)
        ;
    net_close(worker, conn);
}

static void serve_in_turn(void *context, int number)
{
    struct pooled *pooled = context;
    struct worker worker;
    struct conn conn = {0};
    int fd;

    worker_start(&worker, pooled->server, (unsigned)number);
    while ((fd = take(pooled)) >= 0) {
        serve_one(&worker, &conn, fd);
        sem_post(&pooled->room);
    }
    worker_end(&worker);
}

static void accept_all(struct pooled *pooled, struct worker *worker)
{
    while (!worker_done(worker)) {
        int fd;
        if (sem_wait(&pooled->room) != 0) {
            worker_tick(worker); /* a signal */
            continue;
        }
        fd = net_accept_fd(worker);
        if (fd < 0)
            sem_post(&pooled->room);
        else
            put(pooled, fd);
    }
}

/* What is in the queue then is not served any more. */
static void close_queue(struct pooled *pooled, struct worker *worker)
{
    pthread_mutex_lock(&pooled->lock);
    pooled->closed = true;
    for (; pooled->n > 0; pooled->n--)
        drop(worker,
             pooled->queue[(pooled->first + pooled->n - 1) % MOST_QUEUED]);
    pthread_cond_broadcast(&pooled->changed);
    pthread_mutex_unlock(&pooled->lock);
}

static int begin_all(struct pooled *pooled)
{
    unsigned n = pooled->server->workers;
    int error = 0;

    for (unsigned i = 0; i < n && !error; i++)
        error = threads_begin(&pooled->threads, (int)i);
    return error;
}

static int serve(const struct server *server)
{
    static struct pooled pooled = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                   .changed = PTHREAD_COND_INITIALIZER};
    static struct worker worker;
    unsigned most = server->workers + QUEUE_LENGTH;
    int error;

    pooled.server = server;
    sem_init(&pooled.room, 0,
             most < server->max_connections ? most : server->max_connections);
    threads_init(&pooled.threads, serve_in_turn, &pooled);
    worker_start(&worker, server, 0);
    error = begin_all(&pooled);
    if (!error)
        accept_all(&pooled, &worker);
    close_queue(&pooled, &worker);
    threads_end(&pooled.threads);
    worker_end(&worker);
    return error;
}

const struct model model = {
    .name = "threadpool",
    .summary = "a fixed pool of threads, a connection each; the others wait in "
               "a queue",
    .waits = "each thread of a pool in recv and send, for its own",
    .limit = "as many at once as threads: 16; the others in a queue",
    .kernel = "any",
    .blocking = true,
    .max_workers = MOST_THREADS,
    .default_workers = 16,
    .one_each = true,
    .syscalls_per_request = 2,
    .serve = serve,
};

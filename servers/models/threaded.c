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

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    STACK_BYTES = 128 * 1024, /* the worker in it is the most of what is used */
    MOST_THREADS = 16384,
    KNOCK_MS = 20,
};

/* The threads that serve, for the one that accepts and in the end waits. */
struct crowd {
    const struct server *server;
    sem_t room; /* counts down from --max-connections */
    pthread_attr_t attributes;
    pthread_mutex_t lock; /* of what follows, and of the members' links */
    pthread_cond_t emptied;
    struct member *first;
};

struct member {
    struct crowd *crowd;
    pthread_t thread;
    int fd;
    struct member *next;
    struct member **link; /* what points to it */
};

static void leave(struct member *member)
{
    struct crowd *crowd = member->crowd;

    pthread_mutex_lock(&crowd->lock);
    *member->link = member->next;
    if (member->next)
        member->next->link = member->link;
    if (!crowd->first)
        pthread_cond_signal(&crowd->emptied);
    pthread_mutex_unlock(&crowd->lock);
    sem_post(&crowd->room);
    free(member);
}

static void *serve_one(void *argument)
{
    struct member *member = argument;
    struct worker worker;
    struct conn conn = {0};

    worker_start(&worker, member->crowd->server, 0);
    worker_open(&worker, &conn, member->fd);
    net_prepare_blocking(&worker, member->fd);
    while (net_turn(&worker, &conn) != WANT_CLOSE)
        ;
    net_close(&worker, &conn);
    worker_end(&worker);
    leave(member);
    return NULL;
}

/* Starts a thread for `fd`: 0 or an error number. The lock is held until the
 * member knows its thread, since it could be gone at once. */
static int join(struct crowd *crowd, int fd)
{
    struct member *member = malloc(sizeof(*member));
    int error;

    if (!member)
        return ENOMEM;
    *member = (struct member){.crowd = crowd, .fd = fd};
    pthread_mutex_lock(&crowd->lock);
    error =
        pthread_create(&member->thread, &crowd->attributes, serve_one, member);
    if (!error) {
        member->next = crowd->first;
        member->link = &crowd->first;
        if (crowd->first)
            crowd->first->link = &member->next;
        crowd->first = member;
    }
    pthread_mutex_unlock(&crowd->lock);
    if (error)
        free(member);
    return error;
}

static void accept_all(struct crowd *crowd, struct worker *worker)
{
    while (!worker_done(worker)) {
        int fd;
        int error;
        if (sem_wait(&crowd->room) != 0) {
            worker_tick(worker); /* a signal */
            continue;
        }
        fd = net_accept_fd(worker);
        error = fd < 0 ? 0 : join(crowd, fd);
        if (error)
            net_refuse(worker, fd, strerror(error));
        if (fd < 0 || error)
            sem_post(&crowd->room);
    }
}

/* Wakes the threads that sit in a blocking call, again and again, since a
 * signal just before the call does not wake. They see the stop by
 * themselves. */
static void wait_for_all(struct crowd *crowd)
{
    pthread_mutex_lock(&crowd->lock);
    while (crowd->first) {
        struct timespec until;
        for (struct member *m = crowd->first; m; m = m->next)
            pthread_kill(m->thread, SIGALRM);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += KNOCK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_clockwait(&crowd->emptied, &crowd->lock, CLOCK_MONOTONIC,
                               &until);
    }
    pthread_mutex_unlock(&crowd->lock);
}

static int serve(const struct server *server)
{
    static struct crowd crowd = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                 .emptied = PTHREAD_COND_INITIALIZER};
    static struct worker worker;

    crowd.server = server;
    sem_init(&crowd.room, 0, server->max_connections);
    pthread_attr_init(&crowd.attributes);
    pthread_attr_setstacksize(&crowd.attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&crowd.attributes, PTHREAD_CREATE_DETACHED);
    worker_start(&worker, server, 0);
    accept_all(&crowd, &worker);
    wait_for_all(&crowd);
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

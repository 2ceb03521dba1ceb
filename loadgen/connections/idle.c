#include "loadgen/connections/idle.h"

#include "loadgen/connections/socket.h"
#include "loadgen/own_fds.h"

#include "common/clock.h"
#include "common/units.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Some 10,700 a second: even a server that asks for all of 15,000 descriptors at
 * each wait can accept so many, and the others do not have to queue behind
 * them. A batch fits into a usual listen backlog. */
enum { BATCH = 128 };
#define BATCH_NS (12 * NS_PER_MS)

/* Connections that are being opened, and the word to stop. */
struct batch {
    struct pollfd fds[BATCH + 1];
    unsigned n;
    unsigned left; /* of these, not settled */
    uint64_t start_ns;
};

int idle_init(struct idle *idle, const struct settings *settings)
{
    *idle = (struct idle){
        .settings = settings,
        .ready_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
        .stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
    };
    if (idle->ready_fd < 0 || idle->stop_fd < 0)
        return -errno;
    sem_init(&idle->look, 0, 0);
    sem_init(&idle->told, 0, 0);
    source_init(&idle->source, &settings->target, 0,
                (uint64_t)settings->idle + settings->connections);
    return 0;
}

static void not_opened(struct idle *idle, const char *why)
{
    faults_add(&idle->faults, FAULT_CONNECT, why);
}

static void timed_out(struct idle *idle)
{
    char why[FAULT_TEXT];
    char limit[24];

    snprintf(
        why, sizeof(why), "no idle connection within %s",
        units_format_exact(limit, sizeof(limit), idle->settings->timeout_ns));
    not_opened(idle, why);
}

static bool gives_up(const struct idle *idle)
{
    return faults_total(&idle->faults) > 0;
}

/* Begins to open as many as belong into one batch, as far as something is free
 * for them. */
static void begin(struct idle *idle, struct batch *batch)
{
    unsigned missing = idle->settings->idle - idle->opened;
    unsigned most = missing < BATCH ? missing : BATCH;

    *batch = (struct batch){.start_ns = clock_ns()};
    while (batch->n < most && !gives_up(idle)) {
        int fd = socket_connect(&idle->settings->target, &idle->source);
        if (socket_may_connect_later(fd))
            break;
        if (fd < 0)
            not_opened(idle, strerror(-fd));
        else
            batch->fds[batch->n++] = (struct pollfd){fd, POLLOUT, 0};
    }
    batch->left = batch->n;
    batch->fds[batch->n] = (struct pollfd){idle->stop_fd, POLLIN, 0};
}

static void settle(struct idle *idle, struct batch *batch)
{
    for (unsigned i = 0; i < batch->n; i++) {
        struct pollfd *at = &batch->fds[i];
        if (at->fd < 0 || at->revents == 0)
            continue;
        int error = socket_connected(at->fd);
        if (error) {
            not_opened(idle, strerror(-error));
            close(at->fd);
        } else {
            idle->fds[idle->opened++] = at->fd;
        }
        at->fd = -1; /* which poll() passes over */
        batch->left--;
    }
}

/* Waits for one of the batch, for the word to stop, or until `until_ns`. False
 * if it is to stop. */
static bool await(struct idle *idle, struct batch *batch, uint64_t until_ns)
{
    uint64_t now_ns = clock_ns();
    uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
    const struct timespec left = {
        .tv_sec = (time_t)(left_ns / NS_PER_S),
        .tv_nsec = (long)(left_ns % NS_PER_S),
    };

    if (ppoll(batch->fds, batch->n + 1, &left, NULL) < 0) {
        idle->error = errno == EINTR ? 0 : -errno;
        return idle->error == 0;
    }
    return batch->fds[batch->n].revents == 0;
}

/* Sees a batch through. False if no further one is to come. */
static bool open_batch(struct idle *idle, struct batch *batch)
{
    uint64_t deadline_ns = batch->start_ns + idle->settings->timeout_ns;
    bool go_on = true;

    while (go_on && batch->left > 0 && clock_ns() < deadline_ns) {
        go_on = await(idle, batch, deadline_ns);
        if (go_on)
            settle(idle, batch);
    }
    for (unsigned i = 0; i < batch->n; i++) {
        if (batch->fds[i].fd < 0)
            continue;
        if (go_on)
            timed_out(idle);
        socket_abort(batch->fds[i].fd);
    }
    return go_on && !gives_up(idle);
}

static void open_all(struct idle *idle)
{
    uint64_t since_ns = clock_ns(); /* the last one was opened */
    struct batch batch;
    bool go_on = true;

    while (go_on && idle->opened < idle->settings->idle) {
        begin(idle, &batch);
        if (batch.n > 0)
            since_ns = batch.start_ns;
        else if (!gives_up(idle) &&
                 batch.start_ns - since_ns >= idle->settings->timeout_ns)
            timed_out(idle);
        go_on = open_batch(idle, &batch);
        batch.n = 0;
        batch.fds[0] = (struct pollfd){idle->stop_fd, POLLIN, 0};
        while (go_on && clock_ns() < batch.start_ns + BATCH_NS)
            go_on = await(idle, &batch, batch.start_ns + BATCH_NS);
    }
}

static void check_all(struct idle *idle)
{
    idle->dropped = 0;
    for (unsigned i = 0; i < idle->opened; i++) {
        char byte;
        ssize_t n = recv(idle->fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (n > 0)
            faults_add(&idle->faults, FAULT_SURPLUS,
                       "an idle connection got bytes that nobody asked for");
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            idle->dropped++;
    }
}

static void wait_for_word(sem_t *word)
{
    while (sem_wait(word) != 0)
        ;
}

static void *idle_main(void *input)
{
    struct idle *idle = input;

    own_fds();
    open_all(idle);
    sem_post(&idle->told);
    eventfd_write(idle->ready_fd, 1);
    const struct faults opening = idle->faults;
    for (;;) {
        wait_for_word(&idle->look);
        if (idle->leaving)
            break;
        idle->faults = opening;
        check_all(idle);
        sem_post(&idle->told);
    }
    for (unsigned i = 0; i < idle->opened; i++)
        close(idle->fds[i]);
    return NULL;
}

int idle_open(struct idle *idle, int signal_fd)
{
    struct pollfd fds[] = {{idle->ready_fd, POLLIN, 0}, {signal_fd, POLLIN, 0}};

    if (idle->settings->idle == 0)
        return 0;
    idle->fds = calloc(idle->settings->idle, sizeof(*idle->fds));
    if (!idle->fds)
        return -ENOMEM;
    int error = pthread_create(&idle->thread, NULL, idle_main, idle);
    if (error)
        return -error;
    idle->running = true;
    while (poll(fds, 2, -1) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    if (fds[0].revents == 0)
        return -EINTR;
    wait_for_word(&idle->told);
    return idle->error;
}

void idle_check(struct idle *idle)
{
    if (!idle->running)
        return;
    sem_post(&idle->look);
    wait_for_word(&idle->told);
}

void idle_free(struct idle *idle)
{
    if (idle->running) {
        eventfd_write(idle->stop_fd, 1);
        idle->leaving = true;
        sem_post(&idle->look);
        pthread_join(idle->thread, NULL);
    }
    free(idle->fds);
    sem_destroy(&idle->look);
    sem_destroy(&idle->told);
    if (idle->ready_fd >= 0)
        close(idle->ready_fd);
    if (idle->stop_fd >= 0)
        close(idle->stop_fd);
}

/* idle.h: connections that are opened before all others, held, and never used:
 * what a server has to watch besides its work. A thread of their own holds
 * them, with a table of descriptors of its own, so that no other thread's table
 * grows and closing them closes them. It opens them in batches and then sleeps:
 * while others measure, it does nothing. */
#ifndef LOADGEN_CONNECTIONS_IDLE_H
#define LOADGEN_CONNECTIONS_IDLE_H

#include "loadgen/connections/source.h"
#include "loadgen/fault.h"
#include "loadgen/settings.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

struct idle {
    const struct settings *settings;
    pthread_t thread;
    bool running;
    int ready_fd; /* eventfd: all are open, or could not be opened */
    int stop_fd;  /* eventfd: open no more */
    sem_t look;   /* posted when it is to look which are still there */
    bool leaving; /* it is to close them, and not to look */
    sem_t told;   /* posted when it has opened them, and when it has looked */

    /* The thread's, until it has told. */
    struct source source;
    int *fds;
    unsigned opened;
    unsigned dropped;     /* closed or reset by the server since */
    struct faults faults; /* not opened, or bytes that nobody asked for */
    int error;            /* -errno if the thread could not do its work */
};

/* Borrows `settings`. 0 or -errno; idle_free() in both cases. */
int idle_init(struct idle *idle, const struct settings *settings);

/* Opens as many as the settings ask for; each may take as long as the timeout.
 * After the first that can't be opened, no others are tried. 0; -EINTR if
 * `signal_fd` got readable, which ends it early; or another -errno. */
int idle_open(struct idle *idle, int signal_fd);

/* Sees which the server has dropped until now. */
void idle_check(struct idle *idle);

/* Closes them. */
void idle_free(struct idle *idle);

#endif

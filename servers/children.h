/* children.h: the processes that serve for the one that started them. They
 * end with it, however it ends, and it waits for them. */
#ifndef SERVERS_CHILDREN_H
#define SERVERS_CHILDREN_H

#include "servers/worker.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct children {
    pid_t *pids;      /* `most` places; 0: free */
    unsigned most;    /* at once */
    unsigned n;       /* not yet waited for */
    sigset_t signals; /* held back in children_wait(), and in a child */
};

/* Makes `children` ready for `most` processes at once. 0 or -errno. Until
 * children_end(), it owns memory, and SIGCHLD is held back in this process but
 * for children_wait(). */
int children_init(struct children *children, unsigned most);

static inline bool children_room(const struct children *children)
{
    return children->n < children->most;
}

/* Starts a process, for which there must be room, that calls `serve` with
 * `argument` and its place, the lowest that is free from 0 on, and exits 0
 * when that returns. The kernel kills it should this process die. 0, or -errno
 * as of fork(2). */
int children_start(struct children *children,
                   void (*serve)(void *argument, unsigned place),
                   void *argument);

/* Waits until a child has ended, a signal has come, `fd` is readable, or
 * `wait_ms` have passed (-1: without end); `fd` -1: none. A child that ended
 * before, and has not been waited for, ends the wait at once. True: `fd` is
 * readable. */
bool children_wait(const struct children *children, int fd, int wait_ms);

/* Waits, without blocking, for those that have ended, and frees their places.
 * Of those that were killed, or exited with another code than 0, it tells on
 * stderr as worker_complain() does. */
void children_reap(struct children *children, struct worker *worker);

/* Has all stop, waits for the last of them, and frees the memory. SIGALRM
 * means the stop, again and again, since a signal just before a blocking call
 * does not interrupt it. */
void children_end(struct children *children, struct worker *worker);

#endif

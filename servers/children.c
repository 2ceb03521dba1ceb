#include "servers/children.h"

#include "common/clock.h"
#include "common/exits.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KNOCK_NS (20 * NS_PER_MS)

/* A signal that is ignored does not interrupt a wait. */
static void on_end(int number)
{
    (void)number;
}

/* A child's end must not slip in between looking for it and waiting. */
static void hold_ends(struct children *children)
{
    const struct sigaction end = {.sa_handler = on_end,
                                  .sa_flags = SA_NOCLDSTOP};
    sigset_t held;

    sigaction(SIGCHLD, &end, NULL);
    sigemptyset(&held);
    sigaddset(&held, SIGCHLD);
    sigprocmask(SIG_BLOCK, &held, &children->signals);
}

int children_init(struct children *children, unsigned most)
{
    *children = (struct children){.most = most};
    children->pids = calloc(most, sizeof(*children->pids));
    if (!children->pids)
        return -ENOMEM;
    hold_ends(children);
    return 0;
}

/* Where `pid` is, or with 0 the first that is free; `most`: nowhere. */
static unsigned place_of(const struct children *children, pid_t pid)
{
    unsigned place = 0;

    while (place < children->most && children->pids[place] != pid)
        place++;
    return place;
}

int children_start(struct children *children,
                   void (*serve)(void *argument, unsigned place),
                   void *argument)
{
    unsigned place = place_of(children, 0);
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid < 0)
        return -errno;
    if (pid > 0) {
        children->pids[place] = pid;
        children->n++;
        return 0;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before that */
        _exit(EXIT_USAGE);
    sigprocmask(SIG_SETMASK, &children->signals, NULL);
    serve(argument, place);
    _exit(EXIT_FINE);
}

bool children_wait(const struct children *children, int fd, int wait_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    const struct timespec most = {.tv_sec = wait_ms / 1000,
                                  .tv_nsec = wait_ms % 1000 * 1000000L};

    return ppoll(&wait, 1, wait_ms < 0 ? NULL : &most, &children->signals) > 0;
}

/* Says how the process `pid` ended, unless that was as it should. */
static void tell_end(struct worker *worker, pid_t pid, int status)
{
    char what[80];
    char why[80];

    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FINE)
        return;
    snprintf(what, sizeof(what), "lost process %d and what it served", pid);
    if (WIFSIGNALED(status))
        snprintf(why, sizeof(why), "%s", strsignal(WTERMSIG(status)));
    else
        snprintf(why, sizeof(why), "it exited %d", WEXITSTATUS(status));
    worker_complain(worker, what, why);
}

void children_reap(struct children *children, struct worker *worker)
{
    int status;
    pid_t pid;

    while (children->n > 0 && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
        unsigned place = place_of(children, pid);
        if (place == children->most)
            continue;
        children->pids[place] = 0;
        children->n--;
        tell_end(worker, pid, status);
    }
}

static void knock(const struct children *children)
{
    for (unsigned place = 0, left = children->n; left > 0; place++) {
        if (children->pids[place] == 0)
            continue;
        kill(children->pids[place], SIGALRM);
        left--;
    }
}

void children_end(struct children *children, struct worker *worker)
{
    while (children->n > 0) {
        uint64_t until_ns = clock_ns() + KNOCK_NS;
        knock(children);
        while (children->n > 0 && clock_ns() < until_ns) {
            children_wait(children, -1, (int)(KNOCK_NS / NS_PER_MS));
            children_reap(children, worker);
        }
    }
    free(children->pids);
    sigprocmask(SIG_SETMASK, &children->signals, NULL);
}

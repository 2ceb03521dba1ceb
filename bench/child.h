/* child.h: programs that the runner starts, watches and ends. None outlives
 * it, even when it is killed; what such a program has started itself is ended
 * with it, unless the runner is killed at that moment. */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0: none */
    int pidfd;
    int status;      /* as waitpid() gives it, once it has ended */
    uint64_t cpu_ns; /* user and system time of its whole life, then */
};

struct child_setup {
    const char *const *argv; /* argv[0] is looked up in PATH; ends with NULL */
    const cpu_set_t *cpus;   /* NULL: wherever the runner may run */
    int stdout_fd;           /* -1: /dev/null */
    int stderr_fd;           /* -1: /dev/null */
    const int *inherit;      /* descriptors it keeps by their numbers */
    int inherits;
};

enum child_event {
    CHILD_ENDED,
    CHILD_LATE,      /* the deadline has passed */
    CHILD_READABLE,  /* the extra descriptor has something to read */
    CHILD_INTERRUPT, /* the runner shall stop */
};

/* Blocks SIGINT, SIGTERM and SIGHUP, and has them answered by
 * CHILD_INTERRUPT from now on; ignores SIGPIPE and SIGXFSZ, which become
 * errors of write(). Call once, first. 0 or -errno. */
int child_signals(void);

/* Whether one of those signals has come. */
bool child_interrupted(void);

/* Starts a program in a process group of its own, with SIGKILL as its parent's
 * death signal. 0, or -errno of fork or exec; then nothing runs. */
int child_start(const struct child_setup *setup, struct child *child);

/* Forks a process that runs `body(argument)` and exits; the same care. 0 or
 * -errno. */
int child_fork(void (*body)(const void *), const void *argument,
               struct child *child);

/* Sleeps until the child ends, `fd` (-1: none) can be read or is at its end, a
 * signal comes, or the clock_ns() time `deadline_ns` is reached. An ended child
 * is reaped: its `status` and `cpu_ns` are set, its `pid` is 0. */
enum child_event child_wait(struct child *child, int fd, uint64_t deadline_ns);

/* Waits up to `limit_ns` for its end, whatever signals come meanwhile, and kills
 * it then. True if it ended by itself. For what has to be put in order. No-op and
 * true without a child. */
bool child_finish(struct child *child, uint64_t limit_ns);

/* Sends SIGTERM, waits up to `grace_ns`, then sends SIGKILL to its process
 * group, and reaps it. True if it ended by itself in time. No-op and true
 * without a child. */
bool child_stop(struct child *child, uint64_t grace_ns);

/* Kills and reaps it at once. */
void child_kill(struct child *child);

/* How it ended: "exit status 3", "killed by signal 11 (Segmentation fault)".
 * Writes to `text` (`size` bytes) and returns it. */
const char *child_fate(const struct child *child, char *text, size_t size);

#endif

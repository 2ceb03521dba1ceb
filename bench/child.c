#include "bench/child.h"

#include "common/clock.h"
#include "common/cpus.h"
#include "common/units.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int signal_fd = -1;
static bool interrupted;

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

int child_signals(void)
{
    sigset_t set;

    stop_signals(&set);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -errno;
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signal_fd < 0)
        return -errno;
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
        signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return -errno;
    return 0;
}

bool child_interrupted(void)
{
    struct signalfd_siginfo info;

    if (read(signal_fd, &info, sizeof(info)) > 0)
        interrupted = true;
    return interrupted;
}

/* In the child: what must not be inherited is undone, and death is arranged. */
static int become_child(pid_t parent, const cpu_set_t *cpus)
{
    sigset_t set;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return errno;
    if (getppid() != parent)
        _exit(1); /* it died before the line above */
    if (setpgid(0, 0) != 0)
        return errno;
    if (cpus && sched_setaffinity(0, sizeof(*cpus), cpus) != 0)
        return errno;
    stop_signals(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    return 0;
}

static int use_as(int fd, int number)
{
    int from = fd >= 0 ? fd : open("/dev/null", O_RDWR | O_CLOEXEC);

    return from >= 0 && dup2(from, number) >= 0 ? 0 : errno;
}

/* In the child: never returns; an error goes to the parent through `error_fd`,
 * which closes by itself when exec succeeds. */
static _Noreturn void run_program(const struct child_setup *setup, pid_t parent,
                                  int error_fd)
{
    int error = become_child(parent, setup->cpus);

    if (!error)
        error = use_as(-1, STDIN_FILENO);
    if (!error)
        error = use_as(setup->stdout_fd, STDOUT_FILENO);
    if (!error)
        error = use_as(setup->stderr_fd, STDERR_FILENO);
    for (int i = 0; i < setup->inherits && !error; i++) {
        if (fcntl(setup->inherit[i], F_SETFD, 0) != 0)
            error = errno;
    }
    if (!error) {
        /* execvp() wants char *const[] but changes nothing */
        union {
            const char *const *in;
            char *const *out;
        } argv = {setup->argv};
        execvp(argv.in[0], argv.out);
        error = errno;
    }
    (void)!write(error_fd, &error, sizeof(error));
    _exit(127);
}

static int watch(struct child *child, pid_t pid)
{
    *child = (struct child){.pid = pid};
    child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (child->pidfd >= 0)
        return 0;
    int error = errno;
    child_kill(child);
    return -error;
}

int child_start(const struct child_setup *setup, struct child *child)
{
    const pid_t parent = getpid();
    int pipe_fd[2];
    int error = 0;

    *child = (struct child){0};
    if (pipe2(pipe_fd, O_CLOEXEC) != 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0)
        run_program(setup, parent, pipe_fd[1]);
    if (pid < 0)
        error = errno;
    close(pipe_fd[1]);
    if (!error && read(pipe_fd[0], &error, sizeof(error)) > 0)
        waitpid(pid, NULL, 0);
    close(pipe_fd[0]);
    return error ? -error : watch(child, pid);
}

int child_fork(void (*body)(const void *), const void *argument,
               struct child *child)
{
    const pid_t parent = getpid();
    pid_t pid = fork();

    *child = (struct child){0};
    if (pid == 0) {
        if (become_child(parent, NULL) == 0)
            body(argument);
        _exit(0);
    }
    return pid < 0 ? -errno : watch(child, pid);
}

/* Takes its end, and ends what it may have left behind. */
static void reap(struct child *child)
{
    struct rusage usage;
    const pid_t group = child->pid;

    while (wait4(child->pid, &child->status, 0, &usage) < 0 && errno == EINTR)
        ;
    child->cpu_ns =
        (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NS_PER_S +
        (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * NS_PER_US;
    if (child->pidfd >= 0)
        close(child->pidfd);
    child->pid = 0;
    kill(-group, SIGKILL);
}

/* The time left as ppoll() wants it; 0 when it is over. */
static struct timespec left_until(uint64_t deadline_ns)
{
    uint64_t now = clock_ns();
    uint64_t left = deadline_ns > now ? deadline_ns - now : 0;

    return (struct timespec){.tv_sec = (time_t)(left / NS_PER_S),
                             .tv_nsec = (long)(left % NS_PER_S)};
}

enum child_event child_wait(struct child *child, int fd, uint64_t deadline_ns)
{
    struct pollfd poll_fds[] = {
        {.fd = child->pidfd, .events = POLLIN},
        {.fd = signal_fd, .events = POLLIN},
        {.fd = fd, .events = POLLIN},
    };

    for (;;) {
        struct timespec left = left_until(deadline_ns);
        if (child_interrupted())
            return CHILD_INTERRUPT;
        int n = ppoll(poll_fds, 3, &left, NULL);
        if (n < 0 && errno != EINTR)
            abort(); /* EFAULT, EINVAL, ENOMEM: nothing can go on */
        if (n < 0)
            continue;
        if (poll_fds[2].revents)
            return CHILD_READABLE;
        if (poll_fds[0].revents) {
            reap(child);
            return CHILD_ENDED;
        }
        if (n == 0)
            return CHILD_LATE;
    }
}

void child_kill(struct child *child)
{
    if (!child->pid)
        return;
    kill(-child->pid, SIGKILL);
    kill(child->pid, SIGKILL); /* before it has its own group */
    reap(child);
}

bool child_finish(struct child *child, uint64_t limit_ns)
{
    if (!child->pid)
        return true;
    struct pollfd ended = {.fd = child->pidfd, .events = POLLIN};
    uint64_t deadline_ns = clock_ns() + limit_ns;
    int n;

    do {
        struct timespec left = left_until(deadline_ns);
        n = ppoll(&ended, 1, &left, NULL);
    } while (n < 0 && errno == EINTR);
    if (n > 0) {
        reap(child);
        return true;
    }
    child_kill(child);
    return false;
}

bool child_stop(struct child *child, uint64_t grace_ns)
{
    if (child->pid)
        kill(child->pid, SIGTERM);
    return child_finish(child, grace_ns);
}

const char *child_fate(const struct child *child, char *text, size_t size)
{
    if (WIFSIGNALED(child->status))
        snprintf(text, size, "killed by signal %d (%s)",
                 WTERMSIG(child->status), strsignal(WTERMSIG(child->status)));
    else
        snprintf(text, size, "exit status %d", WEXITSTATUS(child->status));
    return text;
}

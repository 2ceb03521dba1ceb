#include "servers/terminal.h"

#include "common/exits.h"
#include "common/msg.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LINE_SIZE = 4096, /* the most that a terminal's line has (termios(3)) */
    BACKGROUND_MS = 200,
};

struct forwarder {
    struct sockaddr_storage at;
    socklen_t n_at;
};

socklen_t terminal_target(int listen_fd, struct sockaddr_storage *at)
{
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)at;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)at;
    socklen_t n = sizeof(*at);

    if (getsockname(listen_fd, (struct sockaddr *)at, &n) != 0)
        return 0;
    if (at->ss_family == AF_INET && ipv4->sin_addr.s_addr == htonl(INADDR_ANY))
        ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (at->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&ipv6->sin6_addr))
        ipv6->sin6_addr = in6addr_loopback;
    return n;
}

/* To read then would stop the server as well: SIGTTIN goes to the group. */
static bool in_background(void)
{
    pid_t front = tcgetpgrp(STDIN_FILENO);

    return front >= 0 && front != getpgrp();
}

/* Waits until there is something to read. */
static bool wait_for_line(void)
{
    struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};

    for (;;) {
        bool back = in_background();
        int n = poll(&wait, back ? 0 : 1, back ? BACKGROUND_MS : -1);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0 && !in_background())
            return true;
    }
}

/* Shows all that comes; false if that is nothing. */
static bool show_reply(int fd)
{
    char reply[256];
    bool shown = false;
    ssize_t n;

    while ((n = recv(fd, reply, sizeof(reply), 0)) > 0)
        shown = write(STDERR_FILENO, reply, (size_t)n) == n;
    if (n == 0)
        errno = ECONNABORTED;
    return shown;
}

static bool exchange(const struct forwarder *forwarder, int fd,
                     const char *line, size_t n)
{
    const struct sockaddr *at = (const struct sockaddr *)&forwarder->at;

    /* The half-close ends a line that Ctrl-D has left without an end. */
    return connect(fd, at, forwarder->n_at) == 0 &&
           send(fd, line, n, MSG_NOSIGNAL) == (ssize_t)n &&
           shutdown(fd, SHUT_WR) == 0 && show_reply(fd);
}

static void deliver(const struct forwarder *forwarder, const char *line,
                    size_t n)
{
    int fd = socket(forwarder->at.ss_family, SOCK_STREAM, 0);

    if (fd < 0 || !exchange(forwarder, fd, line, n))
        msg_error("not recorded: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* A terminal hands over one line at a time. */
static void forward(const struct forwarder *forwarder)
{
    char line[LINE_SIZE];

    while (wait_for_line()) {
        ssize_t n = read(STDIN_FILENO, line, sizeof(line));
        if (n > 0)
            deliver(forwarder, line, (size_t)n);
        else if (n == 0 || (errno != EINTR && !in_background()))
            return;
    }
}

/* Keeps nothing open that is the server's: neither its sockets, nor what the
 * reader of its ready line waits for. */
static _Noreturn void run(const struct forwarder *forwarder, pid_t server)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != server) /* it died before that */
        _exit(EXIT_USAGE);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
        close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
        _exit(EXIT_USAGE);
    forward(forwarder);
    _exit(EXIT_FINE);
}

int terminal_forward(int listen_fd)
{
    struct forwarder forwarder = {.at.ss_family = AF_UNSPEC};
    pid_t server = getpid();
    pid_t pid;
    int fd;

    if (!isatty(STDIN_FILENO))
        return -ENOTTY;
    forwarder.n_at = terminal_target(listen_fd, &forwarder.at);
    if (forwarder.n_at == 0)
        return -errno;
    pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        run(&forwarder, server);
    /* Its number may be somebody else's by the time it is to end. */
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd >= 0)
        return fd;
    fd = -errno;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return fd;
}

void terminal_end(int fd)
{
    siginfo_t end;

    syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
    while (waitid(P_PIDFD, (id_t)fd, &end, WEXITED) != 0 && errno == EINTR)
        ;
    close(fd);
}

#include "servers/client/dial.h"

#include "common/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* How connecting ends, by then: 0 or -errno. */
static int await_connection(int fd, uint64_t until_ns)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t length = sizeof(error);
    int n;

    do {
        const struct timespec left = clock_left(until_ns);
        n = ppoll(&ready, 1, &left, NULL);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return -ETIMEDOUT;
    if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        return -errno;
    return -error;
}

static int connect_to(int fd, const struct addrinfo *at, uint64_t timeout_ns)
{
    const int on = 1;

    /* Each line leaves at once, though the last one is not yet acknowledged. */
    if (at->ai_family != AF_UNIX &&
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
        return -errno;
    if (connect(fd, at->ai_addr, at->ai_addrlen) == 0)
        return 0;
    return errno == EINPROGRESS ? await_connection(fd, clock_ns() + timeout_ns)
                                : -errno;
}

int dial(const struct addrinfo *at, uint64_t timeout_ns)
{
    const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int error = -EADDRNOTAVAIL;

    for (; at; at = at->ai_next) {
        int fd = socket(at->ai_family, type, 0);
        error = fd < 0 ? -errno : connect_to(fd, at, timeout_ns);
        if (!error)
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return error;
}

#include "loadgen/connections/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* Addresses without a free port, one after the other, before giving up. */
enum { SOURCES_MOST = 64 };

static int prepare(int fd, const struct target *target, struct source *source)
{
    const int on = 1;

    if (target_is_unix(target))
        return 0;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
        return -errno;
    return source_bind(source, fd);
}

static int connect_once(const struct target *target, struct source *source)
{
    int fd = socket(target->address.ss_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    int error = prepare(fd, target, source);
    if (!error &&
        connect(fd, (const struct sockaddr *)&target->address,
                target->address_len) != 0 &&
        errno != EINPROGRESS)
        error = -errno;
    if (!error)
        return fd;
    close(fd);
    return error;
}

int socket_connect(const struct target *target, struct source *source)
{
    int fd = connect_once(target, source);

    for (int i = 1; fd == -EADDRNOTAVAIL && i < SOURCES_MOST; i++) {
        if (!source_next(source))
            break;
        fd = connect_once(target, source);
    }
    return fd;
}

bool socket_may_connect_later(int error)
{
    return error == -EADDRNOTAVAIL || error == -EAGAIN;
}

int socket_connected(int fd)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        return -errno;
    return -error;
}

void socket_abort(int fd)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
}

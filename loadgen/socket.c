#include "loadgen/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

int socket_connect(const struct target *target)
{
    const int on = 1;
    int fd = socket(target->address.ss_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    if ((target_is_unix(target) ||
         setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0) &&
        (connect(fd, (const struct sockaddr *)&target->address,
                 target->address_len) == 0 ||
         errno == EINPROGRESS))
        return fd;
    int error = -errno;
    close(fd);
    return error;
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

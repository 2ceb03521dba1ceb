#include "servers/test/relay.h"

#include <poll.h>
#include <unistd.h>

bool relay_copy(int from, int to)
{
    char bytes[4096];
    ssize_t n = read(from, bytes, sizeof(bytes));
    ssize_t written = 0;

    for (ssize_t at = 0; at < n; at += written) {
        written = write(to, bytes + at, (size_t)(n - at));
        if (written < 0)
            return false;
    }
    return n > 0;
}

bool relay(int fd)
{
    struct pollfd at[] = {
        {.fd = fd, .events = POLLIN},
        {.fd = STDIN_FILENO, .events = POLLIN},
    };

    while (poll(at, 2, -1) > 0) {
        if (at[0].revents && !relay_copy(fd, STDOUT_FILENO))
            return true;
        if (!at[0].revents && !relay_copy(STDIN_FILENO, fd))
            return false;
    }
    return true;
}

/* tool_capture: a server that keeps the first bytes of each tool that loads
 * it, to see that they all send the same. Takes the options that the runner
 * gives, and answers like an HTTP server that always sends the same reply.
 * Environment: CAPTURE, the file to which the first request of each run is
 * appended, the port in it replaced by "PORT". */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 64, BUFFER = 4096 };

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/* Appends the first `n` bytes, without the port, which is another each time. */
static void keep(const char *bytes, size_t n, unsigned port)
{
    FILE *file = fopen(getenv("CAPTURE"), "a");
    char number[8];
    int length = snprintf(number, sizeof(number), "%u", port);

    if (!file)
        exit(1);
    for (size_t i = 0; i < n; i++) {
        if (n - i >= (size_t)length &&
            memcmp(bytes + i, number, (size_t)length) == 0) {
            fputs("PORT", file);
            i += (size_t)length - 1;
        } else {
            fputc(bytes[i], file);
        }
    }
    fclose(file);
}

static int listen_anywhere(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t length = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, length) != 0 ||
        listen(fd, MOST) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &length) != 0)
        exit(1);
    *port = ntohs(at.sin_port);
    return fd;
}

/* Answers what has come; false at the connection's end. */
static bool serve(int fd, unsigned port)
{
    static bool kept;
    char bytes[BUFFER];
    ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

    if (n <= 0)
        return false;
    if (!kept)
        keep(bytes, (size_t)n, port);
    kept = true;
    return send(fd, reply, sizeof(reply) - 1, MSG_NOSIGNAL) > 0;
}

static void add(struct pollfd *fds, nfds_t *n)
{
    int fd = accept(fds[0].fd, NULL, NULL);

    if (fd >= 0 && *n < MOST)
        fds[(*n)++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

int main(int argc, char **argv)
{
    unsigned port;
    struct pollfd fds[MOST] = {{.events = POLLIN}};
    nfds_t n = 1;

    if (argc > 1 && strcmp(argv[1], "--summary") == 0)
        return 1; /* it has none */
    fds[0].fd = listen_anywhere(&port);
    printf("ready capture 127.0.0.1 %u\n", port);
    fflush(stdout);
    /* It is ended by a signal, which the runner calls a failure: the test only
     * looks at the bytes. */
    while (poll(fds, n, -1) > 0) {
        if (fds[0].revents)
            add(fds, &n);
        for (nfds_t i = 1; i < n; i++) {
            if (!fds[i].revents || serve(fds[i].fd, port))
                continue;
            close(fds[i].fd);
            fds[i--] = fds[--n];
        }
    }
    return 1;
}

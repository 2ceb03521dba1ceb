/* tool_ask: asks a server one request after another over one connection.
 * Usage: tool_ask READY-FILE echo|http N
 * Waits for the ready line in READY-FILE. Exit: 0 N replies came, 1 not. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 20000 };

/* The port of the ready line; 0: it does not come. */
static unsigned ready_port(const char *name)
{
    for (int ms = 0; ms < WAIT_MS; ms += 5) {
        char line[128] = "";
        const char *space;
        FILE *file = fopen(name, "re");
        if (file && !fgets(line, sizeof(line), file))
            line[0] = '\0';
        if (file)
            fclose(file);
        space = strrchr(line, ' ');
        if (strchr(line, '\n') && space)
            return (unsigned)strtoul(space + 1, NULL, 10);
        poll(NULL, 0, 5);
    }
    return 0;
}

static int open_to(unsigned port)
{
    const struct sockaddr_in at = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct timeval wait = {.tv_sec = WAIT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool ask(int fd, bool http)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const size_t n = sizeof(request) - 1;
    const size_t n_reply = http ? 115 : n;
    char reply[256];

    return send(fd, request, n, MSG_NOSIGNAL) == (ssize_t)n &&
           recv(fd, reply, n_reply, MSG_WAITALL) == (ssize_t)n_reply;
}

int main(int argc, char **argv)
{
    unsigned port = argc == 4 ? ready_port(argv[1]) : 0;
    int fd = port > 0 ? open_to(port) : -1;
    long n = argc == 4 ? strtol(argv[3], NULL, 10) : 0;

    if (fd < 0) {
        fputs("tool_ask: no server\n", stderr);
        return 1;
    }
    while (n > 0 && ask(fd, strcmp(argv[2], "http") == 0))
        n--;
    close(fd);
    return n > 0;
}

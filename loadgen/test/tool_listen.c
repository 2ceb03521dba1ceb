/* Starts a server that can't take a free port and tell it: listens on one of
 * ADDRESS, prints it as a line, and becomes COMMAND, which finds the socket as
 * descriptor 3 and the port as $PORT. Clients may connect at once; they wait
 * for the server, and nobody else can have the port.
 * Usage: tool_listen ADDRESS COMMAND [ARGUMENT]... */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PASSED_FD = 3, BACKLOG = 128 };

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

/* A socket that listens on a free port of `address`. */
static int listen_on(const char *address)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found;

    if (getaddrinfo(address, "0", &hints, &found) != 0) {
        fprintf(stderr, "tool_listen: '%s' is no address\n", address);
        exit(2);
    }
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(fd, BACKLOG) != 0)
        fail(address);
    freeaddrinfo(found);
    return fd;
}

int main(int argc, char **argv)
{
    struct sockaddr_storage bound;
    socklen_t len = sizeof(bound);
    char port[8];

    if (argc < 3) {
        fputs("usage: tool_listen ADDRESS COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    int fd = listen_on(argv[1]);
    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0 ||
        getnameinfo((struct sockaddr *)&bound, len, NULL, 0, port, sizeof(port),
                    NI_NUMERICSERV) != 0)
        fail("port");
    if (fd != PASSED_FD && (dup2(fd, PASSED_FD) < 0 || close(fd) != 0))
        fail("descriptor");
    /* Nothing is left behind if the test is killed, nor what COMMAND starts. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (setenv("PORT", port, 1) != 0 || printf("%s\n", port) < 0 ||
        fflush(stdout) != 0)
        fail("port");
    execvp(argv[2], argv + 2);
    fail(argv[2]);
}

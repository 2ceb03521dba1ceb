/* tool_tell: a server that a test speaks for: listens on a free port of
 * 127.0.0.1, prints it as a line, and serves one connection: what comes from
 * stdin goes there, what it says goes to stdout. Closes at the end of stdin.
 * Usage: tool_tell */
#include "servers/test/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0 ||
        bind(listener, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &length) != 0) {
        perror("listen");
        return 2;
    }
    printf("%u\n", (unsigned)ntohs(at.sin_port));
    fflush(stdout);
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        perror("accept");
        return 2;
    }
    close(listener);
    /* who has said all may still listen */
    if (relay(fd)) {
        while (relay_copy(STDIN_FILENO, fd))
            ;
    }
    close(fd);
    return 0;
}

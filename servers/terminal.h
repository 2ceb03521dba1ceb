/* terminal.h: lines typed at the server's own terminal come to it like those
 * of any client, so that no model has to know of them. */
#ifndef SERVERS_TERMINAL_H
#define SERVERS_TERMINAL_H

#include <sys/socket.h>

/* Starts a child process that sends each line typed at stdin to the server that
 * listens on `listen_fd`, over a connection of its own, and shows the reply on
 * stderr. It ends with stdin or with this process, which may also wait for it
 * unknowingly. To be called before there are threads. Returns a descriptor for
 * terminal_end(); -ENOTTY if stdin is no terminal; or another -errno. */
int terminal_forward(int listen_fd);

/* Ends that process, if it has not ended, waits for it, and closes `fd`. */
void terminal_end(int fd);

/* Where to connect to what listens on `listen_fd`: loopback, if it listens
 * everywhere. Returns the length of the address; 0: errno. */
socklen_t terminal_target(int listen_fd, struct sockaddr_storage *at);

#endif

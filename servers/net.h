/* net.h: listen, accept, and one turn of receiving and sending. The socket
 * options of the tree are all here, so no model can have better ones. */
#ifndef SERVERS_NET_H
#define SERVERS_NET_H

#include "servers/conn.h"
#include "servers/worker.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

enum {
    NET_BACKLOG = 4096,
    /* A Unix socket's path is the longest address, with its NUL. */
    NET_ADDRESS_SIZE = sizeof(((struct sockaddr_un *)0)->sun_path),
};

/* Where a server listens, as the ready line shows it. */
struct net_place {
    char address[NET_ADDRESS_SIZE];
    unsigned port; /* 0: a Unix socket */
    dev_t device;  /* of its file */
    ino_t inode;
};

/* Listens at `host`: on TCP at a name or a numeric address and `port`, 0: a
 * free one; or at "unix:PATH", see net_unix.h. Tells in `place` where that is.
 * Returns the descriptor; -errno; or -EADDRNOTAVAIL if `host` is unknown. */
int net_listen(const char *host, unsigned port, bool blocking,
               struct net_place *place);

/* The next connection, in its slot of server->conns and open; NULL: none for
 * now. What can't be served is turned away and counted. A blocking worker
 * waits for one, and ticks, but returns NULL when a signal comes. */
struct conn *net_accept(struct worker *worker);

/* The same without a slot: the descriptor, or -1; the caller opens it. */
int net_accept_fd(struct worker *worker);

/* Has urgent data signalled to this thread: for models whose way of waiting does
 * not tell of it. */
void net_signal_urgent(struct worker *worker, int fd);

/* The same, and puts the connection's idle time-out on the socket: for models
 * that wait in recv and send. */
void net_prepare_blocking(struct worker *worker, int fd);

/* What a connection gets at a time: at most one recv, and SENDS_PER_TURN
 * sends. Returns what it wants next; at WANT_CLOSE the caller closes it. A
 * blocking worker waits here, ticks, and minds the deadlines. */
enum want net_turn(struct worker *worker, struct conn *conn);

/* Out-of-band data has arrived: takes the byte out of the way, so that it is
 * reported once, and counts it. The stream is not touched (tcp(7)). */
void net_urgent(struct worker *worker, struct conn *conn);

/* Closes the descriptor and frees the slot. If the server's reason was not that
 * all is done, says so on stderr, at most once a second. */
void net_close(struct worker *worker, struct conn *conn);

/* Turns away a descriptor just accepted for which the model has no room:
 * counts it as refused and says so on stderr, at most once a second. */
void net_refuse(struct worker *worker, int fd, const char *why);

#endif

#include "servers/net.h"

#include "servers/net_unix.h"

#include "common/msg.h"
#include "common/unix_path.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int set(int fd, int level, int option)
{
    const int on = 1;

    return setsockopt(fd, level, option, &on, sizeof(on));
}

/* A connection inherits TCP_NODELAY from here, which saves a call for each. */
static int listen_at(const struct addrinfo *at, bool blocking)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK);
    int fd = socket(at->ai_family, type, 0);
    int error;

    if (fd < 0)
        return -errno;
    if (set(fd, SOL_SOCKET, SO_REUSEADDR) == 0 &&
        set(fd, IPPROTO_TCP, TCP_NODELAY) == 0 &&
        bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
        listen(fd, NET_BACKLOG) == 0)
        return fd;
    error = -errno;
    close(fd);
    return error;
}

static int describe(int fd, struct net_place *place)
{
    struct sockaddr_storage at;
    socklen_t length = sizeof(at);
    char port[8];

    if (getsockname(fd, (struct sockaddr *)&at, &length) != 0)
        return -errno;
    if (getnameinfo((struct sockaddr *)&at, length, place->address,
                    sizeof(place->address), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return -EINVAL;
    place->port = (unsigned)strtoul(port, NULL, 10);
    return 0;
}

int net_listen(const char *host, unsigned port, bool blocking,
               struct net_place *place)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found;
    char service[8];
    int error;
    int fd;

    if (unix_path(host))
        return net_unix_listen(unix_path(host), blocking, place);
    snprintf(service, sizeof(service), "%u", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return -EADDRNOTAVAIL;
    fd = listen_at(found, blocking);
    freeaddrinfo(found);
    if (fd < 0)
        return fd;
    error = describe(fd, place);
    if (error) {
        close(fd);
        return error;
    }
    return fd;
}

void net_refuse(struct worker *worker, int fd, const char *why)
{
    worker->counts[COUNT_REFUSED]++;
    worker_complain(worker, "turned a connection away", why);
    close(fd);
}

/* A model that waits for every descriptor by itself must wait here, too, when
 * accepting would fail at once. */
static int wait_to_accept(struct worker *worker)
{
    poll(NULL, 0, worker_wait_ms(worker));
    worker_tick(worker);
    return -1;
}

/* accept() failed. What is the peer's doing, or a signal, or nothing there, is
 * no reason to stop accepting (accept(2), "Error handling"). */
static int not_accepted(struct worker *worker)
{
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
        errno == ENOMEM) {
        worker_complain(worker, "can't accept for now", strerror(errno));
        worker_pause(worker);
    }
    return -1;
}

int net_accept_fd(struct worker *worker)
{
    const struct server *server = worker->server;
    int flags = SOCK_CLOEXEC | (server->blocking ? 0 : SOCK_NONBLOCK);
    int fd;

    if (server->blocking && !worker_accepting(worker))
        return wait_to_accept(worker);
    fd = accept4(server->listen_fd, NULL, NULL, flags);
    if (server->blocking)
        worker_tick(worker);
    if (fd < 0)
        return not_accepted(worker);
    if (fd >= server->max_fd) {
        char why[80];
        snprintf(why, sizeof(why), "its descriptor %d is not below %d", fd,
                 server->max_fd);
        net_refuse(worker, fd, why);
        return -1;
    }
    return fd;
}

struct conn *net_accept(struct worker *worker)
{
    int fd = net_accept_fd(worker);
    struct conn *conn;

    if (fd < 0)
        return NULL;
    conn = &worker->server->conns[fd];
    worker_open(worker, conn, fd);
    if (worker->server->blocking)
        net_prepare_blocking(worker, fd);
    return conn;
}

/* Takes an urgent byte, if one is there, and counts it. */
static void take_urgent(struct worker *worker, int fd)
{
    char byte;

    if (recv(fd, &byte, 1, MSG_OOB | MSG_DONTWAIT) == 1)
        worker->counts[COUNT_URGENT]++;
}

void net_signal_urgent(struct worker *worker, int fd)
{
    const struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = gettid()};

    /* One that came before there was an owner to be signalled. */
    take_urgent(worker, fd);
    fcntl(fd, F_SETOWN_EX, &owner);
}

void net_prepare_blocking(struct worker *worker, int fd)
{
    uint64_t wait_ns = worker->idle.length_ns;
    struct timeval wait;

    net_signal_urgent(worker, fd);
    if (wait_ns == 0)
        return;
    /* A little more than the deadline, or it would be waited for twice. */
    wait_ns += NS_PER_MS;
    wait.tv_sec = (time_t)(wait_ns / NS_PER_S);
    wait.tv_usec = (suseconds_t)(wait_ns % NS_PER_S / NS_PER_US);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

/* A call on the connection failed: nothing there yet, or its end. */
static enum want failed(struct worker *worker, const struct conn *conn)
{
    if (errno == EAGAIN || errno == EINTR)
        return conn->want;
    worker->counts[COUNT_RESET]++;
    return WANT_CLOSE;
}

/* The socket's time-out is the idle one. Where a nearer deadline is set, which
 * is never between requests, poll() waits in place of recv(). */
static bool nothing_to_receive(struct worker *worker, const struct conn *conn)
{
    struct pollfd wait = {.fd = conn->fd, .events = POLLIN};

    if (!timer_runs(&conn->hurry) || poll(&wait, 1, worker_wait_ms(worker)) > 0)
        return false;
    worker_tick(worker);
    return true;
}

/* A signal interrupts a Unix socket's recv() even where bytes are waiting, and
 * the one that stops must not lose a request that has come. */
static ssize_t take(struct worker *worker, const struct conn *conn)
{
    size_t size = sizeof(worker->received);
    ssize_t n = recv(conn->fd, worker->received, size, 0);

    if (n < 0 && errno == EINTR)
        n = recv(conn->fd, worker->received, size, MSG_DONTWAIT);
    return n;
}

static enum want receive(struct worker *worker, struct conn *conn)
{
    bool blocking = worker->server->blocking;
    ssize_t n;

    if (blocking && nothing_to_receive(worker, conn))
        return WANT_READ;
    n = take(worker, conn);
    if (blocking)
        worker_tick(worker);
    if (n > 0)
        return conn_feed(conn, worker, worker->received, (size_t)n);
    if (n == 0)
        return conn_eof(conn, worker);
    return failed(worker, conn);
}

/* It was the file that failed, and not the peer: the rest of what was promised
 * can't be sent, and only the end of the connection can tell. */
static enum want lost_file(struct worker *worker, const struct conn *conn)
{
    const struct transfer *file = &conn->file;
    char name[256];

    transfer_name(file, name, sizeof(name));
    worker_complain(worker, name,
                    file->error == ESTALE ? "changed while it was sent"
                                          : strerror(file->error));
    worker->counts[COUNT_RESET]++;
    return WANT_CLOSE;
}

/* One send of what is next. The head of a file waits for its first bytes, so
 * that they share a packet. */
static ssize_t send_some(struct conn *conn, bool *all)
{
    struct out out = conn_out(conn);
    int flags = out.fd >= 0 ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL;
    ssize_t n;

    if (out.mem) {
        n = send(conn->fd, out.mem, out.len, flags);
        *all = n == (ssize_t)out.len;
    } else {
        n = transfer_send(&conn->file, conn->fd);
        *all = n >= 0 && !conn->file.full;
    }
    return n;
}

/* Sends once; false when another send would only find the socket full. */
static bool transmit(struct worker *worker, struct conn *conn, enum want *want)
{
    bool from_file = !conn->out.mem;
    bool blocking = worker->server->blocking;
    bool all;
    ssize_t n = send_some(conn, &all);

    /* A file can take long without a call that comes back empty-handed. */
    if (from_file && blocking && all)
        worker_tick(worker);
    /* What went out did so before the rest was waited for in vain: progress
     * counts from then. */
    if (n >= 0)
        *want = conn_sent(conn, worker, (size_t)n);
    if (!all && blocking)
        worker_tick(worker);
    if (n < 0) {
        *want =
            conn->file.error ? lost_file(worker, conn) : failed(worker, conn);
        return false;
    }
    if (conn_shuts(conn))
        shutdown(conn->fd, SHUT_WR);
    return all;
}

enum want net_turn(struct worker *worker, struct conn *conn)
{
    enum want want = conn->want;
    int sends = SENDS_PER_TURN;

    if (worker->server->blocking && worker_expired(worker))
        return WANT_CLOSE;
    if (want == WANT_READ)
        want = receive(worker, conn);
    while (want == WANT_WRITE && sends-- > 0) {
        if (!transmit(worker, conn, &want))
            break;
    }
    if (want == WANT_WRITE)
        conn->file.seen = false; /* there is a wait before the next turn */
    return want;
}

void net_urgent(struct worker *worker, struct conn *conn)
{
    take_urgent(worker, conn->fd);
}

void net_close(struct worker *worker, struct conn *conn)
{
    if (conn->why && tally_complains(worker->server->tally, COMPLAINT_CLOSING,
                                     worker->now_ns))
        msg_error("closed a connection: %s", conn->why);
    worker_forget(worker, conn);
    close(conn->fd);
}

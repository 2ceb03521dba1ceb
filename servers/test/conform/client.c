#include "servers/test/conform/client.h"

#include "common/clock.h"
#include "common/test/test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STUCK_MS = 300, REPLY_MAX = 256 };

static bool is_http(const struct service *service)
{
    return strcmp(service->proto, "http") == 0;
}

union address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_un local;
};

/* Where the service listens; returns the length of the address. */
static socklen_t address_of(const struct service *service, union address *at)
{
    const in_port_t port = htons((uint16_t)service->port);

    switch (service->network) {
    case OVER_IPV4:
        at->ipv4 = (struct sockaddr_in){.sin_family = AF_INET,
                                        .sin_port = port,
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
        return sizeof(at->ipv4);
    case OVER_IPV6:
        at->ipv6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                         .sin6_port = port,
                                         .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        return sizeof(at->ipv6);
    case OVER_UNIX:
        at->local = (struct sockaddr_un){.sun_family = AF_UNIX};
        snprintf(at->local.sun_path, sizeof(at->local.sun_path), "%s",
                 service->socket);
        return sizeof(at->local);
    }
    return 0;
}

int client_open(const struct service *service, int window)
{
    union address at = {.any.sa_family = AF_UNSPEC};
    socklen_t n = address_of(service, &at);
    int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;

    assert_true(fd >= 0);
    if (window > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(fd, &at.any, n) != 0)
        fail_msg("connect: %s", strerror(errno));
    return fd;
}

void client_reset(int fd)
{
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(fd);
}

void client_send(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent < 0)
            fail_msg("send: %s", strerror(errno));
        bytes += sent;
        n -= (size_t)sent;
    }
}

const char *client_request(const struct service *service)
{
    return is_http(service)
               ? "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
               : "the quick brown fox jumps over the lazy dog 0123456789\n";
}

size_t client_reply_length(const struct service *service)
{
    return is_http(service) ? 115 : strlen(client_request(service));
}

static void check_reply(const struct service *service, const char *reply)
{
    size_t n = client_reply_length(service);

    if (!is_http(service)) {
        assert_memory_equal(reply, client_request(service), n);
        return;
    }
    assert_memory_equal(reply, "HTTP/1.1 200 OK\r\nDate: ", 23);
    assert_memory_equal(reply + n - 17, "\r\n\r\nHello, World!", 17);
}

/* Waits until `fd` is ready for `events`; false after `ms`. */
static bool ready(int fd, short events, int ms)
{
    struct pollfd wait = {.fd = fd, .events = events};

    return poll(&wait, 1, ms) == 1;
}

/* Receives `n` bytes, or fewer if the connection ends, or is reset, before. */
static size_t receive(int fd, char *bytes, size_t n)
{
    size_t got = 0;

    while (got < n) {
        ssize_t part;
        if (!ready(fd, POLLIN, CLIENT_WAIT_MS))
            fail_msg("no reply, after %zu bytes", got);
        part = recv(fd, bytes + got, n - got, 0);
        if (part <= 0)
            break;
        got += (size_t)part;
    }
    return got;
}

void client_receive(int fd, char *bytes, size_t n)
{
    size_t got = receive(fd, bytes, n);

    if (got < n)
        fail_msg("the reply ends after %zu bytes", got);
}

int client_status(int fd)
{
    char line[] = "HTTP/1.1 200 ";
    size_t n = receive(fd, line, strlen(line));

    if (n == 0)
        return 0;
    assert_int_equal(n, strlen(line));
    assert_memory_equal(line, "HTTP/1.1 ", 9);
    return (int)strtol(line + 9, NULL, 10);
}

void client_expect_reply(const struct service *service, int fd)
{
    char reply[REPLY_MAX];

    client_receive(fd, reply, client_reply_length(service));
    check_reply(service, reply);
}

void client_ask(const struct service *service, int fd)
{
    client_send(fd, client_request(service), strlen(client_request(service)));
}

void client_exchange(const struct service *service, int fd)
{
    client_ask(service, fd);
    client_expect_reply(service, fd);
}

/* Sends what goes of a stream of `end` bytes made of requests; returns how far
 * it is now. */
static size_t send_some(const struct service *service, int fd, size_t at,
                        size_t end)
{
    const char *request = client_request(service);
    size_t length = strlen(request);
    char block[16384];
    size_t n = end - at < sizeof(block) ? end - at : sizeof(block);
    ssize_t sent;

    for (size_t i = 0; i < n; i++)
        block[i] = request[(at + i) % length];
    sent = send(fd, block, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        fail_msg("send: %s", strerror(errno));
    return sent < 0 ? at : at + (size_t)sent;
}

/* Receives what is there of a stream of replies; each is checked when it is
 * complete in `reply`. */
static size_t receive_some(const struct service *service, int fd, size_t at,
                           char *reply)
{
    size_t length = client_reply_length(service);
    size_t offset = at % length;
    ssize_t got = recv(fd, reply + offset, length - offset, MSG_DONTWAIT);

    if (got == 0 || (got < 0 && errno != EAGAIN))
        fail_msg("the replies end after %zu bytes", at);
    if (got < 0)
        return at;
    if (offset + (size_t)got == length)
        check_reply(service, reply);
    return at + (size_t)got;
}

void client_pump(const struct service *service, int fd, size_t n, bool slow)
{
    size_t n_send = n * strlen(client_request(service));
    size_t n_receive = n * client_reply_length(service);
    size_t sent = 0;
    size_t received = 0;
    char reply[REPLY_MAX];

    while (received < n_receive) {
        short out = sent < n_send ? POLLOUT : 0;
        struct pollfd wait = {.fd = fd,
                              .events = (short)(slow ? out : out | POLLIN)};
        int result = poll(&wait, 1, slow ? STUCK_MS : CLIENT_WAIT_MS);
        if (result == 0 && !slow)
            fail_msg("stuck: %zu bytes sent, %zu received", sent, received);
        if (result == 0)
            slow = false;
        if (wait.revents & POLLOUT)
            sent = send_some(service, fd, sent, n_send);
        if (wait.revents & ~POLLOUT)
            received = receive_some(service, fd, received, reply);
    }
    assert_int_equal(sent, n_send);
}

size_t client_fill(const struct service *service, int fd)
{
    size_t sent = 0;

    while (ready(fd, POLLOUT, STUCK_MS))
        sent = send_some(service, fd, sent, SIZE_MAX);
    return sent;
}

void client_expect_end(int fd)
{
    uint64_t until_ns = clock_ns() + UINT64_C(1000000) * CLIENT_WAIT_MS;
    char bytes[16384];

    while (clock_ns() < until_ns) {
        ssize_t got;
        if (!ready(fd, POLLIN, CLIENT_WAIT_MS))
            break;
        got = recv(fd, bytes, sizeof(bytes), 0);
        if (got == 0 || (got < 0 && (errno == ECONNRESET || errno == EPIPE)))
            return;
    }
    fail_msg("the connection does not end");
}

void client_expect_reset(int fd)
{
    if (!ready(fd, 0, CLIENT_WAIT_MS))
        fail_msg("the connection is not reset");
}

void client_expect_silence(int fd, int ms)
{
    if (ready(fd, POLLIN, ms))
        fail_msg("bytes, or an end, where none was to come");
}

/* Clients that are broken or mean harm. After each, a fresh one is served and
 * the server holds no more than before: see footprint.h. What one client may do
 * to itself is in stream.c. */
#include "common/test/test.h"

#include "common/clock.h"
#include "common/random.h"
#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"
#include "servers/test/conform/footprint.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ROUND_MS = 20, /* between two bytes of a slow client */
    /* What may be held for one client: an incomplete head, doubling. */
    MOST_HELD_BYTES = 512 * 1024,
};

#define BYTES(literal) literal, sizeof(literal) - 1
#define HOST "Host: a\r\n"
#define POST "POST / HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

/* The server has said so on stderr, or does soon. */
static void expect_logged(const struct service *service, const char *text)
{
    for (int ms = 0; ms < CLIENT_WAIT_MS; ms++) {
        if (service_logged(service, text))
            return;
        poll(NULL, 0, 1);
    }
    fail_msg("the server does not say \"%s\"", text);
}

/* How requests begin whose rest comes slowly, or never. */
static const struct {
    const char *begun;
    bool goes_on; /* with a letter now and then, which fits everywhere */
} slow[] = {
    {"G", true},
    {"GET /", true},
    {"GET / HTTP/1.1\r\nHo", true},
    {POST "Content-Length: 1000000\r\n\r\n", true},
    {CHUNKED "fffff\r\n", true},
    {CHUNKED "1;", true},
    {"GET / HT", false},
    {POST "Content-Length: 1000000\r\n\r\n", false},
};

/* One round of the slow clients; returns how many the server has cut off. */
static unsigned go_on_slowly(struct pollfd *clients)
{
    unsigned n = 0;

    poll(clients, LENGTH(slow), ROUND_MS);
    for (size_t i = 0; i < LENGTH(slow); i++) {
        struct pollfd *client = &clients[i];
        if (client->fd < 0)
            continue;
        if (client->revents) {
            assert_int_equal(client_status(client->fd), 0);
            close(client->fd);
            client->fd = -1; /* poll() passes it over */
            n++;
        } else if (slow[i].goes_on) {
            /* It may have been cut off just now. */
            (void)send(client->fd, "a", 1, MSG_NOSIGNAL);
        }
    }
    return n;
}

/* Those served at once are cut off in time, others are served meanwhile; where
 * only some are, each waits for its turn, and then has its time. */
static void slow_requests_are_cut_and_others_served(const char *proto)
{
    struct service service = service_start(proto, "--request-timeout 200ms");
    struct footprint before = footprint_take(&service);
    const unsigned n = LENGTH(slow);
    bool waits = service_at_once(&service, n + 1) <= n;
    uint64_t until_ns = clock_ns() + UINT64_C(1000000) * CLIENT_WAIT_MS;
    struct pollfd clients[LENGTH(slow)];
    unsigned n_cut = 0;
    int other;

    for (unsigned i = 0; i < n; i++) {
        clients[i].fd = client_open(&service, 0);
        clients[i].events = POLLIN;
        client_send(clients[i].fd, slow[i].begun, strlen(slow[i].begun));
    }
    other = client_open(&service, 0);
    client_ask(&service, other);
    while (n_cut < n && clock_ns() < until_ns) {
        if (!waits) {
            client_expect_reply(&service, other);
            client_ask(&service, other);
        }
        n_cut += go_on_slowly(clients);
    }
    assert_int_equal(n_cut, n);
    client_expect_reply(&service, other);
    close(other);
    footprint_expect(&service, &before);
    service_stop(&service);
    assert_in_range(service_count(&service, "timed_out"), n, UINT32_MAX);
    assert_true(service_logged(&service, "its request took too long"));
}

/* A hundred that send nothing: they time out. Where only some are served, those
 * time out, and the others leave. */
static void silent_connections_harm_nobody(const char *proto)
{
    enum { N = 100 };
    struct service service = service_start(proto, "--idle-timeout 1s");
    struct footprint before = footprint_take(&service);
    unsigned n = service_at_once(&service, N);
    int fds[N];
    int other;

    for (int i = 0; i < N; i++)
        fds[i] = client_open(&service, 0);
    other = client_open(&service, 0);
    client_ask(&service, other);
    if (n == N)
        client_expect_reply(&service, other);
    for (unsigned i = 0; i < n; i++)
        client_expect_end(fds[i]);
    for (int i = 0; i < N; i++)
        close(fds[i]);
    if (n < N)
        client_expect_reply(&service, other);
    close(other);
    footprint_expect(&service, &before);
    service_stop(&service);
    assert_in_range(service_count(&service, "timed_out"), n, UINT32_MAX);
    assert_true(service_logged(&service, "no progress in time"));
}

/* Sends up to `left` bytes 'a', and stops at a reply if `until` is POLLIN, or
 * when the connection is broken. Returns how many it sent. Meanwhile, the
 * server holds little. */
static uint64_t stream(const struct service *service, int fd, uint64_t left,
                       short until, const struct footprint *before)
{
    enum { LOOK_EVERY_BYTES = 4 * 1024 * 1024 };
    static char block[256 * 1024];
    uint64_t sent = 0;
    uint64_t looked = 0;

    memset(block, 'a', sizeof(block));
    while (sent < left) {
        struct pollfd wait = {.fd = fd, .events = (short)(POLLOUT | until)};
        size_t most =
            left - sent < sizeof(block) ? (size_t)(left - sent) : sizeof(block);
        ssize_t n;
        if (poll(&wait, 1, CLIENT_WAIT_MS) != 1)
            fail_msg("stuck after %llu bytes", (unsigned long long)sent);
        if (wait.revents & until)
            break;
        n = send(fd, block, most, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            break;
        sent += n > 0 ? (uint64_t)n : 0;
        if (sent - looked >= LOOK_EVERY_BYTES) {
            footprint_expect_memory(service, before, MOST_HELD_BYTES);
            looked = sent;
        }
    }
    return sent;
}

/* Of 1 GiB, no more is sent before the refusal than the sockets' buffers hold.
 * Then the server discards for a second, and closes. */
static void a_huge_head_is_refused_early(const char *proto)
{
    static const struct {
        const char *begun;
        int status;
    } heads[] = {{"GET /", 414}, {"GET / HTTP/1.1\r\nX: ", 431}};
    const uint64_t all = UINT64_C(1) << 30;
    struct service service = service_start(proto, "");
    struct footprint before = footprint_take(&service);

    for (size_t i = 0; i < LENGTH(heads); i++) {
        int fd = client_open(&service, 0);
        uint64_t sent;
        client_send(fd, heads[i].begun, strlen(heads[i].begun));
        sent = stream(&service, fd, all, POLLIN, &before);
        assert_int_equal(client_status(fd), heads[i].status);
        print_message("# refused with %d after at most %llu bytes\n",
                      heads[i].status, (unsigned long long)sent);
        assert_in_range(sent, 0, all / 16);
        stream(&service, fd, all - sent, 0, &before);
        close(fd);
        footprint_expect(&service, &before);
    }
    service_stop(&service);
    assert_true(service_logged(&service, "closed a connection: URI Too Long"));
}

/* A body of the length that it says is answered; `surplus` after it gets
 * `status`, or 0: is cut off. */
static void expect_surplus(const struct service *service, const char *surplus,
                           int status)
{
    int fd = client_open(service, 0);

    client_send(fd, BYTES(POST "Content-Length: 5\r\n\r\nhello"));
    client_send(fd, surplus, strlen(surplus));
    client_expect_reply(service, fd);
    assert_int_equal(client_status(fd), status);
    shutdown(fd, SHUT_WR);
    client_expect_end(fd);
    close(fd);
}

/* RFC 9112, 6.3: the length decides where a request ends. */
static void a_body_ends_where_it_says(const char *proto)
{
    struct service service = service_start(proto, "--request-timeout 200ms");
    struct footprint before = footprint_take(&service);
    int fd;

    expect_surplus(&service, "more\r\n", 400);
    expect_surplus(&service, "\x01more", 400);
    expect_surplus(&service, "more", 0);
    expect_surplus(&service, "GET / HTTP/1.1\r\n" HOST "\r\n", 200);
    fd = client_open(&service, 0);
    client_send(fd, BYTES(POST "Content-Length: 5\r\n\r\nhell"));
    shutdown(fd, SHUT_WR);
    assert_int_equal(client_status(fd), 0);
    close(fd);
    footprint_expect(&service, &before);
    service_stop(&service);
    assert_true(service_logged(&service, "closed a connection: "));
}

/* What HTTP refuses. None needs an end of the connection to be refused. */
static const struct garbage {
    const char *bytes;
    size_t n;
    int status;
} garbage[] = {
    {BYTES("\0\0\0\0"), 400},
    {BYTES("\n\n\n"), 400},
    {BYTES("\xff\xfe\xfd"), 400},
    {BYTES("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"), 400}, /* TLS */
    {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
    {BYTES("SSH-2.0-x\r\n"), 400},
    {BYTES("GET /\0 HTTP/1.1\r\n"), 400},
    {BYTES("GET / HTTP/1.1\r\nHost: a\0b\r\n"), 400},
    {BYTES("GET / HTTP/1.1\r\nH\xc3\xb6st: a\r\n"), 400},
    {BYTES("GET / HTTP/1.1\r\n" HOST " folded\r\n"), 400},
    {BYTES("GET http://user@a/ HTTP/1.1\r\n"), 400},
    {BYTES("CONNECT a:80 HTTP/1.1\r\n"), 405},
    {BYTES("TRACE / HTTP/1.1\r\n"), 405},
    {BYTES(POST "Expect: everything\r\n"), 417},
    {BYTES(POST "Content-Length: 99999999999999999999999\r\n"), 413},
    {BYTES(POST "Content-Length: -1\r\n"), 400},
    {BYTES(CHUNKED "ffffffffffffffffffffffff\r\n"), 413},
    {BYTES(CHUNKED "-1\r\n"), 400},
};

static void expect_back(int fd, const char *bytes, size_t n)
{
    static char back[64 * 1024];

    client_receive(fd, back, n);
    assert_memory_equal(back, bytes, n);
}

/* Echo returns it; HTTP refuses it, with `status` if that is not 0. */
static void send_garbage(const struct service *service,
                         const struct garbage *what)
{
    int fd = client_open(service, 0);
    int status;

    client_send(fd, what->bytes, what->n);
    if (strcmp(service->proto, "http") != 0) {
        expect_back(fd, what->bytes, what->n);
    } else {
        status = client_status(fd);
        assert_in_range(status, 400, 599);
        if (what->status)
            assert_int_equal(status, what->status);
    }
    shutdown(fd, SHUT_WR);
    client_expect_end(fd);
    close(fd);
}

static void garbage_is_refused_or_echoed(const char *proto)
{
    static char random[64 * 1024];
    struct service service = service_start(proto, "");
    struct footprint before = footprint_take(&service);
    uint64_t seed = 6;

    for (size_t i = 0; i < LENGTH(garbage); i++)
        send_garbage(&service, &garbage[i]);
    for (int i = 0; i < 20; i++) {
        for (size_t at = 0; at < sizeof(random); at++)
            random[at] = (char)random_next(&seed);
        send_garbage(&service, &(struct garbage){random, sizeof(random), 0});
    }
    footprint_expect(&service, &before);
    service_stop(&service);
    if (strcmp(proto, "http") == 0)
        assert_true(service_logged(&service, "closed a connection: "));
}

/* Far more than 10,000 requests, until the server takes no more, of whose
 * replies a few are read before the reset. */
static void a_reset_amid_unread_replies_leaves_nothing(const char *proto)
{
    struct service service = service_start(proto, "");
    struct footprint before = footprint_take(&service);

    for (int i = 0; i < 3; i++) {
        int fd = client_open(&service, TINY_WINDOW);
        size_t n = client_fill(&service, fd) / strlen(client_request(&service));
        print_message("# %zu requests fill all buffers\n", n);
        footprint_expect_memory(&service, &before, MOST_HELD_BYTES);
        for (int k = 0; k < 50; k++)
            client_expect_reply(&service, fd);
        client_reset(fd);
    }
    footprint_expect(&service, &before);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), 3);
}

/* Half of them with a reset, half in order; half in silence, half within a
 * request. A fresh client every now and then has the server keep up. */
static void thousands_come_and_go(const char *proto)
{
    enum { N = 10000, N_SANITIZED = 2000, AT_ONCE = 250 };
    struct service service = service_start(proto, "");
    struct footprint before = footprint_take(&service);
    int n = service_is_sanitized() ? N_SANITIZED : N;

    for (int i = 1; i <= n; i++) {
        int fd = client_open(&service, 0);
        if (i % 4 < 2)
            client_send(fd, client_request(&service), 5);
        if (i % 2)
            client_reset(fd);
        else
            close(fd);
        if (i % AT_ONCE == 0) {
            fd = client_open(&service, 0);
            client_exchange(&service, fd);
            close(fd);
        }
    }
    footprint_expect(&service, &before);
    service_stop(&service);
    assert_int_equal(service_count(&service, "refused"), 0);
}

/* Forty clients, and 32 descriptors a process: those that find none wait in the
 * kernel's queue until others leave, which the server says. */
static void with_32_descriptors_the_rest_waits(const char *proto)
{
    enum { N = 40, MOST = 32 };
    struct service service = service_start(proto, "");
    struct footprint before = footprint_take(&service);
    int fds[N];

    service_limit_descriptors(&service, MOST);
    for (int i = 0; i < N; i++) {
        fds[i] = client_open(&service, 0);
        client_ask(&service, fds[i]);
    }
    client_expect_reply(&service, fds[0]);
    /* One process for all of them can't hold them; one each can. */
    if (!service.facts.serves_at_once && service_processes(&service) == 1)
        expect_logged(&service, "can't accept for now");
    for (int i = 0; i < N; i++) {
        if (i > 0)
            client_expect_reply(&service, fds[i]);
        close(fds[i]);
    }
    footprint_expect(&service, &before);
    service_stop(&service);
    assert_int_equal(service_count(&service, "refused"), 0);
}

const struct behaviour hostile_behaviours[] = {
    {"slow_requests_are_cut_and_others_served",
     slow_requests_are_cut_and_others_served, FOR_HTTP},
    {"silent_connections_harm_nobody", silent_connections_harm_nobody,
     FOR_BOTH | FOR_UNIX},
    {"a_huge_head_is_refused_early", a_huge_head_is_refused_early, FOR_HTTP},
    {"a_body_ends_where_it_says", a_body_ends_where_it_says,
     FOR_HTTP | FOR_UNIX},
    {"garbage_is_refused_or_echoed", garbage_is_refused_or_echoed, FOR_BOTH},
    {"a_reset_amid_unread_replies_leaves_nothing",
     a_reset_amid_unread_replies_leaves_nothing, FOR_BOTH},
    {"thousands_come_and_go", thousands_come_and_go, FOR_BOTH},
    {"with_32_descriptors_the_rest_waits", with_32_descriptors_the_rest_waits,
     FOR_HTTP},
    {NULL, NULL, 0},
};

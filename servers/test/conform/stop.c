/* What SIGTERM and SIGINT do. service_wait() fails a test in which the server
 * takes more than 3 s. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void stop_without_connections(const char *proto)
{
    struct service service = service_start(proto, "");

    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 0);
}

static void an_interrupt_stops_likewise(const char *proto)
{
    struct service service = service_start(proto, "");

    kill(service.pid, SIGINT);
    service_wait(&service);
}

/* Until the server has seen what was sent on other connections before: whichever
 * way it goes round, it comes by all of them between two replies to one. */
static void await_a_round(const struct service *service, int fd)
{
    client_exchange(service, fd);
    client_exchange(service, fd);
}

static void stop_closes_connections_at_rest(const char *proto)
{
    enum { N = 100 };
    struct service service = service_start(proto, "");
    unsigned n = service_at_once(&service, N);
    int fds[N];
    bool begun;

    for (unsigned i = 0; i < N; i++)
        fds[i] = client_open(&service, 0);
    for (unsigned i = 0; i < n; i++)
        client_exchange(&service, fds[i]);
    begun = n > 1 && strcmp(proto, "http") == 0;
    if (begun) {
        client_send(fds[0], client_request(&service), 5);
        await_a_round(&service, fds[1]);
    }
    kill(service.pid, SIGTERM);
    for (unsigned i = begun ? 1 : 0; i < n; i++) {
        client_expect_end(fds[i]);
        close(fds[i]);
    }
    if (begun) { /* they did not end because all did */
        client_expect_silence(fds[0], 1);
        close(fds[0]);
    }
    for (unsigned i = n; i < N; i++) { /* those that waited for their turn */
        client_expect_end(fds[i]);
        close(fds[i]);
    }
    service_wait(&service);
    assert_int_equal(service_count(&service, "timed_out"), 0);
}

/* Whether the server has noticed the signal yet or not, the request that has
 * begun gets its reply, and then the connection ends. */
static void stop_finishes_requests(const char *proto)
{
    struct service service = service_start(proto, "");
    const char *request = client_request(&service);
    bool http = strcmp(proto, "http") == 0;
    size_t split = http ? 5 : strlen(request);
    bool others = service_at_once(&service, 2) == 2;
    int other = others ? client_open(&service, 0) : -1;
    int fd = client_open(&service, 0);

    client_exchange(&service, fd);
    client_send(fd, request, split);
    if (!http)
        client_expect_reply(&service, fd);
    if (others)
        await_a_round(&service, other);
    kill(service.pid, SIGTERM);
    if (others) { /* that it ends shows that the stop is under way */
        client_expect_end(other);
        close(other);
    }
    if (http) {
        char reply[64];
        client_send(fd, request + split, strlen(request) - split);
        assert_int_equal(recv(fd, reply, 15, MSG_WAITALL), 15);
        assert_memory_equal(reply, "HTTP/1.1 200 OK", 15);
    }
    shutdown(fd, SHUT_WR);
    client_expect_end(fd);
    close(fd);
    service_wait(&service);
    assert_int_equal(service_count(&service, "requests"), others ? 4 : 2);
}

static void stop_does_not_wait_for_ever(const char *proto)
{
    struct service service = service_start(proto, "");
    int stuck = client_open(&service, TINY_WINDOW);
    int begun = client_open(&service, 0);

    client_fill(&service, stuck);
    client_send(begun, client_request(&service), 5);
    service_stop(&service);
    client_reset(stuck);
    client_reset(begun);
}

const struct behaviour stop_behaviours[] = {
    {"stop_without_connections", stop_without_connections, FOR_BOTH | FOR_UNIX},
    {"an_interrupt_stops_likewise", an_interrupt_stops_likewise,
     FOR_BOTH | FOR_UNIX},
    {"stop_closes_connections_at_rest", stop_closes_connections_at_rest,
     FOR_BOTH | FOR_UNIX},
    {"stop_finishes_requests", stop_finishes_requests, FOR_BOTH | FOR_UNIX},
    {"stop_does_not_wait_for_ever", stop_does_not_wait_for_ever,
     FOR_BOTH | FOR_UNIX},
    {NULL, NULL, 0},
};

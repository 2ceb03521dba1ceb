/* What one client at a time may do. */
#include "common/test/test.h"

#include "common/clock.h"
#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void requests_are_answered_in_turn(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);

    for (int i = 0; i < 100; i++)
        client_exchange(&service, fd);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 1);
    assert_int_equal(service_count(&service, "requests"), 100);
    assert_int_equal(service_count(&service, "reset"), 0);
}

static void requests_in_single_bytes_are_answered(const char *proto)
{
    struct service service = service_start(proto, "");
    const char *request = client_request(&service);
    int fd = client_open(&service, 0);

    for (int i = 0; i < 10; i++) {
        for (const char *at = request; *at; at++)
            client_send(fd, at, 1);
        client_expect_reply(&service, fd);
    }
    close(fd);
    service_stop(&service);
}

/* More than 1 MiB through a receive window of a few KiB: every reply is sent
 * in parts. */
static void replies_through_a_tiny_window_are_whole(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, TINY_WINDOW);

    client_pump(&service, fd, 20000, true);
    client_exchange(&service, fd);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), 0);
}

static void pipelined_requests_are_answered_in_order(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);

    client_pump(&service, fd, 20000, false);
    close(fd);
    service_stop(&service);
    if (strcmp(proto, "http") == 0)
        assert_int_equal(service_count(&service, "requests"), 20000);
}

static void half_close_finishes_replying(const char *proto)
{
    enum { N = 2000 };
    struct service service = service_start(proto, "");
    int fd = client_open(&service, TINY_WINDOW);
    const char *request = client_request(&service);

    for (int i = 0; i < N; i++)
        client_send(fd, request, strlen(request));
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < N; i++)
        client_expect_reply(&service, fd);
    client_expect_end(fd);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), 0);
}

static void a_reset_hurts_nobody_else(const char *proto)
{
    struct service service = service_start(proto, "");
    const char *request = client_request(&service);
    int fd;

    for (int i = 0; i < 20; i++) {
        fd = client_open(&service, 0);
        client_exchange(&service, fd);
        client_send(fd, request, 5);
        client_reset(fd);
        fd = client_open(&service, 0);
        client_exchange(&service, fd);
        close(fd);
    }
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 40);
    assert_int_not_equal(service_count(&service, "reset"), 0);
}

/* It is still sending when the peer is gone: EPIPE, and SIGPIPE if it is not
 * careful. */
static void sending_to_the_gone_kills_nothing(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd;

    for (int i = 0; i < 3; i++) {
        fd = client_open(&service, TINY_WINDOW);
        client_fill(&service, fd);
        client_reset(fd);
    }
    fd = client_open(&service, 0);
    client_exchange(&service, fd);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), 3);
}

/* SIGURG is caught, and so interrupts; stopping and continuing does, too. From
 * another process it tells of no urgent data. */
static void signals_interrupt_nothing(const char *proto)
{
    struct service service = service_start(proto, "");
    const char *request = client_request(&service);
    int fd = client_open(&service, 0);

    for (int i = 0; i < 200; i++) {
        client_send(fd, request, 5);
        service_signal(&service, SIGURG);
        if (i % 10 == 0) {
            service_signal(&service, SIGSTOP);
            service_signal(&service, SIGCONT);
        }
        client_send(fd, request + 5, strlen(request) - 5);
        service_signal(&service, SIGURG);
        client_expect_reply(&service, fd);
    }
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 1);
    assert_int_equal(service_count(&service, "reset"), 0);
    assert_int_equal(service_count(&service, "urgent"), 0);
}

static void urgent_data_is_counted_and_not_in_the_stream(const char *proto)
{
    struct service service = service_start(proto, "");
    const char *request = client_request(&service);
    int fd = client_open(&service, 0);

    for (int i = 0; i < 5; i++) {
        client_send(fd, request, 5);
        assert_int_equal(send(fd, "!", 1, MSG_OOB), 1);
        client_send(fd, request + 5, strlen(request) - 5);
        client_expect_reply(&service, fd);
    }
    close(fd);
    service_stop(&service);
    assert_in_range(service_count(&service, "urgent"), 1, 5);
}

/* 2 MB after a bad request, unread, must not turn the reply into a reset. */
static void a_refusal_arrives_before_what_follows_is_read(const char *proto)
{
    enum { N = 2 * 1024 * 1024 };
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);
    char *junk = calloc(1, N);
    char reply[16];

    assert_non_null(junk);
    client_send(fd, "BAD\r\n", 5);
    client_send(fd, junk, N);
    assert_int_equal(recv(fd, reply, 13, MSG_WAITALL), 13);
    assert_memory_equal(reply, "HTTP/1.1 400 ", 13);
    shutdown(fd, SHUT_WR);
    client_expect_end(fd);
    free(junk);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), 0);
}

/* Nothing is read for so long that each of the server's waits has ended. */
static void silence_closes(const char *proto)
{
    struct service service = service_start(proto, "--idle-timeout 300ms");
    int fd = client_open(&service, 0);
    uint64_t start_ns;

    client_exchange(&service, fd);
    start_ns = clock_ns();
    client_expect_end(fd);
    assert_true(clock_ns() - start_ns >= 290 * UINT64_C(1000000));
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "timed_out"), 1);
}

static void never_reading_closes(const char *proto)
{
    struct service service = service_start(proto, "--idle-timeout 700ms");
    int fd = client_open(&service, TINY_WINDOW);

    client_fill(&service, fd);
    client_expect_reset(fd);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "timed_out"), 1);
}

/* A byte now and then: HTTP wants the request to be complete in time, while
 * to echo each byte is one. */
static void slow_requests_are_cut(const char *proto)
{
    struct service service = service_start(proto, "--request-timeout 500ms");
    bool http = strcmp(proto, "http") == 0;
    const char *at = client_request(&service);
    int fd = client_open(&service, 0);
    struct pollfd wait = {.fd = fd, .events = http ? POLLIN : 0};
    uint64_t start_ns = clock_ns();

    while (clock_ns() - start_ns < 1000 * UINT64_C(1000000)) {
        client_send(fd, at++, 1);
        if (poll(&wait, 1, 60) > 0)
            break;
    }
    if (http) {
        client_expect_end(fd);
        assert_true(clock_ns() - start_ns >= 490 * UINT64_C(1000000));
    } else {
        client_send(fd, at, strlen(at));
        client_expect_reply(&service, fd);
    }
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "timed_out"), http ? 1 : 0);
}

/* Nothing more comes of a request: no byte wakes the server. */
static void half_requests_are_cut(const char *proto)
{
    struct service service = service_start(proto, "--request-timeout 300ms");
    int fd = client_open(&service, 0);

    client_send(fd, client_request(&service), 5);
    client_expect_end(fd);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "timed_out"), 1);
}

const struct behaviour stream_behaviours[] = {
    {"requests_are_answered_in_turn", requests_are_answered_in_turn,
     FOR_BOTH | FOR_UNIX | FOR_IPV6},
    {"requests_in_single_bytes_are_answered",
     requests_in_single_bytes_are_answered, FOR_BOTH | FOR_UNIX},
    {"replies_through_a_tiny_window_are_whole",
     replies_through_a_tiny_window_are_whole, FOR_BOTH | FOR_UNIX},
    {"pipelined_requests_are_answered_in_order",
     pipelined_requests_are_answered_in_order, FOR_BOTH | FOR_UNIX},
    {"half_close_finishes_replying", half_close_finishes_replying, FOR_BOTH},
    {"a_reset_hurts_nobody_else", a_reset_hurts_nobody_else, FOR_BOTH},
    {"sending_to_the_gone_kills_nothing", sending_to_the_gone_kills_nothing,
     FOR_BOTH | FOR_UNIX},
    {"signals_interrupt_nothing", signals_interrupt_nothing,
     FOR_BOTH | FOR_UNIX},
    {"urgent_data_is_counted_and_not_in_the_stream",
     urgent_data_is_counted_and_not_in_the_stream, FOR_BOTH},
    {"a_refusal_arrives_before_what_follows_is_read",
     a_refusal_arrives_before_what_follows_is_read, FOR_HTTP | FOR_UNIX},
    {"silence_closes", silence_closes, FOR_BOTH | FOR_UNIX},
    {"never_reading_closes", never_reading_closes, FOR_BOTH},
    {"half_requests_are_cut", half_requests_are_cut, FOR_HTTP},
    {"slow_requests_are_cut", slow_requests_are_cut, FOR_BOTH},
    {NULL, NULL, 0},
};

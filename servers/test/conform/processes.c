/* What becomes of a server's processes. Where there is but one, the same
 * clients are served likewise, and that is what is tested. */
#include "common/test/test.h"

#include "common/clock.h"
#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"

#include <poll.h>
#include <unistd.h>

/* Waits until `count` of the server is `n`. */
static void await(const struct service *service,
                  unsigned (*count)(const struct service *), unsigned n)
{
    unsigned now = n + 1;

    for (int ms = 0; ms < CLIENT_WAIT_MS; ms++) {
        now = count(service);
        if (now == n)
            return;
        poll(NULL, 0, 1);
    }
    fail_msg("there are %u processes or threads and not %u", now, n);
}

static void exchange_once(const struct service *service)
{
    int fd = client_open(service, 0);

    client_exchange(service, fd);
    close(fd);
}

static void processes_end_with_their_connections(const char *proto)
{
    struct service service = service_start(proto, "");
    unsigned n;

    service_rest(&service);
    n = service_processes(&service);
    for (int i = 0; i < 100; i++)
        exchange_once(&service);
    await(&service, service_processes, n);
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 100);
}

/* Each comes before the one served has left, and is at its turn at once: no
 * end is overlooked. */
static void the_next_is_served_when_there_is_room(const char *proto)
{
    struct service service = service_start(proto, "--max-connections 1");
    int now = client_open(&service, 0);

    for (int i = 0; i < 300; i++) {
        int next = client_open(&service, 0);
        client_exchange(&service, now);
        close(now);
        now = next;
    }
    client_exchange(&service, now);
    close(now);
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 301);
}

/* All that can die without the server are killed. */
static void a_process_that_dies_is_no_loss_to_others(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);
    unsigned killed;

    client_exchange(&service, fd);
    killed = service_kill_children(&service);
    if (killed > 0)
        client_expect_end(fd);
    else
        client_exchange(&service, fd);
    close(fd);
    exchange_once(&service);
    service_stop(&service);
    if (killed > 0)
        assert_true(service_logged(&service, "Killed"));
}

/* Those that are there without a connection are replaced, but not in a tight
 * loop: the first time at once, and then every 100 ms. */
static void processes_that_die_often_are_replaced_slowly(const char *proto)
{
    enum { TIMES = 4, LEAST_MS = 100 * (TIMES - 1) - 10 };
    struct service service = service_start(proto, "");
    uint64_t start_ns = clock_ns();
    unsigned n;

    service_rest(&service);
    n = service_processes(&service);
    for (int i = 0; i < TIMES; i++) {
        service_kill_children(&service);
        await(&service, service_processes, n);
    }
    if (n > 1)
        assert_true(clock_ns() - start_ns >= LEAST_MS * UINT64_C(1000000));
    exchange_once(&service);
    service_stop(&service);
}

static void nothing_outlives_a_killed_server(const char *proto)
{
    enum { N = 20 };
    struct service service = service_start(proto, "");
    unsigned n = service_at_once(&service, N);
    int fds[N];

    for (unsigned i = 0; i < n; i++) {
        fds[i] = client_open(&service, 0);
        client_exchange(&service, fds[i]);
    }
    service_kill(&service);
    for (unsigned i = 0; i < n; i++) {
        client_expect_end(fds[i]);
        close(fds[i]);
    }
}

/* Two are enough for one connection, in all models. One that starts a process
 * or a thread for each connection turns away those for which there is none,
 * says so, and goes on. */
static void beyond_the_process_limit_it_turns_away(const char *proto)
{
    struct service service;
    unsigned n_before;
    bool starts_one;
    int fd;

    if (geteuid() != 0) {
        print_message("# only root can start it as another user: skipped\n");
        return;
    }
    if (service_is_sanitized()) {
        print_message("# a sanitizer starts threads of its own: skipped\n");
        return;
    }
    service = service_start_bounded(proto, "--workers 1", 2);
    service_rest(&service);
    n_before = service_threads(&service);
    fd = client_open(&service, 0);
    client_exchange(&service, fd);
    starts_one = service_threads(&service) > n_before;
    if (starts_one) {
        int refused = client_open(&service, 0);
        client_expect_end(refused);
        close(refused);
    }
    client_exchange(&service, fd);
    close(fd);
    await(&service, service_threads, n_before);
    exchange_once(&service);
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 2);
    assert_int_equal(service_count(&service, "refused"), starts_one);
    if (starts_one)
        assert_true(service_logged(&service, "turned a connection away"));
}

const struct behaviour process_behaviours[] = {
    {"processes_end_with_their_connections",
     processes_end_with_their_connections, FOR_BOTH | FOR_UNIX},
    {"the_next_is_served_when_there_is_room",
     the_next_is_served_when_there_is_room, FOR_BOTH | FOR_UNIX},
    {"a_process_that_dies_is_no_loss_to_others",
     a_process_that_dies_is_no_loss_to_others, FOR_BOTH},
    {"processes_that_die_often_are_replaced_slowly",
     processes_that_die_often_are_replaced_slowly, FOR_ECHO},
    {"nothing_outlives_a_killed_server", nothing_outlives_a_killed_server,
     FOR_BOTH | FOR_UNIX},
    {"beyond_the_process_limit_it_turns_away",
     beyond_the_process_limit_it_turns_away, FOR_BOTH | FOR_UNIX},
    {NULL, NULL, 0},
};

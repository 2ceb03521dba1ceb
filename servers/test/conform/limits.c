/* What happens where descriptors or memory end. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WATCH_MS = 300 };

/* The server, which can't accept, does not try all the time. */
static void expect_little_cpu(const struct service *service, int fd)
{
    uint64_t before_ns = service_cpu_ns(service);

    client_expect_silence(fd, WATCH_MS);
    if (service->facts.spins)
        return;
    assert_in_range(service_cpu_ns(service), 0,
                    before_ns + WATCH_MS * UINT64_C(1000000) / 3);
}

/* A process that was started for a connection takes its descriptor along, and
 * the one that accepts gets none back. */
static void out_of_descriptors_serves_those_it_has(const char *proto)
{
    struct service service = service_start(proto, "");
    bool alone = service.facts.serves_at_once == 1;
    unsigned n_before;
    bool forks;
    int first;
    int waiting;
    int last;

    service_rest(&service);
    n_before = service_processes(&service);
    first = client_open(&service, 0);
    client_exchange(&service, first);
    forks = service_processes(&service) > n_before;
    service_freeze_descriptors(&service);
    waiting = client_open(&service, 0);
    client_ask(&service, waiting);
    expect_little_cpu(&service, waiting);
    client_exchange(&service, first);
    close(first);
    if (!forks) /* in the descriptor set free */
        client_expect_reply(&service, waiting);
    last = client_open(&service, 0);
    client_ask(&service, last);
    expect_little_cpu(&service, last);
    service_limit_descriptors(&service, 1 << 20);
    if (forks)
        client_expect_reply(&service, waiting);
    if (alone)
        close(waiting);
    client_expect_reply(&service, last); /* without any set free */
    if (!alone)
        close(waiting);
    close(last);
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 3);
}

/* How many descriptors it has, as soon as those are fewer than `n`. */
static unsigned descriptors_below(const struct service *service, unsigned n)
{
    for (int ms = 0; ms < CLIENT_WAIT_MS; ms++) {
        if (service_descriptors(service) < n)
            return service_descriptors(service);
        poll(NULL, 0, 1);
    }
    fail_msg("the server does not close a descriptor");
    return n;
}

/* Even with none to set free. */
static void without_descriptors_it_waits_for_some(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);
    unsigned n;

    client_exchange(&service, fd);
    n = service_descriptors(&service);
    close(fd);
    service_limit_descriptors(&service, descriptors_below(&service, n));
    fd = client_open(&service, 0);
    client_ask(&service, fd);
    expect_little_cpu(&service, fd);
    assert_true(service_logged(&service, "can't accept for now"));
    service_limit_descriptors(&service, 1 << 20);
    client_expect_reply(&service, fd);
    close(fd);
    service_stop(&service);
}

/* The last of more clients than FD_SETSIZE is served, unless the model has a
 * limit of its own: then it is turned away, in the counters and the log. */
static void descriptors_beyond_the_limit_are_turned_away(const char *proto)
{
    enum { N = 1100 };
    struct service service = service_start(proto, "");
    bool limited = service.facts.max_fd > 0 && service.facts.max_fd < N;
    bool waits = service.facts.serves_at_once > 0;
    int fds[N];

    for (int i = 0; i < N; i++)
        fds[i] = client_open(&service, 0);
    client_exchange(&service, fds[0]);
    if (limited)
        client_expect_end(fds[N - 1]);
    else if (waits)
        client_expect_silence(fds[N - 1], WATCH_MS);
    else
        client_exchange(&service, fds[N - 1]);
    client_exchange(&service, fds[0]);
    for (int i = 0; i < N; i++)
        close(fds[i]);
    service_stop(&service);
    if (limited) {
        assert_in_range(service_count(&service, "refused"),
                        N - service.facts.max_fd, N);
        assert_true(service_logged(&service, "is not below"));
    } else {
        assert_int_equal(service_count(&service, "refused"), 0);
    }
}

/* Bytes of private memory for each connection that has been served and is at
 * rest: half a KiB; what is touched of a stack, where each has a thread; and
 * where each has a process, the pages that it has written to: of its stack and
 * heap, and of the data of program and libraries (16 with glibc 2.36, where a
 * few more or less are nobody's fault). */
static void idle_connections_cost_little(const char *proto)
{
    enum { MOST = 900 }; /* below FD_SETSIZE, and few threads */
    struct service service = service_start(proto, "");
    unsigned n = service_at_once(&service, MOST);
    uint64_t most = 512;
    int fds[MOST + 1];
    uint64_t before;
    uint64_t taken;

    fds[n] = client_open(&service, 0);
    client_exchange(&service, fds[n]);
    if (service.facts.serves_at_once)
        close(fds[n]);
    before = service_memory(&service);
    for (unsigned i = 0; i < n; i++) {
        fds[i] = client_open(&service, 0);
        client_ask(&service, fds[i]);
    }
    for (unsigned i = 0; i < n; i++)
        client_expect_reply(&service, fds[i]);
    taken = service_memory(&service) - before;
    if (service_threads(&service) > n)
        most = UINT64_C(64) * 1024;
    if (service_processes(&service) > n)
        most = UINT64_C(128) * 1024;
    print_message("# %.0f bytes for each of %u idle connections\n",
                  (double)taken / n, n);
    if (service_is_sanitized())
        print_message("# memory is not bounded under a sanitizer: skipped\n");
    else if (n > 100) /* of one connection, it is the start that counts */
        assert_in_range(taken, 0, n * most);
    for (unsigned i = 0; i < n; i++)
        close(fds[i]);
    service_stop(&service);
}

const struct behaviour limit_behaviours[] = {
    {"out_of_descriptors_serves_those_it_has",
     out_of_descriptors_serves_those_it_has, FOR_BOTH | FOR_UNIX},
    {"without_descriptors_it_waits_for_some",
     without_descriptors_it_waits_for_some, FOR_BOTH},
    {"descriptors_beyond_the_limit_are_turned_away",
     descriptors_beyond_the_limit_are_turned_away, FOR_BOTH},
    {"idle_connections_cost_little", idle_connections_cost_little, FOR_BOTH},
    {NULL, NULL, 0},
};

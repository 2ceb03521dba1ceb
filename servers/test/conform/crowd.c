/* What several clients at once may do. A model that serves a bounded number
 * makes the others wait, and then that is what is tested. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUIET_MS = 150 };

/* All ask, in the reverse of the order in which they came; those served at
 * once get replies, each other one when an earlier one leaves. */
static void connections_are_served_side_by_side_or_in_turn(const char *proto)
{
    enum { N = 50 };
    struct service service = service_start(proto, "");
    unsigned served = service_at_once(&service, N);
    int fds[N];

    for (unsigned i = 0; i < N; i++)
        fds[i] = client_open(&service, 0);
    for (unsigned i = N; i-- > 0;)
        client_ask(&service, fds[i]);
    for (unsigned i = served; i-- > 0;)
        client_expect_reply(&service, fds[i]);
    if (served < N)
        client_expect_silence(fds[served], QUIET_MS);
    for (unsigned i = 0; i < N; i++) {
        if (i >= served)
            client_expect_reply(&service, fds[i]);
        close(fds[i]);
    }
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), N);
}

static void more_than_max_connections_wait(const char *proto)
{
    struct service service = service_start(proto, "--max-connections 2");
    unsigned served = service_at_once(&service, 2);
    int fds[3];

    for (int i = 0; i < 3; i++) {
        fds[i] = client_open(&service, 0);
        client_ask(&service, fds[i]);
    }
    for (unsigned i = 0; i < served; i++)
        client_expect_reply(&service, fds[i]);
    client_expect_silence(fds[served], QUIET_MS);
    for (unsigned i = 0; i < 3; i++) {
        if (i >= served)
            client_expect_reply(&service, fds[i]);
        close(fds[i]);
    }
    service_stop(&service);
    assert_int_equal(service_count(&service, "refused"), 0);
}

/* In a child: asks without end, and reads all replies. */
static pid_t flood(const struct service *service)
{
    pid_t pid = fork();
    int fd;

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    alarm(60);
    fd = client_open(service, 0);
    client_pump(service, fd, SIZE_MAX / 1024, false);
    _exit(0);
}

static void a_flood_starves_nobody_or_is_served_alone(const char *proto)
{
    struct service service = service_start(proto, "");
    int first = client_open(&service, 0);
    int other = client_open(&service, 0);
    bool alone = service_at_once(&service, 3) < 3;
    pid_t flooder;

    if (alone)
        close(first);
    flooder = flood(&service);
    if (!alone) {
        for (int i = 0; i < 200; i++) {
            client_exchange(&service, first);
            client_exchange(&service, other);
        }
        close(first);
    }
    /* Where one is served at a time, `other` came before the flood. */
    client_exchange(&service, other);
    close(other);
    other = client_open(&service, 0);
    client_ask(&service, other);
    if (alone)
        client_expect_silence(other, QUIET_MS);
    kill(flooder, SIGKILL);
    waitpid(flooder, NULL, 0);
    client_expect_reply(&service, other);
    close(other);
    service_stop(&service);
}

/* Clients that send and never read: the server stops reading from them, too,
 * and keeps little; others are served meanwhile. */
static void those_that_never_read_cost_little(const char *proto)
{
    enum { N = 4, MOST_EACH = 256 * 1024 };
    struct service service = service_start(proto, "");
    unsigned n = service_at_once(&service, N);
    int warm = client_open(&service, 0);
    int fds[N];
    uint64_t before;
    int other;

    client_exchange(&service, warm);
    close(warm);
    before = service_memory(&service);
    for (unsigned i = 0; i < n; i++) {
        fds[i] = client_open(&service, TINY_WINDOW);
        client_fill(&service, fds[i]);
    }
    if (service_is_sanitized())
        print_message("# memory is not bounded under a sanitizer: skipped\n");
    else
        assert_in_range(service_memory(&service), 0,
                        before + (uint64_t)n * MOST_EACH);
    other = client_open(&service, 0);
    client_ask(&service, other);
    if (n < N)
        client_expect_silence(other, QUIET_MS);
    else
        client_expect_reply(&service, other);
    for (unsigned i = 0; i < n; i++)
        client_reset(fds[i]);
    if (n < N)
        client_expect_reply(&service, other);
    close(other);
    service_stop(&service);
}

/* While the server is held, a connection ends, and others begin and ask: it
 * then finds all that in one batch of events, and the descriptor of the first
 * can be that of another. */
static void descriptors_are_reused_within_a_batch(const char *proto)
{
    struct service service = service_start(proto, "");
    const char *request = client_request(&service);

    for (int i = 0; i < 30; i++) {
        int a = client_open(&service, 0);
        int b = client_open(&service, 0);
        int c;
        client_exchange(&service, a);
        service_pause(&service);
        client_ask(&service, b);
        client_send(a, request, 7);
        if (i % 2)
            client_reset(a);
        else
            close(a);
        c = client_open(&service, 0);
        client_ask(&service, c);
        service_resume(&service);
        client_expect_reply(&service, b);
        client_exchange(&service, b);
        close(b);
        client_expect_reply(&service, c);
        client_exchange(&service, c);
        close(c);
    }
    service_stop(&service);
    assert_int_equal(service_count(&service, "accepted"), 90);
}

const struct behaviour crowd_behaviours[] = {
    {"connections_are_served_side_by_side_or_in_turn",
     connections_are_served_side_by_side_or_in_turn, FOR_BOTH | FOR_UNIX},
    {"more_than_max_connections_wait", more_than_max_connections_wait,
     FOR_BOTH | FOR_UNIX},
    {"a_flood_starves_nobody_or_is_served_alone",
     a_flood_starves_nobody_or_is_served_alone, FOR_BOTH},
    {"those_that_never_read_cost_little", those_that_never_read_cost_little,
     FOR_BOTH},
    {"descriptors_are_reused_within_a_batch",
     descriptors_are_reused_within_a_batch, FOR_BOTH | FOR_UNIX},
    {NULL, NULL, 0},
};

/* Idle connections to a socket of our own. */
#include "common/test/test.h"

#include "loadgen/connections/idle.h"
#include "loadgen/test/stub.h"

#include "common/units.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { N = 20 };

struct fixture {
    struct settings settings;
    struct idle idle;
    int listen_fd;
    int signal_fd;
};

static void set_up(struct fixture *f, unsigned n)
{
    unsigned port;
    char text[32];
    char why[200];

    *f = (struct fixture){
        .settings = {.idle = n, .timeout_ns = 10 * NS_PER_S},
        .listen_fd = stub_listen(&port),
        .signal_fd = eventfd(0, 0),
    };
    snprintf(text, sizeof(text), "echo://127.0.0.1:%u", port);
    assert_int_equal(target_parse(text, &f->settings.target, why, sizeof(why)),
                     0);
    assert_int_equal(target_resolve(&f->settings.target, why, sizeof(why)), 0);
    assert_int_equal(idle_init(&f->idle, &f->settings), 0);
}

static void tear_down(struct fixture *f)
{
    idle_free(&f->idle);
    close(f->signal_fd);
    if (f->listen_fd >= 0)
        close(f->listen_fd);
}

static void accept_all(const struct fixture *f, int *fds)
{
    for (unsigned i = 0; i < N; i++) {
        fds[i] = accept(f->listen_fd, NULL, NULL);
        assert_true(fds[i] >= 0);
    }
}

static void those_that_are_left_alone_stay(void **state)
{
    struct fixture f;
    int fds[N];

    (void)state;
    set_up(&f, N);
    assert_int_equal(idle_open(&f.idle, f.signal_fd), 0);
    assert_int_equal(f.idle.opened, N);
    accept_all(&f, fds);
    idle_check(&f.idle);
    assert_int_equal(f.idle.dropped, 0);
    assert_int_equal(faults_total(&f.idle.faults), 0);
    tear_down(&f);
    for (unsigned i = 0; i < N; i++) { /* closed, though nobody read */
        char byte;
        assert_int_equal(recv(fds[i], &byte, 1, 0), 0);
        close(fds[i]);
    }
}

/* On loopback an end, a reset and a byte have arrived when the call that sent
 * them returns. */
static void what_the_server_does_to_them_is_seen(void **state)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct fixture f;
    int fds[N];

    (void)state;
    set_up(&f, N);
    assert_int_equal(idle_open(&f.idle, f.signal_fd), 0);
    accept_all(&f, fds);
    close(fds[0]);
    setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fds[1]);
    assert_int_equal(send(fds[2], "x", 1, 0), 1);
    idle_check(&f.idle);
    assert_int_equal(f.idle.dropped, 2);
    assert_int_equal(f.idle.faults.counts[FAULT_SURPLUS], 1);
    assert_int_equal(faults_total(&f.idle.faults), 1);
    tear_down(&f);
    for (unsigned i = 2; i < N; i++)
        close(fds[i]);
}

static void none_are_tried_after_one_that_fails(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1000);
    close(f.listen_fd);
    f.listen_fd = -1;
    assert_int_equal(idle_open(&f.idle, f.signal_fd), 0);
    assert_int_equal(f.idle.opened, 0);
    assert_in_range(f.idle.faults.counts[FAULT_CONNECT], 1, 128);
    assert_string_equal(f.idle.faults.first[FAULT_CONNECT],
                        "Connection refused");
    idle_check(&f.idle);
    tear_down(&f);
}

/* Nobody accepts, and the backlog is 128. */
static void those_that_take_too_long_are_told(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 500);
    f.settings.timeout_ns = 50 * NS_PER_MS;
    assert_int_equal(idle_open(&f.idle, f.signal_fd), 0);
    assert_in_range(f.idle.opened, 1, 499);
    assert_in_range(f.idle.faults.counts[FAULT_CONNECT], 1, 128);
    assert_string_equal(f.idle.faults.first[FAULT_CONNECT],
                        "no idle connection within 50ms");
    tear_down(&f);
}

static void a_signal_ends_the_opening(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 500); /* which would take 10 s */
    assert_int_equal(eventfd_write(f.signal_fd, 1), 0);
    assert_int_equal(idle_open(&f.idle, f.signal_fd), -EINTR);
    tear_down(&f);
}

static void none_need_no_thread(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 0);
    assert_int_equal(idle_open(&f.idle, f.signal_fd), 0);
    assert_false(f.idle.running);
    idle_check(&f.idle);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_are_left_alone_stay),
        cmocka_unit_test(what_the_server_does_to_them_is_seen),
        cmocka_unit_test(none_are_tried_after_one_that_fails),
        cmocka_unit_test(those_that_take_too_long_are_told),
        cmocka_unit_test(a_signal_ends_the_opening),
        cmocka_unit_test(none_need_no_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

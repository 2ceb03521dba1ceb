#include "common/test/test.h"

#include "loadgen/worker.h"

#include <string.h>

/* Two connections of three requests each, echo, and time as the test likes:
 * the timeout is 1,000 ns. */
struct fixture {
    struct settings settings;
    struct course course;
    struct reference reference;
    struct worker worker;
    struct conn *a;
    struct conn *b;
};

static void set_up(struct fixture *f)
{
    *f = (struct fixture){.settings = {
                              .target.protocol = TARGET_ECHO,
                              .connections = 2,
                              .pipeline = 3,
                              .payload_bytes = 20,
                              .timeout_ns = 1000,
                          }};
    atomic_init(&f->course.start_ns, NOT_YET);
    atomic_init(&f->course.end_ns, NOT_YET);
    reference_init(&f->reference);
    assert_int_equal(
        worker_init(&f->worker, 0, 2, &f->settings, &f->course, &f->reference),
        0);
    f->a = &f->worker.conns[0];
    f->b = &f->worker.conns[1];
    worker_opening(&f->worker, f->a, 10);
    worker_opening(&f->worker, f->b, 10);
    worker_opened(&f->worker, f->a, 20);
    worker_opened(&f->worker, f->b, 20);
}

static void tear_down(struct fixture *f)
{
    worker_free(&f->worker);
    reference_free(&f->reference);
}

static void go(struct fixture *f, uint64_t start_ns, uint64_t end_ns)
{
    atomic_store(&f->course.go, true);
    atomic_store(&f->course.start_ns, start_ns);
    atomic_store(&f->course.end_ns, end_ns);
    assert_true(worker_look(&f->worker, 50));
}

/* Starts what may be in flight and sends it all. */
static void fill(struct fixture *f, struct conn *conn, uint64_t now_ns)
{
    worker_fill(&f->worker, conn, now_ns);
    for (;;) {
        struct span out = worker_out(&f->worker, conn);
        if (out.len == 0)
            return;
        worker_sent(&f->worker, conn, out.len);
    }
}

/* The right replies number `first` up to, but without, `end` arrive. */
static struct checked reply(struct fixture *f, struct conn *conn,
                            uint64_t first, uint64_t end, uint64_t now_ns)
{
    char bytes[200];
    size_t len = 20 * (end - first);
    struct span out = request_span(&f->worker.request, conn->inbox.tag, first,
                                   0, end - first);

    memcpy(bytes, out.bytes, len);
    return worker_received(&f->worker, conn, bytes, len, now_ns);
}

static void nothing_is_sent_before_the_word_to_go(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    fill(&f, f.a, 30);
    assert_int_equal(f.a->in_flight, 0);
    go(&f, NOT_YET, NOT_YET);
    fill(&f, f.a, 60);
    assert_int_equal(f.a->in_flight, 3);
    tear_down(&f);
}

static void each_pipelined_request_has_a_start_of_its_own(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    go(&f, 0, NOT_YET - 1);
    fill(&f, f.a, 100);
    reply(&f, f.a, 0, 1, 150);
    assert_int_equal(f.worker.service->max_ns, 50);
    fill(&f, f.a, 150); /* number 3 starts here */
    reply(&f, f.a, 1, 3, 190);
    fill(&f, f.a, 190); /* numbers 4 and 5 start here */
    reply(&f, f.a, 3, 4, 191);
    reply(&f, f.a, 4, 6, 200);
    assert_int_equal(f.worker.service->count, 6);
    assert_int_equal(f.worker.service->counts[50], 1);
    assert_int_equal(f.worker.service->counts[90], 2);
    assert_int_equal(f.worker.service->counts[41], 1);
    assert_int_equal(f.worker.service->counts[10], 2);
    assert_int_equal(f.a->in_flight, 0);
    tear_down(&f);
}

/* Across the edge of a request, and back again. */
static void what_was_not_sent_is_sent_again(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    go(&f, NOT_YET, NOT_YET);
    worker_fill(&f.worker, f.a, 100);
    worker_sent(&f.worker, f.a, 60);
    assert_int_equal(worker_out(&f.worker, f.a).len, 0);
    worker_unsent(&f.worker, f.a, 45);
    assert_int_equal(f.worker.counters.bytes_out, 15);
    assert_int_equal(f.a->unsent, 3);
    assert_int_equal(f.a->sequence, 0);
    assert_int_equal(f.a->sent_bytes, 15);
    worker_sent(&f.worker, f.a, 45);
    worker_unsent(&f.worker, f.a, 20);
    assert_int_equal(f.a->unsent, 1);
    assert_int_equal(f.a->sequence, 2);
    assert_int_equal(f.a->sent_bytes, 0);
    tear_down(&f);
}

static void deadlines_come_oldest_first(void **state)
{
    struct fixture f;
    enum fault fault = FAULT_NONE;

    (void)state;
    set_up(&f);
    go(&f, NOT_YET, NOT_YET);
    fill(&f, f.a, 100);
    fill(&f, f.b, 200);
    assert_int_equal(worker_timer_ns(&f.worker, 300), 1100);
    reply(&f, f.a, 0, 3, 300);
    fill(&f, f.a, 300);
    assert_int_equal(worker_timer_ns(&f.worker, 300), 1200);
    assert_null(worker_expired(&f.worker, 1199, &fault));
    assert_ptr_equal(worker_expired(&f.worker, 1200, &fault), f.b);
    assert_int_equal(fault, FAULT_TIMEOUT);
    worker_closed(&f.worker, f.b, FAULT_TIMEOUT, "late");
    assert_null(worker_expired(&f.worker, 1299, &fault));
    assert_ptr_equal(worker_expired(&f.worker, 1300, &fault), f.a);
    worker_closed(&f.worker, f.a, FAULT_TIMEOUT, "later");
    assert_null(worker_expired(&f.worker, 5000, &fault));
    assert_int_equal(f.worker.faults.counts[FAULT_TIMEOUT], 2);
    assert_string_equal(f.worker.faults.first[FAULT_TIMEOUT], "late");
    tear_down(&f);
}

static void only_a_proven_connection_is_opened_again(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    go(&f, NOT_YET, NOT_YET);
    fill(&f, f.a, 100);
    fill(&f, f.b, 100);
    reply(&f, f.a, 0, 1, 110);
    assert_true(worker_closed(&f.worker, f.a, FAULT_RESET, ""));
    assert_int_equal(f.worker.n_alive, 2);
    assert_false(worker_closed(&f.worker, f.b, FAULT_RESET, ""));
    assert_int_equal(f.worker.n_alive, 1);
    worker_opening(&f.worker, f.a, 120);
    assert_false(worker_closed(&f.worker, f.a, FAULT_CONNECT, ""));
    assert_int_equal(f.worker.n_alive, 0);
    tear_down(&f);
}

static void only_the_window_counts(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    go(&f, 1000, 2000);
    fill(&f, f.a, 900);
    reply(&f, f.a, 0, 1, 990);
    worker_pass(&f.worker, 1010);
    assert_int_equal(f.worker.phase, PHASE_WINDOW);
    reply(&f, f.a, 1, 2, 1010);
    fill(&f, f.a, 1010);
    fill(&f, f.b, 1500);
    worker_pass(&f.worker, 2005);
    assert_true(worker_done(&f.worker));
    assert_int_equal(f.worker.counters.requests, 1);
    assert_int_equal(f.worker.counters.bytes_in, 20);
    assert_int_equal(f.worker.counters.body_bytes, 20);
    assert_int_equal(f.worker.last_heard_ns, 1010);
    assert_int_equal(f.worker.counters.bytes_out, 5 * 20);
    assert_int_equal(f.worker.service->count, 1);
    assert_int_equal(f.worker.service->max_ns, 110);
    assert_int_equal(f.a->requests, 1);
    assert_int_equal(f.worker.unfinished, 6);
    assert_int_equal(f.worker.unfinished_oldest_ns, 1100);
    assert_int_equal(f.worker.ended_ns - f.worker.started_ns, 1000);
    tear_down(&f);
}

/* Some bytes of a reply are a sign of life, but no reply. */
static void a_part_of_a_reply_is_heard(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    go(&f, 1000, 2000);
    fill(&f, f.a, 900);
    worker_pass(&f.worker, 1010);
    struct span out = request_span(&f.worker.request, f.a->inbox.tag, 0, 0, 1);
    worker_received(&f.worker, f.a, out.bytes, 7, 1100);
    assert_int_equal(f.worker.last_heard_ns, 1100);
    assert_true(f.a->heard);
    assert_false(f.a->served);
    assert_int_equal(f.worker.counters.body_bytes, 7);
    assert_int_equal(f.worker.counters.replies, 0);
    worker_received(&f.worker, f.a, "no such bytes", 13, 1200);
    assert_int_equal(f.worker.last_heard_ns, 1100);
    tear_down(&f);
}

static void a_short_send_goes_on_where_it_stopped(void **state)
{
    struct fixture f;
    char sent[60];
    size_t at = 0;

    (void)state;
    set_up(&f);
    go(&f, NOT_YET, NOT_YET);
    worker_fill(&f.worker, f.a, 100);
    while (f.a->unsent) {
        struct span out = worker_out(&f.worker, f.a);
        size_t n = out.len < 7 ? out.len : 7;
        memcpy(sent + at, out.bytes, n);
        at += n;
        worker_sent(&f.worker, f.a, n);
    }
    assert_int_equal(at, sizeof(sent));
    assert_memory_equal(
        sent, request_span(&f.worker.request, f.a->inbox.tag, 0, 0, 3).bytes,
        sizeof(sent));
    tear_down(&f);
}

static void a_reply_before_its_request_is_surplus(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    go(&f, NOT_YET, NOT_YET);
    worker_fill(&f.worker, f.a, 100);
    worker_sent(&f.worker, f.a, 30);
    struct checked checked = reply(&f, f.a, 0, 2, 120);
    assert_int_equal(checked.fault, FAULT_SURPLUS);
    assert_int_equal(checked.replies, 1);
    tear_down(&f);
}

/* Two of three places are used, because the connection may have five. */
static void no_request_is_started_beyond_those_of_a_connection(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    f.settings.requests_per_connection = 5;
    worker_opening(&f.worker, f.a, 30);
    worker_opened(&f.worker, f.a, 40);
    go(&f, NOT_YET, NOT_YET);
    fill(&f, f.a, 100);
    assert_int_equal(f.a->in_flight, 3);
    reply(&f, f.a, 0, 3, 110);
    assert_false(worker_spent(f.a));
    fill(&f, f.a, 110);
    assert_int_equal(f.a->in_flight, 2);
    reply(&f, f.a, 3, 4, 120);
    fill(&f, f.a, 120);
    assert_int_equal(f.a->in_flight, 1);
    assert_false(worker_spent(f.a));
    reply(&f, f.a, 4, 5, 130);
    assert_true(worker_spent(f.a));
    assert_true(worker_closed(&f.worker, f.a, FAULT_NONE, ""));
    worker_opening(&f.worker, f.a, 140);
    worker_opened(&f.worker, f.a, 150);
    fill(&f, f.a, 150);
    assert_int_equal(f.a->in_flight, 3);
    assert_int_equal(f.a->sequence, 3);
    tear_down(&f);
}

static void
a_connection_that_the_server_is_to_close_has_a_deadline(void **state)
{
    struct fixture f;
    enum fault fault = FAULT_NONE;

    (void)state;
    set_up(&f);
    go(&f, NOT_YET, NOT_YET);
    worker_ending(&f.worker, f.a, 100);
    worker_ending(&f.worker, f.b, 200);
    assert_null(worker_expired(&f.worker, 1099, &fault));
    assert_ptr_equal(worker_expired(&f.worker, 1100, &fault), f.a);
    assert_int_equal(fault, FAULT_TIMEOUT);
    assert_non_null(strstr(f.worker.checker.why, "did not close"));
    worker_closed(&f.worker, f.a, fault, f.worker.checker.why);
    worker_closed(&f.worker, f.b, FAULT_NONE, "");
    assert_null(worker_expired(&f.worker, 5000, &fault));
    tear_down(&f);
}

/* The first openings, those of the window, and those in between. */
static void openings_are_told_apart(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(f.worker.connect_first->count, 2);
    go(&f, 1000, 2000);
    worker_opening(&f.worker, f.a, 900);
    worker_opened(&f.worker, f.a, 950);
    worker_pass(&f.worker, 1010);
    worker_opening(&f.worker, f.a, 1100);
    worker_opened(&f.worker, f.a, 1107);
    assert_int_equal(f.worker.connect_first->count, 2);
    assert_int_equal(f.worker.connect_first->max_ns, 10);
    assert_int_equal(f.worker.connect->count, 1);
    assert_int_equal(f.worker.connect->max_ns, 7);
    assert_int_equal(f.worker.connects, 4);
    tear_down(&f);
}

static void a_word_to_stop_ends_it(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    atomic_store(&f.course.stop, true);
    assert_false(worker_look(&f.worker, 60));
    assert_true(worker_done(&f.worker));
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sent_before_the_word_to_go),
        cmocka_unit_test(each_pipelined_request_has_a_start_of_its_own),
        cmocka_unit_test(what_was_not_sent_is_sent_again),
        cmocka_unit_test(deadlines_come_oldest_first),
        cmocka_unit_test(only_a_proven_connection_is_opened_again),
        cmocka_unit_test(only_the_window_counts),
        cmocka_unit_test(a_part_of_a_reply_is_heard),
        cmocka_unit_test(a_short_send_goes_on_where_it_stopped),
        cmocka_unit_test(a_reply_before_its_request_is_surplus),
        cmocka_unit_test(no_request_is_started_beyond_those_of_a_connection),
        cmocka_unit_test(
            a_connection_that_the_server_is_to_close_has_a_deadline),
        cmocka_unit_test(openings_are_told_apart),
        cmocka_unit_test(a_word_to_stop_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

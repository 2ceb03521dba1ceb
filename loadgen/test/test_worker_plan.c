#include "common/test/test.h"

#include "loadgen/plan/plan.h"
#include "loadgen/worker.h"

#include "common/random.h"

#include <string.h>

/* A request each microsecond from 1,000 ns on, and time as the test likes: the
 * timeout is 10,000 ns. */
enum { CONNS = 2, ORIGIN = 1000, GAP = 1000, TIMEOUT = 10000, MESSAGE = 20 };

struct fixture {
    struct settings settings;
    struct course course;
    struct reference reference;
    struct worker worker;
    struct plan *plan;
    struct conn *a;
    struct conn *b;
};

static void set_up(struct fixture *f, unsigned pipeline, uint64_t start_ns,
                   uint64_t end_ns)
{
    *f = (struct fixture){.settings = {
                              .target.protocol = TARGET_ECHO,
                              .connections = CONNS,
                              .threads = 1,
                              .pipeline = pipeline,
                              .payload_bytes = MESSAGE,
                              .timeout_ns = TIMEOUT,
                              .rate_per_s = 1000000,
                              .arrivals = ARRIVALS_FIXED,
                              .spin = true,
                          }};
    atomic_init(&f->course.plan_ns, ORIGIN);
    atomic_init(&f->course.start_ns, start_ns);
    atomic_init(&f->course.end_ns, end_ns);
    reference_init(&f->reference);
    assert_int_equal(worker_init(&f->worker, 0, CONNS, &f->settings, &f->course,
                                 &f->reference),
                     0);
    f->plan = f->worker.plan;
    f->a = &f->worker.conns[0];
    f->b = &f->worker.conns[1];
    for (unsigned i = 0; i < CONNS; i++) {
        worker_opening(&f->worker, &f->worker.conns[i], 10);
        worker_opened(&f->worker, &f->worker.conns[i], 20);
    }
    assert_null(worker_due(&f->worker, 5000)); /* not before the word to go */
    atomic_store(&f->course.go, true);
    assert_true(worker_look(&f->worker, 50));
}

static void tear_down(struct fixture *f)
{
    worker_free(&f->worker);
    reference_free(&f->reference);
}

/* What is due at `now_ns` must go to `conn`; it is sent whole. */
static void send_on(struct fixture *f, struct conn *conn, uint64_t now_ns)
{
    struct span out;

    assert_ptr_equal(worker_due(&f->worker, now_ns), conn);
    while ((out = worker_out(&f->worker, conn)).len)
        worker_sent(&f->worker, conn, out.len);
}

/* The oldest request in flight of `conn` is answered. */
static void answer(struct fixture *f, struct conn *conn, uint64_t now_ns)
{
    char bytes[MESSAGE];
    uint64_t sequence = conn->sequence - (conn->in_flight - conn->unsent);
    struct span out =
        request_span(&f->worker.request, conn->inbox.tag, sequence, 0, 1);

    memcpy(bytes, out.bytes, MESSAGE);
    worker_pass(&f->worker, now_ns);
    struct checked checked =
        worker_received(&f->worker, conn, bytes, MESSAGE, now_ns);
    assert_int_equal(checked.fault, FAULT_NONE);
    assert_int_equal(checked.replies, 1);
}

/* Nothing vanishes, and nothing is counted twice. */
static void assert_complete(const struct fixture *f)
{
    const struct plan_times *times = &f->plan->times;
    const uint64_t requests = f->worker.counters.requests;

    assert_int_equal(f->plan->counts.planned,
                     requests + f->plan->counts.failed + f->worker.unfinished);
    assert_int_equal(times->response->count, requests);
    assert_int_equal(f->worker.service->count, requests);
    assert_int_equal(times->queue_wait->count, requests);
    assert_int_equal(times->send_lag->count, requests);
    assert_int_equal(times->response->sum_ns, f->worker.service->sum_ns +
                                                  times->queue_wait->sum_ns +
                                                  times->send_lag->sum_ns);
}

static void requests_go_out_when_they_are_planned(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    assert_null(worker_due(&f.worker, 999));
    send_on(&f, f.a, 1000);
    assert_null(worker_due(&f.worker, 1999));
    send_on(&f, f.b, 2000);
    assert_null(worker_due(&f.worker, 3000)); /* both are busy */
    tear_down(&f);
}

static void all_connections_are_used_in_turn(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    for (uint64_t i = 0; i < 5; i++) {
        struct conn *conn = i % 2 ? f.b : f.a;
        send_on(&f, conn, ORIGIN + i * GAP);
        answer(&f, conn, ORIGIN + i * GAP + 10);
    }
    tear_down(&f);
}

static void pipelined_requests_are_spread_over_connections(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 3, ORIGIN, 100000);
    for (uint64_t i = 0; i < 6; i++)
        send_on(&f, i % 2 ? f.b : f.a, 10000);
    assert_null(worker_due(&f.worker, 10000));
    answer(&f, f.b, 10500);
    send_on(&f, f.b, 10600); /* planned at 7000 */
    answer(&f, f.b, 10700);
    answer(&f, f.b, 10710);
    answer(&f, f.b, 10750);
    assert_int_equal(f.plan->times.response->max_ns, 10500 - 2000);
    assert_int_equal(f.plan->times.response->min_ns, 10750 - 7000);
    assert_int_equal(f.plan->times.queue_wait->max_ns, 10500 - 7000);
    tear_down(&f);
}

/* Late although a connection was free: the generator's doing. */
static void its_own_lateness_is_send_lag(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    send_on(&f, f.a, 1300);
    answer(&f, f.a, 1500);
    assert_int_equal(f.plan->times.send_lag->max_ns, 300);
    assert_int_equal(f.plan->times.queue_wait->max_ns, 0);
    assert_int_equal(f.worker.service->max_ns, 200);
    assert_int_equal(f.plan->times.response->max_ns, 500);
    assert_int_equal(f.plan->counts.waited, 0);
    tear_down(&f);
}

/* The server stalls from 1,000 to 5,000: what was planned meanwhile waits, and
 * the generator is not to blame for it. */
static void a_stalled_server_does_not_make_it_late(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    send_on(&f, f.a, 1000);
    send_on(&f, f.b, 2000);
    assert_null(worker_due(&f.worker, 3000));
    assert_null(worker_due(&f.worker, 4500));
    answer(&f, f.a, 5000);
    send_on(&f, f.a, 5001); /* planned at 3,000 */
    assert_null(worker_due(&f.worker, 5001));
    answer(&f, f.a, 5101);
    assert_int_equal(f.plan->times.response->max_ns, 4000);
    answer(&f, f.b, 5200);
    assert_int_equal(f.plan->times.queue_wait->max_ns, 2000);
    assert_int_equal(f.plan->times.send_lag->max_ns, 1);
    assert_int_equal(f.plan->counts.waited, 1);
    tear_down(&f);
}

static void what_is_planned_in_the_window_counts(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, 2500, 4500);
    send_on(&f, f.a, 1000);
    send_on(&f, f.b, 2000);
    answer(&f, f.a, 2600); /* in the window, but planned before it */
    send_on(&f, f.a, 3000);
    answer(&f, f.b, 3500);
    send_on(&f, f.b, 4100);
    answer(&f, f.b, 4600);
    worker_pass(&f.worker, 4600);
    assert_int_equal(f.worker.phase, PHASE_DRAIN);
    assert_null(worker_due(&f.worker, 9000)); /* nothing is planned any more */
    answer(&f, f.a, 9500);
    worker_pass(&f.worker, 9500);
    assert_true(worker_done(&f.worker));
    assert_int_equal(f.plan->counts.planned, 2);
    assert_int_equal(f.worker.counters.requests, 2);
    assert_int_equal(f.worker.in_window.replies, 2);
    assert_int_equal(f.worker.unfinished, 0);
    assert_int_equal(f.worker.ended_ns - f.worker.started_ns, 2000);
    assert_int_equal(f.plan->times.response->max_ns, 6500);
    assert_complete(&f);
    tear_down(&f);
}

/* After the end, what waits in the plan still goes out. */
static void the_rest_of_the_plan_is_awaited(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 5000);
    send_on(&f, f.a, 1000);
    send_on(&f, f.b, 2000);
    answer(&f, f.a, 6000);
    send_on(&f, f.a, 6000); /* planned at 3,000 */
    worker_pass(&f.worker, 6000);
    assert_false(worker_done(&f.worker));
    answer(&f, f.a, 7000);
    send_on(&f, f.a, 7000); /* planned at 4,000, the last one */
    answer(&f, f.b, 7500);
    worker_pass(&f.worker, 7500);
    assert_false(worker_done(&f.worker));
    worker_pass(&f.worker, 5000 + TIMEOUT - 1);
    assert_false(worker_done(&f.worker));
    worker_pass(&f.worker, 5000 + TIMEOUT);
    assert_true(worker_done(&f.worker));
    assert_int_equal(f.plan->counts.planned, 4);
    assert_int_equal(f.worker.counters.requests, 3);
    /* What is handed over counts replies and bytes up to the window's end. */
    const struct part *part = handover_look(&f.worker.handover);
    assert_non_null(part);
    assert_int_equal(part->counters.requests, 3);
    assert_int_equal(part->counters.replies, 0);
    assert_int_equal(part->counters.bytes_out, 2 * MESSAGE);
    assert_int_equal(part->latency[LATENCY_RESPONSE]->count, 3);
    assert_int_equal(f.worker.unfinished, 1);
    assert_int_equal(f.worker.unfinished_oldest_ns, 5000 + TIMEOUT - 4000);
    assert_int_equal(f.plan->counts.unsent, 0);
    assert_complete(&f);
    tear_down(&f);
}

static void waiting_too_long_is_a_timeout(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    send_on(&f, f.a, 1000);
    send_on(&f, f.b, 2000);
    worker_pass(&f.worker, 3000 + TIMEOUT - 1);
    assert_int_equal(f.plan->counts.failed, 0);
    worker_pass(&f.worker, 4000 + TIMEOUT);
    assert_int_equal(f.plan->counts.failed, 2);
    assert_int_equal(f.worker.faults.counts[FAULT_TIMEOUT], 2);
    assert_string_equal(f.worker.faults.first[FAULT_TIMEOUT],
                        "no connection was free within 10us");
    assert_int_equal(f.plan->next_ns, 5000);
    tear_down(&f);
}

/* It slept for too long itself: what it has planned still goes out. */
static void a_late_generator_gives_nothing_up(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    worker_pass(&f.worker, 3000 + TIMEOUT);
    assert_int_equal(f.plan->counts.failed, 0);
    send_on(&f, f.a, 3000 + TIMEOUT);
    answer(&f, f.a, 3100 + TIMEOUT);
    assert_int_equal(f.plan->times.send_lag->max_ns, 2000 + TIMEOUT);
    tear_down(&f);
}

static void a_lost_request_is_told(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 2, ORIGIN, 100000);
    send_on(&f, f.a, 1000);
    answer(&f, f.a, 1100);
    send_on(&f, f.b, 2000);
    send_on(&f, f.a, 3000);
    send_on(&f, f.b, 4000);
    send_on(&f, f.a, 5000);
    assert_true(worker_closed(&f.worker, f.a, FAULT_RESET, "gone"));
    assert_int_equal(f.plan->counts.failed, 2);
    assert_null(worker_due(&f.worker, 6000)); /* not on a closed connection */
    worker_opening(&f.worker, f.a, 6100);
    assert_null(worker_due(&f.worker, 6200));
    worker_opened(&f.worker, f.a, 6300);
    send_on(&f, f.a, 6350);
    answer(&f, f.a, 6400);
    assert_int_equal(f.plan->times.queue_wait->max_ns, 300);
    assert_int_equal(f.plan->times.send_lag->max_ns, 50);
    tear_down(&f);
}

/* It was in the ring when it was closed, and is there once when it is open
 * again. */
static void a_connection_closed_while_free_is_left_out(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    send_on(&f, f.a, 1000);
    answer(&f, f.a, 1100);
    assert_true(worker_closed(&f.worker, f.a, FAULT_NONE, ""));
    send_on(&f, f.b, 2000);
    assert_null(worker_due(&f.worker, 3000));
    worker_opening(&f.worker, f.a, 3100);
    worker_opened(&f.worker, f.a, 3200);
    send_on(&f, f.a, 3300);
    assert_null(worker_due(&f.worker, 9000));
    tear_down(&f);
}

static void an_early_end_counts_what_was_never_sent(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    send_on(&f, f.a, 1000);
    send_on(&f, f.b, 2000);
    worker_closed(&f.worker, f.a, FAULT_RESET, "gone");
    worker_closed(&f.worker, f.b, FAULT_RESET, "gone");
    worker_finish(&f.worker, 5500);
    assert_int_equal(f.plan->counts.planned, 5);
    assert_int_equal(f.plan->counts.failed, 2);
    assert_int_equal(f.plan->counts.unsent, 3);
    assert_int_equal(f.worker.unfinished, 3);
    assert_int_equal(f.worker.unfinished_oldest_ns, 2500);
    assert_complete(&f);
    tear_down(&f);
}

/* On the same connections, at twice the rate. */
static void another_step_begins_anew(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 3000);
    send_on(&f, f.a, 1000);
    answer(&f, f.a, 1100);
    send_on(&f, f.b, 2000);
    worker_pass(&f.worker, 3000 + TIMEOUT);
    assert_true(worker_done(&f.worker));
    assert_int_equal(f.worker.unfinished, 1);

    worker_again(&f.worker);
    f.b->proven = true;
    assert_true(worker_closed(&f.worker, f.b, FAULT_NONE, ""));
    worker_opening(&f.worker, f.b, 20000);
    worker_opened(&f.worker, f.b, 20100);
    assert_null(worker_due(&f.worker, 20200));
    f.settings.rate_per_s *= 2;
    atomic_store(&f.course.plan_ns, 30000);
    atomic_store(&f.course.start_ns, 30000);
    atomic_store(&f.course.end_ns, 31000);
    assert_true(worker_look(&f.worker, 25000));
    send_on(&f, f.a, 30000);
    send_on(&f, f.b, 30500);
    answer(&f, f.a, 30600);
    answer(&f, f.b, 31200);
    worker_pass(&f.worker, 31200);
    assert_true(worker_done(&f.worker));
    assert_int_equal(f.plan->counts.planned, 2);
    assert_int_equal(f.worker.counters.requests, 2);
    assert_int_equal(f.worker.unfinished, 0);
    assert_int_equal(f.worker.unfinished_oldest_ns, 0);
    assert_int_equal(f.worker.in_window.replies, 1);
    assert_int_equal(f.plan->times.response->max_ns, 700);
    assert_complete(&f);
    tear_down(&f);
}

static void the_engine_is_told_how_to_wait(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    assert_int_equal(worker_sleep_until(&f.worker, 100), 100);
    send_on(&f, f.a, 1000);
    send_on(&f, f.b, 2000);
    assert_int_equal(worker_sleep_until(&f.worker, 2500), 2500);
    /* All are busy, and spinning does not help: until one is given up. */
    assert_int_equal(worker_sleep_until(&f.worker, 3000 + PACE_PATIENCE_NS),
                     3000 + TIMEOUT);
    tear_down(&f);
}

/* Time between two looks with nothing sent or received, unless it is so long
 * that the thread cannot have been on the CPU. */
static void spinning_is_told_from_work(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, ORIGIN, 100000);
    worker_pass(&f.worker, 1000);
    worker_sleep_until(&f.worker, 1000);
    worker_sleep_until(&f.worker, 1400);
    assert_int_equal(f.plan->spun_ns, 400);
    send_on(&f, f.a, 1500);
    worker_sleep_until(&f.worker, 1600);
    assert_int_equal(f.plan->spun_ns, 400);
    worker_sleep_until(&f.worker, 1700);
    worker_sleep_until(&f.worker, 90000);
    assert_int_equal(f.plan->spun_ns, 500);
    tear_down(&f);
}

/* Replies, closings and openings at random moments. */
static void nothing_vanishes_whatever_happens(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct fixture f;
        uint64_t random = seed;
        uint64_t now_ns = 100;
        set_up(&f, 1 + (unsigned)(seed % 3), 20000, 200000);
        while (!worker_done(&f.worker)) {
            now_ns += random_below(&random, 700);
            worker_pass(&f.worker, now_ns);
            if (worker_done(&f.worker))
                break;
            struct conn *conn = &f.worker.conns[random_below(&random, CONNS)];
            uint64_t what = random_below(&random, 40);
            enum fault fault;
            if (conn->state == CONN_NEW) {
                worker_opening(&f.worker, conn, now_ns);
            } else if (conn->state == CONN_CONNECTING) {
                worker_opened(&f.worker, conn, now_ns);
            } else if (what == 0) {
                conn->proven = true;
                worker_closed(&f.worker, conn, FAULT_RESET, "");
            } else if (what < 12 && conn->in_flight) {
                answer(&f, conn, now_ns);
            }
            while ((conn = worker_expired(&f.worker, now_ns, &fault))) {
                conn->proven = true;
                worker_closed(&f.worker, conn, fault, "");
            }
            while ((conn = worker_due(&f.worker, now_ns))) {
                struct span out;
                while ((out = worker_out(&f.worker, conn)).len)
                    worker_sent(&f.worker, conn, out.len);
            }
        }
        assert_int_equal(f.plan->counts.planned, 180);
        assert_complete(&f);
        tear_down(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_go_out_when_they_are_planned),
        cmocka_unit_test(all_connections_are_used_in_turn),
        cmocka_unit_test(pipelined_requests_are_spread_over_connections),
        cmocka_unit_test(its_own_lateness_is_send_lag),
        cmocka_unit_test(a_stalled_server_does_not_make_it_late),
        cmocka_unit_test(what_is_planned_in_the_window_counts),
        cmocka_unit_test(the_rest_of_the_plan_is_awaited),
        cmocka_unit_test(waiting_too_long_is_a_timeout),
        cmocka_unit_test(a_late_generator_gives_nothing_up),
        cmocka_unit_test(a_lost_request_is_told),
        cmocka_unit_test(a_connection_closed_while_free_is_left_out),
        cmocka_unit_test(an_early_end_counts_what_was_never_sent),
        cmocka_unit_test(another_step_begins_anew),
        cmocka_unit_test(the_engine_is_told_how_to_wait),
        cmocka_unit_test(spinning_is_told_from_work),
        cmocka_unit_test(nothing_vanishes_whatever_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

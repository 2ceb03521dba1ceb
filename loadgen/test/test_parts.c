/* The window in intervals: what workers hand over adds up, whoever is late. */
#include "common/test/test.h"

#include "loadgen/intervals/collector.h"

#include "common/units.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WORKERS = 2, ROWS = 32 };

/* What the watcher was told. */
struct told {
    size_t n;
    struct row {
        uint64_t start_ns;
        uint64_t end_ns;
        uint64_t requests;
        uint64_t count;
        uint64_t max_ns;
        uint64_t connects;
        uint64_t errors;
        bool server_known;
    } rows[ROWS];
};

/* Workers of one connection each, echo, intervals of 1,000 ns, and time as the
 * test likes. */
struct fixture {
    struct settings settings;
    struct watcher watcher;
    struct told told;
    struct course course;
    struct reference reference;
    struct worker workers[WORKERS];
    struct part total;
    struct collector collector;
    uint64_t sequence[WORKERS];
};

static void tell(void *whom, const struct interval *interval)
{
    struct told *told = whom;
    const struct histogram *felt = interval->part.latency[interval->felt];

    assert_true(told->n < ROWS);
    told->rows[told->n++] = (struct row){
        .start_ns = interval->start_ns,
        .end_ns = interval->end_ns,
        .requests = interval->part.counters.requests,
        .count = felt->count,
        .max_ns = felt->max_ns,
        .connects = interval->part.latency[LATENCY_CONNECT]->count,
        .errors = interval->part.errors,
        .server_known = interval->server_cpu_share >= 0,
    };
}

static struct conn *conn_of(struct fixture *f, int i)
{
    return &f->workers[i].conns[0];
}

/* The window is from 1,000 to `end_ns`. */
static void set_up(struct fixture *f, uint64_t end_ns, bool watched)
{
    *f = (struct fixture){.settings = {
                              .target.protocol = TARGET_ECHO,
                              .connections = WORKERS,
                              .threads = WORKERS,
                              .pipeline = 1,
                              .payload_bytes = 20,
                              .timeout_ns = NS_PER_S,
                              .interval_ns = 1000,
                          }};
    f->watcher = (struct watcher){tell, &f->told};
    if (watched)
        f->settings.watcher = &f->watcher;
    f->course.news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_init(&f->course.go, true);
    atomic_init(&f->course.start_ns, 1000);
    atomic_init(&f->course.end_ns, end_ns);
    reference_init(&f->reference);
    assert_int_equal(part_init(&f->total, &f->settings), 0);
    for (unsigned i = 0; i < WORKERS; i++) {
        assert_int_equal(worker_init(&f->workers[i], i, 1, &f->settings,
                                     &f->course, &f->reference),
                         0);
        worker_opening(&f->workers[i], conn_of(f, (int)i), 10);
        worker_opened(&f->workers[i], conn_of(f, (int)i), 20);
        assert_true(worker_look(&f->workers[i], 50));
    }
    assert_int_equal(
        collector_init(&f->collector, &f->settings, f->workers, &f->total), 0);
    collector_begin(&f->collector, NULL);
}

static void tear_down(struct fixture *f)
{
    collector_free(&f->collector);
    part_free(&f->total);
    for (unsigned i = 0; i < WORKERS; i++)
        worker_free(&f->workers[i]);
    reference_free(&f->reference);
    close(f->course.news_fd);
}

/* Worker `i` has a request answered at `now_ns`, `took_ns` after its start. */
static void serve(struct fixture *f, int i, uint64_t now_ns, uint64_t took_ns)
{
    struct worker *worker = &f->workers[i];
    struct conn *conn = conn_of(f, i);

    worker_pass(worker, now_ns);
    worker_fill(worker, conn, now_ns - took_ns);
    struct span out = worker_out(worker, conn);
    worker_sent(worker, conn, out.len);
    struct checked checked =
        worker_received(worker, conn, out.bytes, out.len, now_ns);
    assert_int_equal(checked.replies, 1);
}

/* The time passes for all. */
static void pass(struct fixture *f, uint64_t now_ns)
{
    for (unsigned i = 0; i < WORKERS; i++)
        worker_pass(&f->workers[i], now_ns);
    collector_take(&f->collector);
}

static void assert_row(const struct fixture *f, size_t at, uint64_t start_ns,
                       uint64_t end_ns, uint64_t requests, uint64_t max_ns)
{
    const struct row *row = &f->told.rows[at];

    assert_true(at < f->told.n);
    assert_int_equal(row->start_ns, start_ns);
    assert_int_equal(row->end_ns, end_ns);
    assert_int_equal(row->requests, requests);
    assert_int_equal(row->count, requests);
    assert_int_equal(row->max_ns, max_ns);
}

static void each_interval_has_its_own(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 3500, true);
    serve(&f, 0, 900, 5); /* warm-up */
    serve(&f, 0, 1100, 10);
    serve(&f, 1, 1200, 20);
    serve(&f, 1, 1999, 7);
    assert_int_equal(f.told.n, 0);
    pass(&f, 2000);
    assert_int_equal(f.told.n, 1);
    serve(&f, 1, 2000, 30);
    pass(&f, 3000);
    serve(&f, 0, 3100, 40);
    pass(&f, 3500);
    assert_int_equal(f.told.n, 3);
    assert_row(&f, 0, 0, 1000, 3, 20);
    assert_row(&f, 1, 1000, 2000, 1, 30);
    assert_row(&f, 2, 2000, 2500, 1, 40);
    assert_int_equal(f.told.rows[0].connects, 0);
    assert_int_equal(f.total.counters.requests, 5);
    assert_int_equal(f.total.counters.bytes_in, 100);
    assert_int_equal(f.total.counters.body_bytes, 100);
    assert_int_equal(f.total.latency[LATENCY_SERVICE]->count, 5);
    assert_int_equal(f.total.latency[LATENCY_SERVICE]->min_ns, 7);
    tear_down(&f);
}

static void an_empty_interval_is_told(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 3000, true);
    serve(&f, 0, 1100, 10);
    pass(&f, 2000);
    pass(&f, 3000);
    assert_int_equal(f.told.n, 2);
    assert_row(&f, 1, 1000, 2000, 0, 0);
    assert_false(f.told.rows[1].server_known);
    tear_down(&f);
}

static void connections_are_opened_in_their_interval(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 4000, true);
    serve(&f, 0, 2100, 10);
    worker_closed(&f.workers[0], conn_of(&f, 0), FAULT_NONE, "");
    worker_opening(&f.workers[0], conn_of(&f, 0), 2200);
    worker_opened(&f.workers[0], conn_of(&f, 0), 2300);
    pass(&f, 3000);
    pass(&f, 4000);
    assert_int_equal(f.told.n, 2);
    assert_int_equal(f.told.rows[0].connects, 1);
    assert_int_equal(f.told.rows[1].connects, 0);
    assert_int_equal(f.total.latency[LATENCY_CONNECT]->max_ns, 100);
    tear_down(&f);
}

static void unwatched_the_window_is_one(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 9000, false);
    serve(&f, 0, 1100, 10);
    serve(&f, 1, 8999, 20);
    assert_int_equal(f.workers[1].edge_ns, 9000);
    pass(&f, 9000);
    assert_int_equal(f.told.n, 0);
    assert_int_equal(f.total.counters.requests, 2);
    assert_int_equal(f.total.latency[LATENCY_SERVICE]->count, 2);
    tear_down(&f);
}

/* More intervals than boxes, and nobody empties these: the worker keeps what
 * it has. */
static void a_late_collector_loses_nothing(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 9000, true);
    for (uint64_t now_ns = 1100; now_ns < 9000; now_ns += 500) {
        serve(&f, 0, now_ns, 10);
        serve(&f, 1, now_ns, 10);
    }
    pass(&f, 9000);
    assert_int_equal(f.told.n, HANDOVER_BOXES + 1);
    assert_row(&f, 0, 0, 1000, 4, 10);
    assert_row(&f, 1, 1000, 2000, 4, 10);
    assert_row(&f, 2, 2000, 8000, 24, 10);
    assert_int_equal(f.total.counters.requests, 32);
    tear_down(&f);
}

/* A thread that did not run makes its interval longer, and so that of all. */
static void a_late_worker_makes_a_longer_interval(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 5000, true);
    serve(&f, 0, 1500, 10);
    serve(&f, 1, 1500, 10);
    serve(&f, 0, 2100, 10);
    serve(&f, 0, 3100, 10);
    collector_take(&f.collector);
    assert_int_equal(f.told.n, 0);
    serve(&f, 1, 3200, 10); /* it has not passed the edge at 2,000 in time */
    collector_take(&f.collector);
    assert_int_equal(f.told.n, 1);
    pass(&f, 4000);
    pass(&f, 5000);
    assert_int_equal(f.told.n, 3);
    assert_row(&f, 0, 0, 2000, 3, 10);
    assert_row(&f, 1, 2000, 3000, 2, 10);
    assert_row(&f, 2, 3000, 4000, 0, 0);
    tear_down(&f);
}

static void who_ends_early_does_not_hold_the_others_up(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 5000, true);
    serve(&f, 0, 1500, 10);
    serve(&f, 1, 1500, 10);
    worker_finish(&f.workers[1], 1700);
    for (uint64_t now_ns = 2000; now_ns < 5000; now_ns += 1000) {
        serve(&f, 0, now_ns, 10);
        collector_take(&f.collector);
    }
    assert_int_equal(f.told.n, 3);
    worker_pass(&f.workers[0], 5000);
    collector_take(&f.collector);
    assert_int_equal(f.told.n, 4);
    assert_row(&f, 0, 0, 1000, 2, 10);
    assert_row(&f, 3, 3000, 4000, 1, 10);
    tear_down(&f);
}

static void an_early_end_shortens_the_last(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 9000, true);
    serve(&f, 0, 1500, 10);
    serve(&f, 1, 1500, 10);
    pass(&f, 2000);
    worker_finish(&f.workers[0], 2300);
    worker_finish(&f.workers[1], 2400);
    collector_take(&f.collector);
    assert_int_equal(f.told.n, 2);
    assert_row(&f, 1, 1000, 1400, 0, 0);
    tear_down(&f);
}

/* The threads did not run at all while the edges passed. */
static void late_ends_make_one_long_interval(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 9000, true);
    serve(&f, 0, 1500, 10);
    worker_pass(&f.workers[1], 1500);
    worker_finish(&f.workers[0], 3300);
    worker_finish(&f.workers[1], 3300);
    collector_take(&f.collector);
    assert_int_equal(f.told.n, 1);
    assert_row(&f, 0, 0, 2300, 1, 10);
    tear_down(&f);
}

/* The counts of the whole run are not those of its parts. */
static void errors_belong_to_their_interval(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 4000, true);
    faults_add(&f.workers[0].faults, FAULT_RESET, "before the window");
    pass(&f, 1000);
    faults_add(&f.workers[0].faults, FAULT_RESET, "one");
    faults_add(&f.workers[1].faults, FAULT_TIMEOUT, "two");
    pass(&f, 2000);
    pass(&f, 3000);
    faults_add(&f.workers[1].faults, FAULT_RESET, "three");
    pass(&f, 4000);
    assert_int_equal(f.told.n, 3);
    assert_int_equal(f.told.rows[0].errors, 2);
    assert_int_equal(f.told.rows[1].errors, 0);
    assert_int_equal(f.told.rows[2].errors, 1);
    tear_down(&f);
}

static void before_the_window_nothing_is_told(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 9000, true);
    serve(&f, 0, 900, 10);
    worker_finish(&f.workers[0], 950);
    worker_finish(&f.workers[1], 950);
    collector_take(&f.collector);
    assert_int_equal(f.told.n, 0);
    assert_int_equal(f.total.counters.requests, 0);
    assert_int_equal(f.total.latency[LATENCY_SERVICE]->count, 0);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_interval_has_its_own),
        cmocka_unit_test(an_empty_interval_is_told),
        cmocka_unit_test(connections_are_opened_in_their_interval),
        cmocka_unit_test(unwatched_the_window_is_one),
        cmocka_unit_test(a_late_collector_loses_nothing),
        cmocka_unit_test(a_late_worker_makes_a_longer_interval),
        cmocka_unit_test(who_ends_early_does_not_hold_the_others_up),
        cmocka_unit_test(an_early_end_shortens_the_last),
        cmocka_unit_test(late_ends_make_one_long_interval),
        cmocka_unit_test(errors_belong_to_their_interval),
        cmocka_unit_test(before_the_window_nothing_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

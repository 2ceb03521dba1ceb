#include "common/test/test.h"

#include "servers/test/talk.h"

#include <string.h>
#include <time.h>

/* The talk's deadlines, in ms: idle 10,000 (and the quantum), request 2,000,
 * and a grace of 2,000 at the stop. It starts at 1,000. */
enum { IDLE_END = 1000 + 10000 + 128, REQUEST_END = 1000 + 2000 };

static struct conn *expired_at(struct talk *talk, uint64_t ms)
{
    worker_tick_at(&talk->worker, ms * NS_PER_MS);
    return worker_expired(&talk->worker);
}

/* That the next deadline is at `ms`, and not before, and that it is said to
 * be then. */
static void expect_end(struct talk *talk, uint64_t ms)
{
    uint64_t now_ms = talk->worker.now_ns / NS_PER_MS;

    assert_int_equal(worker_wait_ms(&talk->worker), ms - now_ms);
    assert_null(expired_at(talk, ms - 1));
    assert_ptr_equal(expired_at(talk, ms), &talk->conn);
    assert_null(expired_at(talk, ms));
    assert_int_equal(worker_wait_ms(&talk->worker), -1);
}

static void silence_ends_a_connection(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    expect_end(talk, IDLE_END);
    assert_int_equal(talk->worker.counts[COUNT_TIMED_OUT], 1);
    assert_string_equal(talk->conn.why, "no progress in time");
    talk_end(talk);
}

static void progress_postpones_the_end(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);

    (void)state;
    assert_null(expired_at(talk, 6000));
    talk_feed(talk, "a", 1);
    expect_end(talk, 5000 + IDLE_END);
    talk_end(talk);
}

static void progress_within_the_quantum_costs_nothing(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);

    (void)state;
    assert_null(expired_at(talk, 1100));
    talk_feed(talk, "a", 1);
    assert_int_equal(talk->conn.idle.since_ns, 1000 * NS_PER_MS);
    /* The last byte came at 1,100, and 10 s later is not too early. */
    expect_end(talk, IDLE_END);
    talk_end(talk);
}

static void a_peer_that_never_reads_is_idle(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);

    (void)state;
    conn_feed(&talk->conn, &talk->worker, "abc", 3);
    expect_end(talk, IDLE_END);
    talk_end(talk);
}

static void a_request_has_to_be_complete_in_time(void **state)
{
    static const char request[] = "POST / HTTP/1.1\r\nHost: a\r\n"
                                  "Content-Length: 99\r\n\r\nabc";
    struct talk *talk;

    (void)state;
    for (size_t n = 1; n < sizeof(request); n++) {
        talk = talk_start(PROTO_HTTP);
        talk_feed(talk, request, n);
        assert_null(expired_at(talk, REQUEST_END - 500));
        talk_feed(talk, request + n, sizeof(request) - 1 - n);
        expect_end(talk, REQUEST_END);
        assert_string_equal(talk->conn.why, "its request took too long");
        talk_end(talk);
    }
}

static void each_request_has_its_own_time(void **state)
{
    static const char all[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nG";
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    for (uint64_t ms = 2000; ms < 9000; ms += 1000) {
        assert_null(expired_at(talk, ms));
        talk_feed(talk, ms == 2000 ? all : all + 1,
                  sizeof(all) - (ms == 2000 ? 1 : 2));
    }
    expect_end(talk, 8000 + 2000);
    talk_end(talk);
}

static void waiting_for_the_peer_to_read_is_no_request(void **state)
{
    static const char some[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGE";
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    conn_feed(&talk->conn, &talk->worker, some, sizeof(some) - 1);
    assert_null(expired_at(talk, REQUEST_END + 1000));
    talk->want = WANT_WRITE;
    talk_flush(talk);
    expect_end(talk, REQUEST_END + 1000 + 2000);
    talk_end(talk);
}

static void zero_means_never(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    worker_forget(&talk->worker, &talk->conn);
    talk->server.idle_ns = talk->server.request_ns = 0;
    worker_start(&talk->worker, &talk->server, 0);
    worker_open(&talk->worker, &talk->conn, 0);
    talk_feed(talk, "G", 1);
    assert_int_equal(worker_wait_ms(&talk->worker), -1);
    assert_null(worker_expired(&talk->worker));
    talk_end(talk);
}

static void lingering_ends_after_a_second(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    talk_feed(talk, "\n", 1);
    assert_null(expired_at(talk, 1900));
    talk_feed(talk, "more", 4);
    expect_end(talk, 2000);
    assert_int_equal(talk->worker.counts[COUNT_TIMED_OUT], 0);
    assert_string_equal(talk->conn.why, "Bad Request");
    talk_end(talk);
}

static void a_pause_ends_by_itself_or_with_a_connection(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);
    struct worker *worker = &talk->worker;

    (void)state;
    assert_true(worker_accepting(worker));
    worker_pause(worker);
    assert_false(worker_accepting(worker));
    assert_int_equal(worker_wait_ms(worker), 100);
    worker_tick_at(worker, 1099 * NS_PER_MS);
    assert_false(worker_accepting(worker));
    worker_tick_at(worker, 1100 * NS_PER_MS);
    assert_true(worker_accepting(worker));
    worker_pause(worker);
    worker_forget(worker, &talk->conn);
    assert_true(worker_accepting(worker));
    worker_open(worker, &talk->conn, 0);
    talk_end(talk);
}

static void no_more_than_the_most_are_accepted(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    talk->server.max_connections = 1;
    assert_false(worker_accepting(&talk->worker));
    talk->server.max_connections = 2;
    assert_true(worker_accepting(&talk->worker));
    talk_end(talk);
}

static void format_date(char *text, size_t size, time_t at)
{
    struct tm tm;

    gmtime_r(&at, &tm);
    strftime(text, size, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

/* For all workers, and each complaint by itself. */
static void complaints_are_made_once_a_second(void **state)
{
    struct tally tally = {0};

    (void)state;
    assert_true(tally_complains(&tally, COMPLAINT_CLOSING, 5 * NS_PER_S));
    assert_false(tally_complains(&tally, COMPLAINT_CLOSING, 6 * NS_PER_S - 1));
    assert_false(tally_complains(&tally, COMPLAINT_CLOSING, 4 * NS_PER_S));
    assert_true(tally_complains(&tally, COMPLAINT_TROUBLE, 5 * NS_PER_S));
    assert_true(tally_complains(&tally, COMPLAINT_CLOSING, 6 * NS_PER_S));
    assert_false(tally_complains(&tally, COMPLAINT_CLOSING, 6 * NS_PER_S));
}

/* It is read anew when the second is over, not before. */
static void the_date_is_that_of_the_wall_clock(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);
    struct worker *worker = &talk->worker;
    char before[64];
    char after[64];

    (void)state;
    worker_tick_at(worker, 5 * NS_PER_S);
    assert_string_equal(worker->date, "Sun, 06 Nov 1994 08:49:37 GMT");
    worker->date_until_ns = 6 * NS_PER_S;
    format_date(before, sizeof(before), time(NULL));
    worker_tick_at(worker, 6 * NS_PER_S);
    format_date(after, sizeof(after), time(NULL));
    if (strcmp(worker->date, before) != 0)
        assert_string_equal(worker->date, after);
    assert_in_range(worker->date_until_ns, 6 * NS_PER_S, 7 * NS_PER_S);
    talk_end(talk);
}

/* The tests that follow come last: the stop is for good, and for all. */
static void stopped_at_rest_is_ended_at_once(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    assert_null(expired_at(talk, 1500));
    worker_stop_all();
    assert_ptr_equal(expired_at(talk, 1501), &talk->conn);
    assert_null(talk->conn.why);
    assert_null(expired_at(talk, 1501));
    assert_false(worker_accepting(&talk->worker));
    assert_false(worker_done(&talk->worker));
    worker_forget(&talk->worker, &talk->conn);
    assert_true(worker_done(&talk->worker));
    worker_open(&talk->worker, &talk->conn, 0);
    talk_end(talk);
}

static void stopped_in_a_request_finishes_it(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    talk_feed(talk, request, 5);
    assert_null(expired_at(talk, 1501));
    assert_int_equal(worker_wait_ms(&talk->worker), REQUEST_END - 1501);
    talk_feed(talk, request + 5, sizeof(request) - 6);
    assert_non_null(strstr(talk->reply, "\r\nConnection: close\r\n"));
    assert_int_equal(talk_state(talk), TALK_LINGERS);
    talk_end(talk);
}

static void stopped_while_sending_sends_it_all(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);

    (void)state;
    talk->want = conn_feed(&talk->conn, &talk->worker, "abc", 3);
    assert_null(expired_at(talk, 1501));
    talk_flush(talk);
    assert_string_equal(talk->reply, "abc");
    assert_int_equal(talk_state(talk), TALK_LINGERS);
    talk_end(talk);
}

static void grace_ends(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);

    (void)state;
    conn_feed(&talk->conn, &talk->worker, "abc", 3);
    assert_null(expired_at(talk, 1500));
    expect_end(talk, 3500);
    assert_int_equal(talk->worker.counts[COUNT_TIMED_OUT], 0);
    talk_end(talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_ends_a_connection),
        cmocka_unit_test(progress_postpones_the_end),
        cmocka_unit_test(progress_within_the_quantum_costs_nothing),
        cmocka_unit_test(a_peer_that_never_reads_is_idle),
        cmocka_unit_test(a_request_has_to_be_complete_in_time),
        cmocka_unit_test(each_request_has_its_own_time),
        cmocka_unit_test(waiting_for_the_peer_to_read_is_no_request),
        cmocka_unit_test(zero_means_never),
        cmocka_unit_test(lingering_ends_after_a_second),
        cmocka_unit_test(a_pause_ends_by_itself_or_with_a_connection),
        cmocka_unit_test(no_more_than_the_most_are_accepted),
        cmocka_unit_test(complaints_are_made_once_a_second),
        cmocka_unit_test(the_date_is_that_of_the_wall_clock),
        cmocka_unit_test(stopped_at_rest_is_ended_at_once),
        cmocka_unit_test(stopped_in_a_request_finishes_it),
        cmocka_unit_test(stopped_while_sending_sends_it_all),
        cmocka_unit_test(grace_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/test/test.h"

#include "servers/test/talk.h"

#include <stdlib.h>
#include <string.h>

static char *pattern(size_t n)
{
    char *bytes = malloc(n);

    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    return bytes;
}

/* Feeds `n` bytes in pieces, sending at most `send_max` at a time. */
static void expect_echo(size_t n, size_t piece, size_t send_max)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    char *bytes = pattern(n);

    talk->send_max = send_max;
    for (size_t at = 0; at < n; at += piece)
        talk_feed(talk, bytes + at, n - at < piece ? n - at : piece);
    assert_int_equal(talk->n, n);
    assert_memory_equal(talk->reply, bytes, n);
    assert_int_equal(talk->want, WANT_READ);
    free(bytes);
    talk_end(talk);
}

static void echo_returns_what_it_gets(void **state)
{
    (void)state;
    expect_echo(1, 1, 1);
    expect_echo(64, 64, 64);
    expect_echo(100000, 16384, 100000);
    expect_echo(100000, 16384, 999);
    expect_echo(100000, 100000, 4096);
    expect_echo(100000, 7, 3);
}

static void bytes_that_come_early_are_kept_in_order(void **state)
{
    enum { N = 100000, PIECE = 1000 };
    struct talk *talk = talk_start(PROTO_ECHO);
    char *bytes = pattern(N);

    (void)state;
    for (size_t at = 0; at < N; at += PIECE) {
        talk->want = conn_feed(&talk->conn, &talk->worker, bytes + at, PIECE);
        assert_int_equal(talk->want, WANT_WRITE);
        assert_true(buffer_waiting(&talk->conn.out) <= BUFFER_SIZE);
    }
    talk_flush(talk);
    assert_int_equal(talk->n, N);
    assert_memory_equal(talk->reply, bytes, N);
    free(bytes);
    talk_end(talk);
}

static void what_is_to_send_stays_where_it_is(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    struct out before;
    struct out after;

    (void)state;
    conn_feed(&talk->conn, &talk->worker, "abc", 3);
    before = conn_out(&talk->conn);
    conn_feed(&talk->conn, &talk->worker, "def", 3);
    after = conn_out(&talk->conn);
    assert_ptr_equal(before.mem, after.mem);
    assert_memory_equal(before.mem, "abc", 3);
    talk_end(talk);
}

static void a_connection_at_rest_holds_no_buffer(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    (void)state;
    for (int proto = PROTO_ECHO; proto <= PROTO_HTTP; proto++) {
        struct talk *talk = talk_start((enum proto)proto);
        for (size_t cut = 0; cut < sizeof(request); cut++) {
            talk_feed(talk, request, cut);
            talk_feed(talk, request + cut, sizeof(request) - 1 - cut);
            assert_null(talk->conn.in.mem);
            assert_null(talk->conn.out.mem);
            assert_true(conn_rests(&talk->conn));
        }
        /* and they were all the same one, or two */
        assert_true(talk->worker.pool.n_free <= 2);
        talk_end(talk);
    }
}

static void half_close_finishes_the_echo(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);

    (void)state;
    conn_feed(&talk->conn, &talk->worker, "abc", 3);
    talk->want = conn_eof(&talk->conn, &talk->worker);
    assert_int_equal(talk->want, WANT_WRITE);
    talk->send_max = 1;
    talk_flush(talk);
    assert_string_equal(talk->reply, "abc");
    assert_int_equal(talk->want, WANT_CLOSE);
    talk_end(talk);
}

static void half_close_at_rest_closes(void **state)
{
    (void)state;
    for (int proto = PROTO_ECHO; proto <= PROTO_HTTP; proto++) {
        struct talk *talk = talk_start((enum proto)proto);
        talk_eof(talk);
        assert_int_equal(talk->want, WANT_CLOSE);
        talk_end(talk);
    }
}

static void a_slot_tells_its_uses_apart(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    struct worker *worker = &talk->worker;
    uint32_t gen = talk->conn.gen;

    (void)state;
    assert_ptr_equal(worker_find(worker, 0, gen), &talk->conn);
    worker_forget(worker, &talk->conn);
    assert_null(worker_find(worker, 0, gen));
    worker_open(worker, &talk->conn, 0);
    assert_null(worker_find(worker, 0, gen));
    assert_ptr_equal(worker_find(worker, 0, talk->conn.gen), &talk->conn);
    talk_end(talk);
}

static void a_connection_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct conn) <= 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echo_returns_what_it_gets),
        cmocka_unit_test(bytes_that_come_early_are_kept_in_order),
        cmocka_unit_test(what_is_to_send_stays_where_it_is),
        cmocka_unit_test(a_connection_at_rest_holds_no_buffer),
        cmocka_unit_test(half_close_finishes_the_echo),
        cmocka_unit_test(half_close_at_rest_closes),
        cmocka_unit_test(a_slot_tells_its_uses_apart),
        cmocka_unit_test(a_connection_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/test/test.h"

#include "loadgen/test/feed.h"

#include <string.h>

static void threads_agree_on_the_body(void **state)
{
    struct feed feed;
    struct checker second;

    (void)state;
    feed_init(&feed, "http://h:1/");
    checker_init(&second, &feed.request, &feed.reference);
    assert_right(feed_text(&feed, GOOD, 1), 1);
    assert_int_equal(reply_check(&second, &feed.inbox,
                                 DATE "Content-Length: 5\r\n\r\nOther",
                                 strlen(GOOD), 1)
                         .fault,
                     FAULT_MISMATCH);
    checker_free(&second);
    feed_free(&feed);
}

/* The pattern is what came last, and follows what changes. */
static void assert_pattern(const struct feed *feed, const char *reply,
                           bool closing)
{
    const struct pattern *pattern = &feed->checker.http.pattern;

    assert_int_equal(pattern->reply.len, strlen(reply));
    assert_memory_equal(pattern->reply.bytes, reply, strlen(reply));
    assert_int_equal(pattern->closing, closing);
}

static void the_pattern_follows_what_changes(void **state)
{
    static const char closing[] = DATE "Connection: close\r\n" HELLO;
    struct feed feed;

    (void)state;
    feed_init(&feed, "http://h:1/");
    assert_right(feed_text(&feed, GOOD, 1), 1);
    assert_pattern(&feed, GOOD, false);
    assert_right(feed_text(&feed, LATER HELLO GOOD LATER HELLO, 3), 3);
    assert_pattern(&feed, LATER HELLO, false);
    assert_right(feed_text(&feed, INTERIM CHUNKED CHUNKS, 1), 1);
    assert_pattern(&feed, CHUNKED CHUNKS, false);
    for (int i = 0; i < 2; i++) {
        struct checked checked = feed_text(&feed, closing, 1);
        assert_right(checked, 1);
        assert_true(checked.closing);
        assert_pattern(&feed, closing, true);
        feed_reconnect(&feed);
    }
    assert_int_equal(
        feed_text(&feed, DATE "Content-Length: 1\r\n\r\nH", 1).fault,
        FAULT_MISMATCH);
    assert_pattern(&feed, closing, true);
    feed_free(&feed);
}

/* It may go on, whatever it has in common with the last one. */
static void what_ends_with_the_connection_is_no_pattern(void **state)
{
    struct feed feed;

    (void)state;
    feed_init(&feed, "http://h:1/");
    for (int i = 0; i < 2; i++) {
        assert_right(feed_text(&feed, DATE "\r\nHello", 1), 0);
        assert_right(reply_end(&feed.checker, &feed.inbox), 1);
        feed_reconnect(&feed);
    }
    feed_free(&feed);
}

/* Feeds `n` bytes of a large body in pieces as a socket gives them. */
static struct checked feed_body(struct feed *feed, char byte, size_t n)
{
    enum { PIECE = 64 * 1024 };
    static char piece[PIECE];
    struct checked checked = {.fault = FAULT_NONE};

    memset(piece, byte, sizeof(piece));
    while (n > 0 && checked.fault == FAULT_NONE) {
        size_t len = n < PIECE ? n : PIECE;
        checked = feed_bytes(feed, piece, len, 1);
        n -= len;
    }
    return checked;
}

static void a_large_body_is_kept_once(void **state)
{
    static const char counted[] = DATE "Content-Length: 1048576\r\n\r\n";
    struct feed feed;

    (void)state;
    feed_init(&feed, "http://h:1/");
    for (int i = 0; i < 3; i++) {
        assert_right(feed_text(&feed, counted, 1), 0);
        assert_right(feed_body(&feed, 'x', 1048576), 1);
        assert_right(feed_text(&feed, CHUNKED "100000\r\n", 1), 0);
        assert_right(feed_body(&feed, 'x', 1048576), 0);
        assert_right(feed_text(&feed, "\r\n0\r\n\r\n", 1), 1);
    }
    assert_int_equal(feed.reference.kept.len, 1048576);
    assert_in_range(feed.inbox.http.stash.size, 1, 2 * HTTP_PATTERN_MOST);
    assert_int_equal(feed.checker.http.pattern.reply.len, 0);
    assert_right(feed_text(&feed, counted, 1), 0);
    assert_right(feed_body(&feed, 'x', 1048575), 0);
    assert_int_equal(feed_text(&feed, "y", 1).fault, FAULT_MISMATCH);
    feed_free(&feed);
}

/* Framing is none of a body, and a reply need not be whole to have some. */
static void bytes_of_bodies_are_counted(void **state)
{
    struct feed feed;

    (void)state;
    feed_init(&feed, "http://h:1/");
    assert_int_equal(feed_text(&feed, DATE, 1).body_bytes, 0);
    assert_int_equal(
        feed_text(&feed, "Content-Length: 5\r\n\r\nHel", 1).body_bytes, 3);
    assert_int_equal(feed_text(&feed, "lo", 1).body_bytes, 2);
    assert_int_equal(feed_text(&feed, GOOD GOOD GOOD DATE, 4).body_bytes, 15);
    assert_int_equal(feed_text(&feed, HELLO, 1).body_bytes, 5);
    assert_int_equal(feed_text(&feed, CHUNKED CHUNKS GOOD, 2).body_bytes, 10);
    feed_free(&feed);
}

static void an_endless_reply_is_refused(void **state)
{
    struct feed feed;

    (void)state;
    feed_init(&feed, "http://h:1/");
    assert_right(feed_text(&feed, "HTTP/1.1 200 OK\r\nX: ", 1), 0);
    assert_int_equal(feed_body(&feed, 'x', HTTP_HEAD_MOST).fault,
                     FAULT_MISMATCH);
    assert_non_null(strstr(feed.checker.why, "head is over 64 KiB"));
    feed_reconnect(&feed);
    assert_right(feed_text(&feed, DATE "\r\n", 1), 0);
    assert_right(feed_body(&feed, 'x', HTTP_BODY_MOST), 0);
    assert_int_equal(feed_text(&feed, "x", 1).fault, FAULT_MISMATCH);
    assert_non_null(strstr(feed.checker.why, "longer than 64 MiB"));
    feed_free(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_agree_on_the_body),
        cmocka_unit_test(the_pattern_follows_what_changes),
        cmocka_unit_test(what_ends_with_the_connection_is_no_pattern),
        cmocka_unit_test(a_large_body_is_kept_once),
        cmocka_unit_test(bytes_of_bodies_are_counted),
        cmocka_unit_test(an_endless_reply_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

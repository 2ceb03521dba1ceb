/* The real program against servers whose replies are right, but not as those of
 * our own. */
#include "common/test/test.h"

#include "loadgen/test/stub.h"

#include <stdlib.h>
#include <string.h>

#define WORDS(...)                                                             \
    ((const char *const[]){"--duration", "300ms", "--warmup", "20ms",          \
                           __VA_ARGS__, NULL})

static struct outcome run(enum stub_manner manner, const char *const *words)
{
    struct stub stub = stub_start(manner);
    struct outcome outcome = run_loadgen("http", stub.port, words);

    stub_stop(&stub);
    return outcome;
}

/* Two connections, and each reply is right. */
static struct outcome assert_good(enum stub_manner manner,
                                  const char *const *words)
{
    struct outcome outcome = run(manner, words);

    if (outcome.status != 0)
        fail_msg("exit %d: %s", outcome.status, outcome.err);
    assert_true(outcome_number(&outcome, "requests") > 0);
    assert_true(outcome_number(&outcome, "errors.total") == 0);
    assert_true(outcome_number(&outcome, "connections_served") == 2);
    return outcome;
}

static void chunks_are_put_together(void **state)
{
    struct outcome one = assert_good(STUB_CHUNKED, WORDS("-c", "2"));
    struct outcome many = assert_good(
        STUB_CHUNKED, WORDS("-c", "2", "--pipeline", "5", "--threads", "2"));

    (void)state;
    outcome_free(&one);
    outcome_free(&many);
}

static void interim_replies_are_read_over(void **state)
{
    struct outcome one = assert_good(STUB_INTERIM, WORDS("-c", "2"));
    struct outcome many =
        assert_good(STUB_INTERIM, WORDS("-c", "2", "--pipeline", "5"));

    (void)state;
    outcome_free(&one);
    outcome_free(&many);
}

/* Each reply takes a connection, and the next one another. */
static void the_end_may_be_that_of_a_reply(void **state)
{
    struct outcome outcome = assert_good(STUB_UNTIL_END, WORDS("-c", "2"));

    (void)state;
    assert_true(outcome_number(&outcome, "connections_opened") > 2);
    assert_true(outcome_number(&outcome, "connections_opened") >=
                outcome_number(&outcome, "requests"));
    outcome_free(&outcome);
}

/* The end answers one request, and not those behind it. */
static void what_is_owed_after_the_end_is_an_error(void **state)
{
    struct outcome outcome =
        run(STUB_UNTIL_END, WORDS("-c", "1", "--pipeline", "2"));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_true(outcome_number(&outcome, "requests") > 0);
    assert_true(outcome_number(&outcome, "errors.closed_early") > 0);
    assert_true(outcome_number(&outcome, "errors.closed_early") ==
                outcome_number(&outcome, "errors.total"));
    assert_non_null(strstr(outcome.err, "closed with 1 requests unanswered"));
    outcome_free(&outcome);
}

/* Runs with one connection and long replies, however slow the machine is. */
static struct outcome run_long(enum stub_manner manner, const char *duration)
{
    const char *const words[] = {"-c",         "1",         "--warmup",
                                 "0s",         "--timeout", "60s",
                                 "--duration", duration,    NULL};

    return run(manner, words);
}

/* A generator that kept them would have over 64 MiB, as it has with sanitizers. */
static void long_replies_are_checked_without_keeping_them(void **state)
{
    struct outcome outcome = run_long(STUB_LONG, "1s");
    const char *sanitizer = getenv("SAN");

    (void)state;
    assert_int_equal(outcome.status, 0);
    assert_true(outcome_number(&outcome, "errors.total") == 0);
    assert_true(outcome_number(&outcome, "connections_starved") == 0);
    assert_true(outcome_number(&outcome, "body_bytes") > 0);
    assert_true(outcome_number(&outcome, "bytes_per_s") ==
                outcome_number(&outcome, "body_bytes") /
                    outcome_number(&outcome, "duration_s"));
    assert_true(outcome_number(&outcome, "client.cpu_s_per_gib") > 0);
    if (!sanitizer || !sanitizer[0])
        assert_true(outcome_number(&outcome, "client.rss_peak_bytes") <
                    64 << 20);
    outcome_free(&outcome);
}

/* It ends with the second one: the connection that gave it had no right reply. */
static void the_last_byte_of_a_long_reply_counts(void **state)
{
    struct outcome outcome = run_long(STUB_BAD_END, "10m");

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_true(outcome_number(&outcome, "errors.mismatch") == 2);
    assert_true(outcome_number(&outcome, "errors.total") == 2);
    assert_non_null(
        strstr(outcome.err, "a reply's body is not that of the first reply"));
    outcome_free(&outcome);
}

static void a_redirection_is_told(void **state)
{
    struct outcome outcome = run(STUB_MOVED, WORDS("-c", "1"));

    (void)state;
    assert_int_equal(outcome.status, 1);
    assert_true(outcome_number(&outcome, "errors.bad_status") == 1);
    assert_non_null(strstr(outcome.err, "status 301, Location: /there/"));
    outcome_free(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_put_together),
        cmocka_unit_test(interim_replies_are_read_over),
        cmocka_unit_test(the_end_may_be_that_of_a_reply),
        cmocka_unit_test(what_is_owed_after_the_end_is_an_error),
        cmocka_unit_test(long_replies_are_checked_without_keeping_them),
        cmocka_unit_test(the_last_byte_of_a_long_reply_counts),
        cmocka_unit_test(a_redirection_is_told),
    };

    return run_with_each_engine(tests, LENGTH(tests));
}

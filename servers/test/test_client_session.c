#include "common/test/test.h"

#include "common/units.h"
#include "servers/client/session.h"

#include <string.h>

#define TIMEOUT_NS (5 * NS_PER_S)

static void type(struct session *session, const char *text, uint64_t now_ns)
{
    assert_int_equal(session_type(session, text, strlen(text), now_ns), 0);
}

static void hear(struct session *session, const char *text, uint64_t now_ns)
{
    session_hear(session, text, strlen(text), now_ns);
}

static void assert_unsent(const struct session *session, const char *text)
{
    assert_int_equal(session->n, strlen(text));
    assert_memory_equal(session->n ? session->unsent : "", text, session->n);
}

static void what_is_typed_goes_out(void **state)
{
    static const struct {
        const char *typed;
        const char *sent;
        uint64_t lines;
        bool ended;
    } cases[] = {
        {"", "", 0, false},
        {"a", "a", 0, false},
        {"a\n", "a\n", 1, false},
        {"a\nb", "a\nb", 1, false},
        {"a\nb\n", "a\nb\n", 2, false},
        {"\n", "", 0, true},
        {"a\n\n", "a\n", 1, true},
        {"a\n\nb\n", "a\n", 1, true},
        {"\na\n", "", 0, true},
        {" \n", " \n", 1, false},
        {"\r\n\r\n", "\r\n\r\n", 2, false},
        {"\x01\xff\n", "\x01\xff\n", 1, false},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const size_t n = strlen(cases[i].typed);
        /* however it is cut in two */
        for (size_t cut = 0; cut <= n; cut++) {
            struct session session;
            session_start(&session, TIMEOUT_NS);
            assert_int_equal(session_type(&session, cases[i].typed, cut, 1), 0);
            assert_int_equal(
                session_type(&session, cases[i].typed + cut, n - cut, 1), 0);
            assert_unsent(&session, cases[i].sent);
            assert_int_equal(session.awaited, cases[i].lines);
            assert_int_equal(session.ended, cases[i].ended);
            session_free(&session);
        }
    }
}

static void the_end_completes_a_line(void **state)
{
    static const struct {
        const char *typed;
        const char *sent;
        uint64_t lines;
    } cases[] = {
        {"", "", 0},
        {"a\n", "a\n", 1},
        {"a\nb", "a\nb\n", 2},
        {"a\n\n", "a\n", 1},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct session session;
        session_start(&session, TIMEOUT_NS);
        type(&session, cases[i].typed, 1);
        assert_int_equal(session_end(&session, 1), 0);
        assert_true(session.ended);
        assert_unsent(&session, cases[i].sent);
        assert_int_equal(session.awaited, cases[i].lines);
        session_free(&session);
    }
}

static void short_sends_lose_nothing(void **state)
{
    struct session session;

    (void)state;
    session_start(&session, TIMEOUT_NS);
    type(&session, "hello\n", 1);
    session_sent(&session, 2);
    assert_unsent(&session, "llo\n");
    type(&session, "x\n", 1);
    assert_unsent(&session, "llo\nx\n");
    session_sent(&session, 6);
    assert_unsent(&session, "");
    session_free(&session);
}

static void a_newline_is_a_reply(void **state)
{
    static const struct {
        const char *heard;
        uint64_t awaited; /* of two */
    } cases[] = {
        {"", 2},     {"a", 2},      {"a\n", 1},      {"\n", 1},
        {"a\nb", 1}, {"a\nb\n", 0}, {"\n\n\n\n", 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct session session;
        session_start(&session, TIMEOUT_NS);
        type(&session, "1\n2\n", 1);
        hear(&session, cases[i].heard, 1);
        assert_int_equal(session.awaited, cases[i].awaited);
        session_free(&session);
    }
}

static void what_comes_unasked_answers_nothing(void **state)
{
    struct session session;

    (void)state;
    session_start(&session, TIMEOUT_NS);
    hear(&session, "hello\n", 1);
    assert_int_equal(session.awaited, 0);
    type(&session, "a\n", 1);
    assert_int_equal(session.awaited, 1);
    session_free(&session);
}

static void a_reply_is_waited_for_so_long(void **state)
{
    struct session session;

    (void)state;
    session_start(&session, TIMEOUT_NS);
    assert_int_equal(session_due_ns(&session), UINT64_MAX);
    type(&session, "a", 10);
    assert_int_equal(session_due_ns(&session), UINT64_MAX);
    type(&session, "\n", 20);
    assert_int_equal(session_due_ns(&session), 20 + TIMEOUT_NS);
    /* a second line does not prolong it, but what the server says does */
    type(&session, "b\n", 30);
    assert_int_equal(session_due_ns(&session), 20 + TIMEOUT_NS);
    hear(&session, "a\n", 40);
    assert_int_equal(session_due_ns(&session), 40 + TIMEOUT_NS);
    hear(&session, "b\n", 50);
    assert_int_equal(session_due_ns(&session), UINT64_MAX);
    session_free(&session);
}

static void given_up_replies_are_counted(void **state)
{
    struct session session;

    (void)state;
    session_start(&session, TIMEOUT_NS);
    assert_int_equal(session_give_up(&session), 0);
    type(&session, "a\nb\n", 1);
    assert_int_equal(session_give_up(&session), 2);
    assert_int_equal(session_give_up(&session), 0);
    assert_int_equal(session.missed, 2);
    assert_int_equal(session_due_ns(&session), UINT64_MAX);
    type(&session, "c\n", 7);
    assert_int_equal(session_due_ns(&session), 7 + TIMEOUT_NS);
    session_settle(&session);
    assert_int_equal(session.missed, 2);
    assert_int_equal(session_due_ns(&session), UINT64_MAX);
    session_free(&session);
}

static void after_the_end_the_servers_end_is_waited_for(void **state)
{
    struct session session;

    (void)state;
    session_start(&session, TIMEOUT_NS);
    assert_int_equal(session_end(&session, 9), 0);
    assert_int_equal(session_due_ns(&session), 9 + TIMEOUT_NS);
    hear(&session, "x", 11);
    assert_int_equal(session_due_ns(&session), 11 + TIMEOUT_NS);
    session_free(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_goes_out),
        cmocka_unit_test(the_end_completes_a_line),
        cmocka_unit_test(short_sends_lose_nothing),
        cmocka_unit_test(a_newline_is_a_reply),
        cmocka_unit_test(what_comes_unasked_answers_nothing),
        cmocka_unit_test(a_reply_is_waited_for_so_long),
        cmocka_unit_test(given_up_replies_are_counted),
        cmocka_unit_test(after_the_end_the_servers_end_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

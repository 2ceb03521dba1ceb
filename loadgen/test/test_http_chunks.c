#include "common/test/test.h"

#include "loadgen/protocol/http_chunks.h"
#include "loadgen/protocol/http_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What came out of a body. */
struct outcome {
    char content[64];
    size_t len;
    size_t taken;
    const char *why;
    bool done;
};

static bool says(const struct outcome *outcome, const char *part)
{
    return outcome->why && strstr(outcome->why, part);
}

static void take(struct http_chunks *chunks, const char *bytes, size_t n,
                 struct outcome *outcome)
{
    size_t at = 0;

    while (at < n && !outcome->why && !http_chunks_done(chunks)) {
        size_t content;
        size_t taken = http_chunks_take(chunks, bytes + at, n - at, &content,
                                        &outcome->why);
        assert_in_range(taken, 1, n - at);
        assert_true(content <= taken);
        assert_true(outcome->len + content < sizeof(outcome->content));
        memcpy(outcome->content + outcome->len, bytes + at + taken - content,
               content);
        outcome->len += content;
        at += taken;
    }
    outcome->taken += at;
    outcome->done = http_chunks_done(chunks);
}

/* Takes `bytes` in two pieces, the first of which has `cut` bytes. */
static struct outcome take_cut(const char *bytes, size_t cut)
{
    struct http_chunks chunks = {0};
    struct outcome outcome = {0};

    take(&chunks, bytes, cut, &outcome);
    take(&chunks, bytes + cut, strlen(bytes) - cut, &outcome);
    return outcome;
}

static void bodies_are_put_together_for_every_cut(void **state)
{
    static const char *const bodies[] = {
        "5\r\nHello\r\n0\r\n\r\n",
        "1\r\nH\r\n4\r\nello\r\n0\r\n\r\n",
        "1\r\nH\r\n1\r\ne\r\n1\r\nl\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n",
        "0000000000000000000000005\r\nHello\r\n000\r\n\r\n",
        "5;a=b;c=\"d;\"\r\nHello\r\n0;last\r\n\r\n",
        "5 \t\r\nHello\r\n0 ;x\r\n\r\n",
        "5\r\nHello\r\n0\r\nA: b\r\nEmpty:\r\nContent-Length: 9\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(bodies); i++) {
        for (size_t cut = 0; cut <= strlen(bodies[i]); cut++) {
            struct outcome outcome = take_cut(bodies[i], cut);
            if (!outcome.done)
                fail_msg("%s, cut at %zu: %s", bodies[i], cut, outcome.why);
            assert_string_equal(outcome.content, "Hello");
            assert_int_equal(outcome.taken, strlen(bodies[i]));
        }
    }
}

static void what_follows_the_last_chunk_is_left(void **state)
{
    struct outcome outcome = take_cut("0\r\n\r\nHTTP/1.1 200", 0);

    (void)state;
    assert_true(outcome.done);
    assert_int_equal(outcome.taken, 5);
}

static void digits_may_be_of_either_case(void **state)
{
    struct outcome outcome = take_cut("1A\r\nabcdefghijklmnopqrstuvwxyz\r\n1a"
                                      "\r\nABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n",
                                      0);

    (void)state;
    assert_null(outcome.why);
    assert_int_equal(outcome.len, 52);
}

static void wrong_chunks_are_refused_at_the_same_byte(void **state)
{
    static const struct {
        const char *body;
        const char *why;
    } cases[] = {
        {"\r\n", "no number"},
        {"x\r\n", "no number"},
        {" 5\r\n", "no number"},
        {"-5\r\n", "no number"},
        {"0x5\r\n", "no number"},
        {"5 5\r\n", "no number"},
        {";\r\n", "no number"},
        {"5\n", "no number"},
        {"4000001\r\n", "longer than 64 MiB"},
        {"10000000000000005\r\n", "longer than 64 MiB"},
        {"5\rHello", "size does not end in CR LF"},
        {"5;a\nHello", "extension or trailer"},
        {"5;a\rHello", "size does not end in CR LF"},
        {"5\r\nHelloX\r\n", "chunk does not end"},
        {"5\r\nHello\n", "chunk does not end"},
        {"5\r\nHello\rX", "chunk does not end"},
        {"5\r\nHello\r\n\r\n", "no number"},
        {"0\r\nx\r\n", "no field"},
        {"0\r\n: x\r\n", "no field"},
        {"0\r\n x: y\r\n", "no field"},
        {"0\r\na b: y\r\n", "no field"},
        {"0\r\n\n", "no field"},
        {"0\r\na: b\n", "extension or trailer"},
        {"0\r\na: b\rc", "does not end in CR LF"},
        {"0\r\n\rx", "does not end in CR LF"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        size_t taken = take_cut(cases[i].body, 0).taken;
        for (size_t cut = 0; cut <= strlen(cases[i].body); cut++) {
            struct outcome outcome = take_cut(cases[i].body, cut);
            if (!says(&outcome, cases[i].why))
                fail_msg("%s: %s", cases[i].body, outcome.why);
            assert_int_equal(outcome.taken, taken);
        }
    }
}

static void there_may_be_many_chunks(void **state)
{
    static const char chunk[] = "1\r\nx\r\n";
    struct http_chunks chunks = {0};

    (void)state;
    for (int i = 0; i < HTTP_HEAD_MOST; i++) {
        struct outcome outcome = {0};
        take(&chunks, chunk, sizeof(chunk) - 1, &outcome);
        assert_null(outcome.why);
        assert_int_equal(outcome.len, 1);
    }
}

static void framing_without_an_end_is_refused(void **state)
{
    static const char *const begins[] = {"5;", "0\r\nx", "0\r\nx:", "0"};
    char *filler = malloc(HTTP_HEAD_MOST);

    (void)state;
    assert_non_null(filler);
    memset(filler, '0', HTTP_HEAD_MOST);
    for (size_t i = 0; i < LENGTH(begins); i++) {
        struct http_chunks chunks = {0};
        struct outcome outcome = {0};
        take(&chunks, begins[i], strlen(begins[i]), &outcome);
        assert_null(outcome.why);
        take(&chunks, filler, HTTP_HEAD_MOST, &outcome);
        assert_true(says(&outcome, "64 KiB"));
        assert_int_equal(outcome.taken, HTTP_HEAD_MOST + 1);
    }
    free(filler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_put_together_for_every_cut),
        cmocka_unit_test(what_follows_the_last_chunk_is_left),
        cmocka_unit_test(digits_may_be_of_either_case),
        cmocka_unit_test(wrong_chunks_are_refused_at_the_same_byte),
        cmocka_unit_test(there_may_be_many_chunks),
        cmocka_unit_test(framing_without_an_end_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

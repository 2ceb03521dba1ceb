/* Requests that differ from each other: in length, or the last of a
 * connection. That all alike are right shows in test_reply.c. */
#include "common/test/test.h"

#include "loadgen/protocol/reply.h"
#include "loadgen/protocol/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 77, N = 400 };

static void set_up(struct settings *settings, const char *target, size_t least,
                   size_t most)
{
    char why[200];

    *settings = (struct settings){
        .pipeline = 8,
        .seed = 3,
        .payload_bytes = least,
        .payload_most_bytes = most,
    };
    assert_int_equal(target_parse(target, &settings->target, why, sizeof(why)),
                     0);
}

/* Of all lengths from 20 to 40, each comes, and none else. */
static void lengths_are_spread_over_the_range(void **state)
{
    struct settings settings;
    struct request request;
    unsigned counts[41] = {0};

    (void)state;
    set_up(&settings, "echo://h:1", 20, 40);
    assert_int_equal(request_init(&request, &settings), 0);
    for (uint64_t i = 0; i < N; i++) {
        size_t len = request_len(&request, TAG, i);
        assert_in_range(len, 20, 40);
        counts[len]++;
    }
    for (size_t len = 20; len <= 40; len++)
        assert_in_range(counts[len], N / 21 / 4, N / 21 * 4);
    request_free(&request);
}

static void lengths_follow_from_seed_and_tag(void **state)
{
    struct settings settings;
    struct request a;
    struct request b;
    size_t same_tag = 0;
    size_t same_seed = 0;

    (void)state;
    set_up(&settings, "echo://h:1", 16, 100000);
    assert_int_equal(request_init(&a, &settings), 0);
    assert_int_equal(request_init(&b, &settings), 0);
    for (uint64_t i = 0; i < N; i++) {
        assert_int_equal(request_len(&a, TAG, i), request_len(&b, TAG, i));
        same_tag += request_len(&a, TAG, i) == request_len(&a, TAG + 1, i);
    }
    request_free(&b);
    settings.seed++;
    assert_int_equal(request_init(&b, &settings), 0);
    for (uint64_t i = 0; i < N; i++)
        same_seed += request_len(&a, TAG, i) == request_len(&b, TAG, i);
    assert_in_range(same_tag, 0, 2);
    assert_in_range(same_seed, 0, 2);
    request_free(&a);
    request_free(&b);
}

/* Puts the stream of `n` requests together from spans that start wherever
 * sends of `step` bytes have stopped. */
static char *stream(struct request *request, uint64_t n, size_t step,
                    size_t *len)
{
    uint64_t sequence = 0;
    size_t offset = 0;
    size_t all = 0;

    for (uint64_t i = 0; i < n; i++)
        all += request_len(request, TAG, i);
    char *bytes = malloc(all);
    assert_non_null(bytes);
    *len = 0;
    while (sequence < n) {
        struct span out =
            request_span(request, TAG, sequence, offset, n - sequence);
        size_t taken = out.len < step ? out.len : step;
        assert_true(out.len > 0);
        assert_true(taken <= all - *len);
        memcpy(bytes + *len, out.bytes, taken);
        *len += taken;
        offset += taken;
        while (sequence < n && offset >= request_len(request, TAG, sequence))
            offset -= request_len(request, TAG, sequence++);
    }
    assert_int_equal(offset, 0);
    return bytes;
}

static const struct {
    const char *target;
    size_t least;
    size_t most;
    unsigned per_connection;
} cases[] = {
    {"echo://h:1", 16, 60, 0},     {"echo://h:1", 1000, 70000, 0},
    {"http://h:1/p", 0, 120, 0},   {"http://h:1/p", 0, 0, 4},
    {"http://h:1/p", 50, 50, 3},   {"http://h:1/p", 9, 11, 5},
    {"echo://h:1", 16, 400000, 0},
};

/* Wherever a send stops, the stream is the same; one at a time or several. */
static void a_short_send_goes_on_where_it_stopped(void **state)
{
    static const size_t steps[] = {7, 64, 1000, SIZE_MAX};

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct settings settings;
        struct request request;
        size_t len;
        set_up(&settings, cases[i].target, cases[i].least, cases[i].most);
        settings.requests_per_connection = cases[i].per_connection;
        settings.closing = CLOSING_SERVER;
        uint64_t n = cases[i].per_connection ? cases[i].per_connection : 9;
        settings.pipeline = 1;
        assert_int_equal(request_init(&request, &settings), 0);
        char *whole = stream(&request, n, SIZE_MAX, &len);
        request_free(&request);
        settings.pipeline = 8;
        assert_int_equal(request_init(&request, &settings), 0);
        for (size_t k = 0; k < LENGTH(steps); k++) {
            size_t other_len;
            if (len / steps[k] > 20000) /* slow, and nothing new */
                continue;
            char *other = stream(&request, n, steps[k], &other_len);
            assert_int_equal(other_len, len);
            assert_memory_equal(other, whole, len);
            free(other);
        }
        request_free(&request);
        free(whole);
    }
}

/* The checker cuts the replies as the requests were cut. */
static void echoes_of_all_lengths_are_checked(void **state)
{
    struct settings settings;
    struct request request;
    struct reference reference;
    struct checker checker;
    struct inbox inbox = {0};
    size_t len;

    (void)state;
    set_up(&settings, "echo://h:1", 16, 60);
    assert_int_equal(request_init(&request, &settings), 0);
    reference_init(&reference);
    checker_init(&checker, &request, &reference);
    char *bytes = stream(&request, 20, SIZE_MAX, &len);
    for (size_t cut = 0; cut <= len; cut++) {
        inbox_reset(&inbox, TAG);
        struct checked one = reply_check(&checker, &inbox, bytes, cut, 20);
        struct checked two = reply_check(&checker, &inbox, bytes + cut,
                                         len - cut, 20 - one.replies);
        assert_int_equal(one.fault, FAULT_NONE);
        assert_int_equal(two.fault, FAULT_NONE);
        assert_int_equal(one.replies + two.replies, 20);
    }
    for (size_t at = 0; at < len; at++) {
        inbox_reset(&inbox, TAG);
        bytes[at] ^= 1;
        assert_int_equal(reply_check(&checker, &inbox, bytes, len, 20).fault,
                         FAULT_MISMATCH);
        bytes[at] ^= 1;
    }
    free(bytes);
    checker_free(&checker);
    reference_free(&reference);
    request_free(&request);
}

/* Each is a POST whose Content-Length is that of its body. */
static void bodies_are_as_long_as_told(void **state)
{
    static const char head[] =
        "POST /p HTTP/1.1\r\nHost: h:1\r\nContent-Length: ";
    struct settings settings;
    struct request request;
    bool empty = false;

    (void)state;
    set_up(&settings, "http://h:1/p", 0, 12);
    assert_int_equal(request_init(&request, &settings), 0);
    for (uint64_t i = 0; i < N; i++) {
        struct span out = request_span(&request, TAG, i, 0, 1);
        char *end;
        assert_int_equal(out.len, request_len(&request, TAG, i));
        assert_memory_equal(out.bytes, head, sizeof(head) - 1);
        size_t body = strtoul(out.bytes + sizeof(head) - 1, &end, 10);
        assert_in_range(body, 0, 12);
        assert_memory_equal(end, "\r\n\r\n", 4);
        assert_int_equal(end + 4 + body - out.bytes, out.len);
        empty |= body == 0;
    }
    assert_true(empty);
    request_free(&request);
}

static void only_the_last_request_asks_to_close(void **state)
{
    static const char get[] = "GET /p HTTP/1.1\r\nHost: h:1\r\n\r\n";
    static const char last[] =
        "GET /p HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n\r\n";
    static const struct {
        enum closing closing;
        unsigned k;
        unsigned sequence;
        const char *bytes;
    } expected[] = {
        {CLOSING_SERVER, 3, 0, get},  {CLOSING_SERVER, 3, 1, get},
        {CLOSING_SERVER, 3, 2, last}, {CLOSING_SERVER, 1, 0, last},
        {CLOSING_SERVER, 0, 0, get},  {CLOSING_CLIENT, 1, 0, get},
        {CLOSING_RESET, 3, 2, get},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(expected); i++) {
        struct settings settings;
        struct request request;
        set_up(&settings, "http://h:1/p", 0, 0);
        settings.closing = expected[i].closing;
        settings.requests_per_connection = expected[i].k;
        assert_int_equal(request_init(&request, &settings), 0);
        struct span out =
            request_span(&request, TAG, expected[i].sequence, 0, 1);
        assert_int_equal(out.len, strlen(expected[i].bytes));
        assert_memory_equal(out.bytes, expected[i].bytes, out.len);
        request_free(&request);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_spread_over_the_range),
        cmocka_unit_test(lengths_follow_from_seed_and_tag),
        cmocka_unit_test(a_short_send_goes_on_where_it_stopped),
        cmocka_unit_test(echoes_of_all_lengths_are_checked),
        cmocka_unit_test(bodies_are_as_long_as_told),
        cmocka_unit_test(only_the_last_request_asks_to_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

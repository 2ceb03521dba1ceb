#include "common/test/test.h"

#include "loadgen/test/feed.h"

#include <stdlib.h>
#include <string.h>

static void echo_is_right_for_every_cut(void **state)
{
    struct feed feed;

    (void)state;
    feed_init(&feed, "echo://h:1");
    struct span out = request_span(&feed.request, FEED_TAG, 0, 0, 3);
    char *three = malloc(out.len);
    assert_non_null(three);
    assert_int_equal(out.len, 120);
    memcpy(three, out.bytes, out.len);
    for (size_t first = 0; first <= out.len; first++) {
        for (size_t second = first; second <= out.len; second++) {
            const size_t ends[] = {first, second, out.len};
            uint32_t left = 3;
            size_t at = 0;
            feed_reconnect(&feed);
            for (size_t i = 0; i < LENGTH(ends); i++) {
                struct checked checked =
                    feed_bytes(&feed, three + at, ends[i] - at, left);
                assert_int_equal(checked.fault, FAULT_NONE);
                assert_int_equal(checked.body_bytes, ends[i] - at);
                left -= checked.replies;
                at = ends[i];
            }
            assert_int_equal(left, 0);
        }
    }
    free(three);
    feed_free(&feed);
}

/* Every byte of an echo matters, wherever the message is cut. */
static void one_wrong_echo_byte_is_a_mismatch(void **state)
{
    struct feed feed;
    char bytes[40];

    (void)state;
    feed_init(&feed, "echo://h:1");
    for (size_t at = 0; at < sizeof(bytes); at++) {
        for (size_t cut = 0; cut < sizeof(bytes); cut += 5) {
            feed_reconnect(&feed);
            memcpy(bytes, request_span(&feed.request, FEED_TAG, 0, 0, 1).bytes,
                   sizeof(bytes));
            bytes[at] ^= 1;
            struct checked one = feed_bytes(&feed, bytes, cut, 1);
            struct checked two = {.fault = FAULT_NONE};
            if (one.fault == FAULT_NONE)
                two = feed_bytes(&feed, bytes + cut, sizeof(bytes) - cut, 1);
            assert_true(one.fault == FAULT_MISMATCH ||
                        two.fault == FAULT_MISMATCH);
        }
    }
    feed_free(&feed);
}

static void an_echo_of_another_message_is_a_mismatch(void **state)
{
    struct feed feed;

    (void)state;
    feed_init(&feed, "echo://h:1");
    struct span again = request_span(&feed.request, FEED_TAG, 1, 0, 1);
    assert_int_equal(feed_bytes(&feed, again.bytes, again.len, 1).fault,
                     FAULT_MISMATCH);
    feed_reconnect(&feed);
    struct span other = request_span(&feed.request, FEED_TAG + 1, 0, 0, 1);
    assert_int_equal(feed_bytes(&feed, other.bytes, other.len, 1).fault,
                     FAULT_MISMATCH);
    feed_free(&feed);
}

static void bytes_without_a_request_are_surplus(void **state)
{
    static const char *const targets[] = {"echo://h:1", "http://h:1"};

    (void)state;
    for (size_t i = 0; i < LENGTH(targets); i++) {
        struct feed feed;
        feed_init(&feed, targets[i]);
        assert_int_equal(feed_text(&feed, "H", 0).fault, FAULT_SURPLUS);
        assert_string_equal(feed.checker.why,
                            "1 bytes came that nobody asked for");
        feed_free(&feed);
    }
}

static void the_end_makes_no_echo_whole(void **state)
{
    struct feed feed;

    (void)state;
    feed_init(&feed, "echo://h:1");
    struct checked checked = reply_end(&feed.checker, &feed.inbox);
    assert_right(checked, 0);
    assert_true(checked.closing);
    feed_free(&feed);
}

static void requests_are_as_agreed(void **state)
{
    static const char post[] =
        "POST /p HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nxxx";
    static const char get[] = "GET /p HTTP/1.1\r\nHost: h:1\r\n\r\n";
    struct settings settings = {.pipeline = 2};
    struct request request;
    char why[200];

    (void)state;
    assert_int_equal(
        target_parse("http://h:1/p", &settings.target, why, sizeof(why)), 0);
    assert_int_equal(request_init(&request, &settings), 0);
    assert_int_equal(request.len, sizeof(get) - 1);
    struct span out = request_span(&request, 1, 0, 4, 2);
    assert_int_equal(out.len, 2 * request.len - 4);
    assert_memory_equal(out.bytes, get + 4, request.len - 4);
    assert_memory_equal(out.bytes + request.len - 4, get, request.len);
    request_free(&request);
    settings.payload_bytes = 3;
    assert_int_equal(request_init(&request, &settings), 0);
    assert_int_equal(request.len, sizeof(post) - 1);
    assert_memory_equal(request.bytes, post, request.len);
    request_free(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echo_is_right_for_every_cut),
        cmocka_unit_test(one_wrong_echo_byte_is_a_mismatch),
        cmocka_unit_test(an_echo_of_another_message_is_a_mismatch),
        cmocka_unit_test(bytes_without_a_request_are_surplus),
        cmocka_unit_test(the_end_makes_no_echo_whole),
        cmocka_unit_test(requests_are_as_agreed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

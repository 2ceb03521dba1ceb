#include "common/test/test.h"

#include "loadgen/http_reply.h"
#include "loadgen/reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\n"
#define LATER "HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 23:59:59 GMT\r\n"
#define TAIL "Content-Length: 5\r\n\r\nHello"
#define GOOD HEAD TAIL

struct fixture {
    struct settings settings;
    struct request request;
    struct reference reference;
    struct checker checker;
    struct inbox inbox;
};

static void set_up(struct fixture *f, const char *target)
{
    char why[200];

    *f = (struct fixture){.settings = {.pipeline = 8, .seed = 3}};
    assert_int_equal(
        target_parse(target, &f->settings.target, why, sizeof(why)), 0);
    if (f->settings.target.protocol == TARGET_ECHO)
        f->settings.payload_bytes = 40;
    assert_int_equal(request_init(&f->request, &f->settings), 0);
    reference_init(&f->reference);
    checker_init(&f->checker, &f->request, &f->reference);
    inbox_reset(&f->inbox, 77);
}

static void tear_down(struct fixture *f)
{
    inbox_free(&f->inbox);
    checker_free(&f->checker);
    reference_free(&f->reference);
    request_free(&f->request);
}

/* Feeds `bytes` from a block of exactly `n` bytes, so that reading beyond
 * them shows under a checker of memory. */
static struct checked feed(struct fixture *f, const char *bytes, size_t n,
                           uint32_t in_flight)
{
    char *copy = malloc(n ? n : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    struct checked checked =
        reply_check(&f->checker, &f->inbox, copy, n, in_flight);
    free(copy);
    return checked;
}

static void assert_right(struct checked checked, uint32_t replies)
{
    assert_int_equal(checked.fault, FAULT_NONE);
    assert_int_equal(checked.replies, replies);
}

/* Cuts `bytes`, three replies, at every pair of places. */
static void every_cut_is_right(struct fixture *f, const char *bytes, size_t n)
{
    for (size_t first = 0; first <= n; first++) {
        for (size_t second = first; second <= n; second++) {
            uint32_t left = 3;
            inbox_reset(&f->inbox, 77);
            struct checked checked = feed(f, bytes, first, left);
            assert_int_equal(checked.fault, FAULT_NONE);
            left -= checked.replies;
            checked = feed(f, bytes + first, second - first, left);
            assert_int_equal(checked.fault, FAULT_NONE);
            left -= checked.replies;
            assert_right(feed(f, bytes + second, n - second, left), left);
        }
    }
}

static void http_is_right_for_every_cut(void **state)
{
    static const char three[] = GOOD LATER TAIL LATER "X: y\r\n" TAIL;
    struct fixture f;

    (void)state;
    set_up(&f, "http://h:1/");
    every_cut_is_right(&f, three, sizeof(three) - 1);
    tear_down(&f);
}

static void echo_is_right_for_every_cut(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "echo://h:1");
    struct span out = request_span(&f.request, 77, 0, 0, 3);
    char *three = malloc(out.len);
    assert_non_null(three);
    assert_int_equal(out.len, 120);
    memcpy(three, out.bytes, out.len);
    every_cut_is_right(&f, three, out.len);
    free(three);
    tear_down(&f);
}

/* Every byte of an echo matters, wherever the message is cut. */
static void one_wrong_echo_byte_is_a_mismatch(void **state)
{
    struct fixture f;
    char bytes[40];

    (void)state;
    set_up(&f, "echo://h:1");
    for (size_t at = 0; at < sizeof(bytes); at++) {
        for (size_t cut = 0; cut < sizeof(bytes); cut += 5) {
            inbox_reset(&f.inbox, 77);
            memcpy(bytes, request_span(&f.request, 77, 0, 0, 1).bytes,
                   sizeof(bytes));
            bytes[at] ^= 1;
            struct checked one = feed(&f, bytes, cut, 1);
            struct checked two = {.fault = FAULT_NONE};
            if (one.fault == FAULT_NONE)
                two = feed(&f, bytes + cut, sizeof(bytes) - cut, 1);
            assert_true(one.fault == FAULT_MISMATCH ||
                        two.fault == FAULT_MISMATCH);
        }
    }
    tear_down(&f);
}

static void an_echo_of_another_message_is_a_mismatch(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "echo://h:1");
    struct span again = request_span(&f.request, 77, 1, 0, 1);
    assert_int_equal(feed(&f, again.bytes, again.len, 1).fault, FAULT_MISMATCH);
    inbox_reset(&f.inbox, 77);
    struct span other = request_span(&f.request, 78, 0, 0, 1);
    assert_int_equal(feed(&f, other.bytes, other.len, 1).fault, FAULT_MISMATCH);
    tear_down(&f);
}

/* After a first right reply, each of these. */
static void wrong_http_replies_are_told_apart(void **state)
{
    static const struct {
        const char *reply;
        enum fault fault;
        const char *why;
    } cases[] = {
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
         FAULT_BAD_STATUS, "status 404"},
        {"HTTP/1.1 500 Oops\r\n" TAIL, FAULT_BAD_STATUS, "status 500"},
        {HEAD "Content-Length: 5\r\n\r\nHellO", FAULT_MISMATCH, "body"},
        {HEAD "Content-Length: 4\r\n\r\nHell", FAULT_MISMATCH, "body"},
        {HEAD "Content-Length: 6\r\n\r\nHello!", FAULT_MISMATCH, "body"},
        {"garbage\r\n\r\n", FAULT_MISMATCH, "not HTTP/1.1"},
        {"g", FAULT_MISMATCH, "not HTTP/1.1"},
        {"HTTP/2.0 200 OK\r\n" TAIL, FAULT_MISMATCH, "not HTTP/1.1"},
        {"HTTP/1.1 2x0 OK\r\n" TAIL, FAULT_MISMATCH, "no number"},
        {HEAD "\r\n", FAULT_MISMATCH, "no Content-Length"},
        {HEAD "Content-Length: 5x\r\n\r\nHello", FAULT_MISMATCH, "no number"},
        {HEAD "Content-Length: 5\r\n" TAIL, FAULT_NONE, ""},
        {HEAD "Content-Length: 6\r\n" TAIL, FAULT_MISMATCH, "two different"},
        {HEAD "Transfer-Encoding: chunked\r\n\r\n", FAULT_MISMATCH,
         "Transfer-Encoding"},
        {HEAD "no field\r\n" TAIL, FAULT_MISMATCH, "no field"},
        {HEAD "a: b\nc: d\r\n" TAIL, FAULT_MISMATCH, "CR LF"},
        {GOOD "x", FAULT_SURPLUS, "1 bytes"},
        {GOOD GOOD, FAULT_SURPLUS, "nobody asked for"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct fixture f;
        set_up(&f, "http://h:1/");
        assert_right(feed(&f, GOOD, strlen(GOOD), 1), 1);
        struct checked checked =
            feed(&f, cases[i].reply, strlen(cases[i].reply), 1);
        assert_int_equal(checked.fault, cases[i].fault);
        assert_non_null(strstr(f.checker.why, cases[i].why));
        tear_down(&f);
    }
}

static void bytes_without_a_request_are_surplus(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "echo://h:1");
    assert_int_equal(feed(&f, "x", 1, 0).fault, FAULT_SURPLUS);
    tear_down(&f);
}

static void a_reply_may_end_the_connection(void **state)
{
    static const char closing[] = HEAD "Connection: close\r\n" TAIL;
    static const char old[] = "HTTP/1.0 200 OK\r\n" TAIL;
    static const char kept[] =
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" TAIL;
    struct fixture f;

    (void)state;
    set_up(&f, "http://h:1/");
    for (int i = 0; i < 2; i++) {
        struct checked checked = feed(&f, closing, sizeof(closing) - 1, 1);
        assert_right(checked, 1);
        assert_true(checked.closing);
        inbox_reset(&f.inbox, 77);
    }
    assert_true(feed(&f, old, sizeof(old) - 1, 1).closing);
    assert_false(feed(&f, kept, sizeof(kept) - 1, 1).closing);
    tear_down(&f);
}

static void threads_agree_on_the_body(void **state)
{
    struct fixture f;
    struct checker second;

    (void)state;
    set_up(&f, "http://h:1/");
    checker_init(&second, &f.request, &f.reference);
    assert_right(feed(&f, GOOD, strlen(GOOD), 1), 1);
    assert_int_equal(reply_check(&second, &f.inbox,
                                 HEAD "Content-Length: 5\r\n\r\nOther",
                                 strlen(GOOD), 1)
                         .fault,
                     FAULT_MISMATCH);
    checker_free(&second);
    tear_down(&f);
}

static void heads_are_parsed(void **state)
{
    static const char head[] = "HTTP/1.1 200\r\nDATE:\t x \r\n"
                               "content-length: 12\r\n\r\nbody";
    struct http_reply reply;
    const char *why;

    (void)state;
    assert_int_equal(http_reply_parse(head, sizeof(head) - 1, &reply, &why), 1);
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.head_len, sizeof(head) - 1 - 4);
    assert_int_equal(reply.body_len, 12);
    assert_int_equal(reply.date_at, 21);
    assert_int_equal(reply.date_len, 1);
    for (size_t n = 0; n < reply.head_len; n++)
        assert_int_equal(http_reply_parse(head, n, &reply, &why), 0);
}

static void an_endless_head_is_refused(void **state)
{
    static const char start[] = "HTTP/1.1 200\r\n";
    struct http_reply reply;
    const char *why;
    char *bytes = malloc(HTTP_HEAD_MOST + 1);

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'a', HTTP_HEAD_MOST + 1);
    memcpy(bytes, start, sizeof(start) - 1);
    assert_int_equal(http_reply_parse(bytes, HTTP_HEAD_MOST, &reply, &why), 0);
    assert_int_equal(http_reply_parse(bytes, HTTP_HEAD_MOST + 1, &reply, &why),
                     -EBADMSG);
    free(bytes);
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

static void nothing_may_follow_an_announced_end(void **state)
{
    static const char closing[] = HEAD "Connection: foo, close\r\n" TAIL;
    static const char more[] = HEAD "Connection: close\r\n" TAIL "x";
    struct fixture f;

    (void)state;
    set_up(&f, "http://h:1/");
    assert_true(feed(&f, closing, sizeof(closing) - 1, 1).closing);
    inbox_reset(&f.inbox, 77);
    struct checked checked = feed(&f, more, sizeof(more) - 1, 2);
    assert_int_equal(checked.fault, FAULT_SURPLUS);
    assert_int_equal(checked.replies, 1);
    tear_down(&f);
}

static void a_wrong_status_is_told_before_framing(void **state)
{
    static const char bare[] = "HTTP/1.1 500 x\r\n\r\n";
    static const char chunked[] =
        "HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    struct fixture f;

    (void)state;
    set_up(&f, "http://h:1/");
    assert_int_equal(feed(&f, bare, sizeof(bare) - 1, 1).fault,
                     FAULT_BAD_STATUS);
    inbox_reset(&f.inbox, 77);
    assert_int_equal(feed(&f, chunked, sizeof(chunked) - 1, 1).fault,
                     FAULT_BAD_STATUS);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_may_follow_an_announced_end),
        cmocka_unit_test(a_wrong_status_is_told_before_framing),
        cmocka_unit_test(http_is_right_for_every_cut),
        cmocka_unit_test(echo_is_right_for_every_cut),
        cmocka_unit_test(one_wrong_echo_byte_is_a_mismatch),
        cmocka_unit_test(an_echo_of_another_message_is_a_mismatch),
        cmocka_unit_test(wrong_http_replies_are_told_apart),
        cmocka_unit_test(bytes_without_a_request_are_surplus),
        cmocka_unit_test(a_reply_may_end_the_connection),
        cmocka_unit_test(threads_agree_on_the_body),
        cmocka_unit_test(heads_are_parsed),
        cmocka_unit_test(an_endless_head_is_refused),
        cmocka_unit_test(requests_are_as_agreed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

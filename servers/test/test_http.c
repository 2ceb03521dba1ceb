#include "common/test/test.h"

#include "servers/test/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define TEXT "Content-Type: text/plain\r\n"
#define HEAD_OK "HTTP/1.1 200 OK\r\n" DATE TEXT "Content-Length: 13\r\n"
#define OK HEAD_OK "\r\nHello, World!"
#define OK_CLOSE HEAD_OK "Connection: close\r\n\r\nHello, World!"
#define OK_KEEP HEAD_OK "Connection: keep-alive\r\n\r\nHello, World!"
#define GO_ON "HTTP/1.1 100 Continue\r\n\r\n"
#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST
#define POST "POST / HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define CL(n) "Content-Length: " #n "\r\n"
#define NUL "\0"

struct example {
    const char *request;
    size_t n;
    const char *reply; /* whole, or NULL: a refusal with `status` */
    int status;
    enum talk_end end;
};
#define SAYS(request, reply, end)                                              \
    {                                                                          \
        request, sizeof(request) - 1, reply, 0, end                            \
    }
#define REFUSED(request, status)                                               \
    {                                                                          \
        request, sizeof(request) - 1, NULL, status, TALK_LINGERS               \
    }

static const struct example examples[] = {
    SAYS("", "", TALK_OPEN),
    SAYS(GET "\r\n", OK, TALK_OPEN),
    SAYS(GET "\r", "", TALK_OPEN),
    SAYS("\r", "", TALK_OPEN),
    SAYS("G", "", TALK_OPEN),
    SAYS("GET /a?b=c%20d HTTP/1.1\r\nhost:\tb:80 \r\n\r\n", OK, TALK_OPEN),
    SAYS("GET http://a/ HTTP/1.1\r\n" HOST "\r\n", OK, TALK_OPEN),
    SAYS("GET / HTTP/1.1\r\nHost:\r\n\r\n", OK, TALK_OPEN),
    SAYS("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", OK, TALK_OPEN),
    SAYS("GET / HTTP/1.9\r\n" HOST "\r\n", OK, TALK_OPEN),
    SAYS("\r\n" GET "\r\n", OK, TALK_OPEN),
    SAYS("HEAD / HTTP/1.1\r\n" HOST "\r\n", HEAD_OK "\r\n", TALK_OPEN),
    SAYS(GET "\r\n" GET "\r\n" GET "\r\n", OK OK OK, TALK_OPEN),
    SAYS(GET "X: \x80\xff \t~\r\nEmpty:\r\n\r\n", OK, TALK_OPEN),
    /* Connection */
    SAYS(GET "Connection: close\r\n\r\n", OK_CLOSE, TALK_CLOSES),
    SAYS(GET "Connection: x, CLOSE ,y\r\n\r\n" GET "\r\n", OK_CLOSE,
         TALK_CLOSES),
    SAYS(GET "Connection: closed\r\n\r\n", OK, TALK_OPEN),
    SAYS("GET / HTTP/1.0\r\n\r\n", OK_CLOSE, TALK_CLOSES),
    SAYS("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", OK_KEEP,
         TALK_OPEN),
    /* hosts */
    SAYS("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", OK, TALK_OPEN),
    SAYS("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", OK, TALK_OPEN),
    SAYS("GET http://a:80/x HTTP/1.1\r\n" HOST "\r\n", OK, TALK_OPEN),
    REFUSED("GET / HTTP/1.1\r\nHost: a:b:c\r\n\r\n", 400),
    REFUSED("GET / HTTP/1.1\r\nHost: a:http\r\n\r\n", 400),
    REFUSED("GET / HTTP/1.1\r\nHost: [[::]]:]\r\n\r\n", 400),
    REFUSED("GET / HTTP/1.1\r\nHost: a]\r\n\r\n", 400),
    REFUSED("GET http:///x HTTP/1.1\r\n" HOST "\r\n", 400),
    REFUSED("GET http://:80/ HTTP/1.1\r\n" HOST "\r\n", 400),
    REFUSED("GET http://u@a/ HTTP/1.1\r\n" HOST "\r\n", 400),
    /* bodies */
    SAYS(POST CL(5) "\r\nhello" GET "\r\n", OK OK, TALK_OPEN),
    SAYS(POST CL(0) "\r\n", OK, TALK_OPEN),
    SAYS(POST CL(005) "\r\nhello", OK, TALK_OPEN),
    SAYS(POST CL(5) "\r\nhell", "", TALK_OPEN),
    SAYS(GET CL(3) "\r\nabc" GET "\r\n", OK OK, TALK_OPEN),
    SAYS(CHUNKED "5\r\nhello\r\n0\r\n\r\n" GET "\r\n", OK OK, TALK_OPEN),
    SAYS(CHUNKED "0aB;x=\"y\"\r\n" /* 171 bytes */
                 "0123456789012345678901234567890123456789"
                 "0123456789012345678901234567890123456789"
                 "0123456789012345678901234567890123456789"
                 "0123456789012345678901234567890123456789"
                 "01234567890\r\n00\r\nTrailer: x\r\nContent-Length: 9\r\n\r\n",
         OK, TALK_OPEN),
    SAYS(CHUNKED "0\r\n", "", TALK_OPEN),
    SAYS(POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", OK, TALK_OPEN),
    /* Expect */
    SAYS(POST CL(2) "Expect: 100-continue\r\n\r\n", GO_ON, TALK_OPEN),
    SAYS(POST CL(2) "Expect: 100-Continue\r\n\r\nab", GO_ON OK, TALK_OPEN),
    SAYS(POST CL(0) "Expect: 100-continue\r\n\r\n", OK, TALK_OPEN),
    SAYS(GET "Expect: 100-continue\r\n\r\n", OK, TALK_OPEN),
    SAYS("POST / HTTP/1.0\r\n" CL(1) "Expect: 100-continue\r\n\r\na", OK_CLOSE,
         TALK_CLOSES),
    REFUSED(POST CL(2) "Expect: miracle\r\n\r\n", 417),
    /* the request line */
    REFUSED("\r\n\r\n", 400),
    REFUSED("GET\r\n", 400),
    REFUSED("GET /\r\n", 400),
    REFUSED("GET  / HTTP/1.1\r\n", 400),
    REFUSED("GET / HTTP/1.1 \r\n", 400),
    REFUSED(" GET / HTTP/1.1\r\n", 400),
    REFUSED("GET / http/1.1\r\n", 400),
    REFUSED("GET / HTTP/1.\r\n", 400),
    REFUSED("GET / HTTP/1.10\r\n", 400),
    REFUSED("GET / HTTP/11\r\n", 400),
    REFUSED("GET /a b HTTP/1.1\r\n", 400),
    REFUSED("GET /a\tb HTTP/1.1\r\n", 400),
    REFUSED("GET /#a HTTP/1.1\r\n", 400),
    REFUSED("GET /\x80 HTTP/1.1\r\n", 400),
    REFUSED("GET a HTTP/1.1\r\n", 400),
    REFUSED("GET * HTTP/1.1\r\n", 400),
    REFUSED("GET http:// HTTP/1.1\r\n", 400),
    REFUSED("G(T / HTTP/1.1\r\n", 400),
    REFUSED("GET /" NUL " HTTP/1.1\r\n", 400),
    REFUSED("GET / HTTP/2.0\r\n", 505),
    REFUSED("GET / HTTP/0.9\r\n", 505),
    REFUSED("PUT / HTTP/1.1\r\n", 405),
    REFUSED("OPTIONS * HTTP/1.1\r\n", 405),
    REFUSED("CONNECT a:80 HTTP/1.1\r\n", 405),
    REFUSED("TRACE / HTTP/1.1\r\n", 405),
    REFUSED("DELETE / HTTP/1.1\r\n", 405),
    REFUSED("PATCH / HTTP/1.1\r\n", 405),
    REFUSED("BREW / HTTP/1.1\r\n", 501),
    REFUSED("get / HTTP/1.1\r\n", 501),
    /* other protocols, at once: their bytes may never end a line */
    REFUSED("\x16\x03\x01\x02" NUL "\x01", 400),
    REFUSED(NUL, 400),
    REFUSED("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    REFUSED("SSH-2.0-x\r\n", 400),
    /* line ends */
    REFUSED("GET / HTTP/1.1\n", 400),
    REFUSED("\n", 400),
    REFUSED("GET / HTTP/1.1\r\r\n", 400),
    REFUSED("GET /\r HTTP/1.1\r\n", 400),
    REFUSED(GET "X: a\n", 400),
    REFUSED(GET "\n", 400),
    REFUSED(GET "X: a\rb\r\n", 400),
    REFUSED(GET "X: a\r\r\n", 400),
    /* fields */
    REFUSED(GET "X\r\n", 400),
    REFUSED(GET ": a\r\n", 400),
    REFUSED(GET "X : a\r\n", 400),
    REFUSED(GET "X\t: a\r\n", 400),
    REFUSED(GET "X(: a\r\n", 400),
    REFUSED(GET " X: a\r\n", 400),
    REFUSED(GET "X: a\r\n b\r\n", 400),
    REFUSED(GET "X: a\r\n\tb\r\n", 400),
    REFUSED(GET "X: " NUL "\r\n", 400),
    REFUSED(GET "X: \x7f\r\n", 400),
    REFUSED(GET "X: \x01\r\n", 400),
    /* Host */
    REFUSED("GET / HTTP/1.1\r\n\r\n", 400),
    REFUSED(GET HOST, 400),
    REFUSED("GET / HTTP/1.0\r\n" HOST HOST, 400),
    REFUSED("GET / HTTP/1.1\r\nHost: a b\r\n", 400),
    REFUSED("GET / HTTP/1.1\r\nHost: a/b\r\n", 400),
    REFUSED("GET / HTTP/1.1\r\nHost: u@a\r\n", 400),
    /* framing */
    REFUSED(POST "\r\n", 411),
    REFUSED(POST CL(5) "Transfer-Encoding: chunked\r\n", 400),
    REFUSED(POST "Transfer-Encoding: chunked\r\n" CL(5), 400),
    REFUSED(POST CL(5) CL(6), 400),
    REFUSED(POST CL(5) CL(5), 400),
    REFUSED(POST "Content-Length: 5, 5\r\n", 400),
    REFUSED(POST "Content-Length:\r\n", 400),
    REFUSED(POST CL(+5), 400),
    REFUSED(POST CL(-5), 400),
    REFUSED(POST CL(0x5), 400),
    REFUSED(POST CL(5 5), 400),
    REFUSED(POST CL(1048577), 413),
    REFUSED(POST CL(18446744073709551621), 413),
    REFUSED(POST "Transfer-Encoding: gzip\r\n", 400),
    REFUSED(POST "Transfer-Encoding: chunked, gzip\r\n", 400),
    REFUSED(POST "Transfer-Encoding: chunked, chunked\r\n", 400),
    REFUSED(POST "Transfer-Encoding: chunked,\r\n", 400),
    REFUSED(POST "Transfer-Encoding: , chunked\r\n", 400),
    REFUSED(POST "Transfer-Encoding:\r\n", 400),
    REFUSED(POST "Transfer-Encoding: xchunked\r\n", 400),
    REFUSED(POST "Transfer-Encoding: gzip, chunked\r\n", 501),
    REFUSED(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            400),
    REFUSED("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", 400),
    REFUSED(CHUNKED "\r\n", 400),
    REFUSED(CHUNKED "g\r\n", 400),
    REFUSED(CHUNKED "0x5\r\n", 400),
    REFUSED(CHUNKED "-1\r\n", 400),
    REFUSED(CHUNKED " 5\r\n", 400),
    REFUSED(CHUNKED "5 \r\n", 400),
    REFUSED(CHUNKED "5\n", 400),
    REFUSED(CHUNKED "5;\x01\r\n", 400),
    REFUSED(CHUNKED "5\r\nhello!\r\n", 400),
    REFUSED(CHUNKED "5\r\nhello\n", 400),
    REFUSED(CHUNKED "0\r\nX\r\n", 400),
    REFUSED(CHUNKED "0\r\nX : a\r\n", 400),
    REFUSED(CHUNKED "100001\r\n", 413),
    REFUSED(CHUNKED "10000000000000005\r\n", 413),
    /* what comes after a refusal is not looked at */
    REFUSED("BAD\r\n" GET "\r\n", 400),
    SAYS(GET "\r\nHEAD / HTTP/1.1\r\nX\r\n",
         OK "HTTP/1.1 400 Bad Request\r\n" DATE TEXT
            "Content-Length: 12\r\nConnection: close\r\n\r\n",
         TALK_LINGERS),
};

static void check(const struct talk *talk, const struct example *example,
                  size_t a, size_t b)
{
    char head[16];

    snprintf(head, sizeof(head), "HTTP/1.1 %d ", example->status);
    if ((example->reply ? strcmp(talk->reply, example->reply) == 0
                        : strncmp(talk->reply, head, 13) == 0) &&
        talk_state(talk) == example->end)
        return;
    fail_msg("cut at %zu and %zu: %s\ngot (end %d): %s", a, b, example->request,
             (int)talk_state(talk), talk->reply);
}

/* Feeds the example in three pieces, of which two may be empty. */
static void try_cuts(const struct example *example, size_t a, size_t b)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    talk_feed(talk, example->request, a);
    talk_feed(talk, example->request + a, b - a);
    talk_feed(talk, example->request + b, example->n - b);
    check(talk, example, a, b);
    talk_end(talk);
}

static void every_request_gets_its_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++)
        try_cuts(&examples[i], examples[i].n, examples[i].n);
}

static void every_pair_of_cuts_gets_the_same_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++) {
        const struct example *example = &examples[i];
        for (size_t a = 0; a <= example->n; a++) {
            for (size_t b = a; b <= example->n; b++)
                try_cuts(example, a, b);
        }
    }
}

static void single_bytes_get_the_same_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++) {
        struct talk *talk = talk_start(PROTO_HTTP);
        talk->send_max = 1;
        for (size_t at = 0; at < examples[i].n; at++)
            talk_feed(talk, examples[i].request + at, 1);
        check(talk, &examples[i], 1, 1);
        talk_end(talk);
    }
}

/* A request made of `head`, `n` bytes 'a' and `tail`, fed in pieces of `step`
 * bytes, is answered with `status`; 0: not at all. */
static void expect_long(const char *head, size_t n, const char *tail,
                        size_t step, int status)
{
    size_t n_head = strlen(head);
    size_t n_all = n_head + n + strlen(tail);
    char *request = malloc(n_all + 1);
    struct talk *talk = talk_start(PROTO_HTTP);
    char expected[16] = "";

    assert_non_null(request);
    memset(stpcpy(request, head), 'a', n);
    stpcpy(request + n_head + n, tail);
    for (size_t at = 0; at < n_all; at += step)
        talk_feed(talk, request + at, n_all - at < step ? n_all - at : step);
    if (status)
        snprintf(expected, sizeof(expected), "HTTP/1.1 %d ", status);
    talk->reply[strlen(expected)] = '\0';
    assert_string_equal(talk->reply, expected);
    talk_end(talk);
    free(request);
}

static const size_t steps[] = {1 << 30, 16384, 1000, 77};

static void targets_have_a_limit(void **state)
{
    static const char end[] = " HTTP/1.1\r\n" HOST "\r\n";

    (void)state;
    for (size_t i = 0; i < LENGTH(steps); i++) {
        expect_long("GET /", HTTP_TARGET_MAX - 1, end, steps[i], 200);
        expect_long("GET /", HTTP_TARGET_MAX, end, steps[i], 414);
        expect_long("GET /", HTTP_TARGET_MAX + 999, end, steps[i], 414);
        expect_long("GET /", HTTP_TARGET_MAX + 999, "", steps[i], 414);
        expect_long("", HTTP_TARGET_MAX + 999, " / HTTP/1.1\r\n", steps[i],
                    501);
        expect_long("", HTTP_TARGET_MAX + 999, "", steps[i], 501);
    }
}

static void heads_have_a_limit(void **state)
{
    static const char begin[] = GET "X: ";
    const size_t most = HTTP_HEAD_MAX - (sizeof(begin) - 1) - 4;

    (void)state;
    for (size_t i = 0; i < LENGTH(steps); i++) {
        expect_long(begin, most, "\r\n\r\n", steps[i], 200);
        expect_long(begin, most + 1, "\r\n\r\n", steps[i], 431);
        expect_long(begin, most + 4, "", steps[i], 0);
        expect_long(begin, most + 5, "", steps[i], 431);
        expect_long(CHUNKED "0\r\nX: ", HTTP_HEAD_MAX, "\r\n\r\n", steps[i],
                    431);
    }
}

static void bodies_have_a_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(steps); i++) {
        expect_long(POST CL(1048576) "\r\n", HTTP_BODY_MAX, "", steps[i], 200);
        expect_long(POST CL(1048576) "\r\n", HTTP_BODY_MAX - 1, "", steps[i],
                    0);
        expect_long(CHUNKED "100000\r\n", HTTP_BODY_MAX, "\r\n0\r\n\r\n",
                    steps[i], 200);
        expect_long(CHUNKED "100000\r\n", HTTP_BODY_MAX, "\r\n1\r\n", steps[i],
                    413);
    }
}

static void chunk_extensions_have_a_limit(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);
    char line[1024];
    int n = snprintf(line, sizeof(line), "1;%01000d\r\nx\r\n", 0);

    (void)state;
    expect_long(CHUNKED "1;", 1019, "\r\nx\r\n0\r\n\r\n", 100, 200);
    expect_long(CHUNKED "1;", 1021, "\r\nx\r\n0\r\n\r\n", 100, 400);
    talk_feed(talk, CHUNKED, sizeof(CHUNKED) - 1);
    for (int i = 0; i < 65; i++)
        talk_feed(talk, line, (size_t)n);
    assert_int_equal(talk->n, 0);
    talk_feed(talk, line, (size_t)n);
    talk->reply[12] = '\0';
    assert_string_equal(talk->reply, "HTTP/1.1 431");
    talk_end(talk);
}

static void a_thousand_pipelined_requests_get_a_thousand_replies(void **state)
{
    static const char request[] = GET "\r\n";
    const size_t n = sizeof(request) - 1;
    struct talk *talk = talk_start(PROTO_HTTP);
    char *all = malloc(1000 * n);

    (void)state;
    assert_non_null(all);
    for (size_t i = 0; i < 1000; i++)
        memcpy(all + i * n, request, n);
    talk->send_max = 7777;
    talk_feed(talk, all, 1000 * n);
    assert_int_equal(talk->n, 1000 * (sizeof(OK) - 1));
    for (size_t i = 0; i < 1000; i++)
        assert_memory_equal(talk->reply + i * (sizeof(OK) - 1), OK,
                            sizeof(OK) - 1);
    assert_int_equal(talk->worker.counts[COUNT_REQUESTS], 1000);
    free(all);
    talk_end(talk);
}

static void replies_held_back_are_bounded(void **state)
{
    static const char request[] = GET "\r\n";
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    for (int i = 0; i < 1000; i++)
        conn_feed(&talk->conn, &talk->worker, request, sizeof(request) - 1);
    assert_int_equal(talk->conn.out.size, BUFFER_SIZE);
    assert_true(buffer_waiting(&talk->conn.in) < 1000 * sizeof(request));
    talk->want = WANT_WRITE;
    talk_flush(talk);
    assert_int_equal(talk->n, 1000 * (sizeof(OK) - 1));
    assert_null(talk->conn.in.mem);
    talk_end(talk);
}

static void half_close_still_answers_what_is_complete(void **state)
{
    static const char requests[] = GET "\r\n" GET "\r\nGET / HT";
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    assert_int_equal(
        conn_feed(&talk->conn, &talk->worker, requests, sizeof(requests) - 1),
        WANT_WRITE);
    talk_eof(talk);
    assert_string_equal(talk->reply, OK OK);
    assert_int_equal(talk->want, WANT_CLOSE);
    talk_end(talk);
}

static void lingering_ends_with_the_peers_end(void **state)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    (void)state;
    talk_feed(talk, "\n", 1);
    assert_int_equal(talk_state(talk), TALK_LINGERS);
    assert_true(conn_shuts(&talk->conn));
    assert_false(conn_shuts(&talk->conn));
    talk_feed(talk, "more", 4);
    assert_int_equal(talk_state(talk), TALK_LINGERS);
    talk_eof(talk);
    assert_int_equal(talk_state(talk), TALK_CLOSES);
    talk_end(talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_gets_its_reply),
        cmocka_unit_test(every_pair_of_cuts_gets_the_same_reply),
        cmocka_unit_test(single_bytes_get_the_same_reply),
        cmocka_unit_test(targets_have_a_limit),
        cmocka_unit_test(heads_have_a_limit),
        cmocka_unit_test(bodies_have_a_limit),
        cmocka_unit_test(chunk_extensions_have_a_limit),
        cmocka_unit_test(a_thousand_pipelined_requests_get_a_thousand_replies),
        cmocka_unit_test(replies_held_back_are_bounded),
        cmocka_unit_test(half_close_still_answers_what_is_complete),
        cmocka_unit_test(lingering_ends_with_the_peers_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

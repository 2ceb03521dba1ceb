#include "common/test/test.h"

#include "loadgen/protocol/http_reply.h"

#include <errno.h>
#include <string.h>

#define OK "HTTP/1.1 200 OK\r\n"

/* Parses the lines of `head`, until one of them decides. */
static int parse(const char *head, struct http_reply *reply, const char **why)
{
    int result = 0;

    *reply = (struct http_reply){0};
    *why = NULL;
    while (*head && result == 0) {
        size_t n = strcspn(head, "\n") + 1;
        result = http_reply_line(reply, head, n, why);
        head += n;
    }
    return result;
}

static void what_ends_a_body_is_known(void **state)
{
    static const struct {
        const char *head;
        size_t length;
        enum http_framing framing;
        bool closing;
    } cases[] = {
        {OK "Content-Length: 12\r\n\r\n", 12, HTTP_COUNTED, false},
        {OK "content-length:\t 12 \t\r\n\r\n", 12, HTTP_COUNTED, false},
        {OK "Content-Length: 000\r\n\r\n", 0, HTTP_COUNTED, false},
        {OK "Content-Length: 5\r\nContent-Length: 05\r\n\r\n", 5, HTTP_COUNTED,
         false},
        {OK "Content-Length: 67108864\r\n\r\n", 67108864, HTTP_COUNTED, false},
        {"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\n", 1, HTTP_COUNTED, false},
        {"HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n", 1, HTTP_COUNTED, false},
        {"HTTP/1.7 200 \r\nContent-Length: 1\r\n\r\n", 1, HTTP_COUNTED, false},
        {OK "TRANSFER-ENCODING: Chunked\r\n\r\n", 0, HTTP_CHUNKED, false},
        {OK "\r\n", 0, HTTP_UNTIL_END, true},
        {OK "Connection: keep-alive\r\n\r\n", 0, HTTP_UNTIL_END, true},
        {"HTTP/1.0 200 OK\r\n\r\n", 0, HTTP_UNTIL_END, true},
        {"HTTP/1.1 204 x\r\n\r\n", 0, HTTP_COUNTED, false},
        {"HTTP/1.1 204 x\r\nContent-Length: 7\r\n\r\n", 0, HTTP_COUNTED, false},
        {"HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n", 0,
         HTTP_COUNTED, false},
        {"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0, HTTP_COUNTED,
         false},
        {"HTTP/1.1 205 x\r\nContent-Length: 0\r\n\r\n", 0, HTTP_COUNTED, false},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_reply reply;
        const char *why;
        if (parse(cases[i].head, &reply, &why) != 1)
            fail_msg("%s: %s", cases[i].head, why);
        assert_int_equal(reply.framing, cases[i].framing);
        assert_int_equal(reply.length, cases[i].length);
        assert_int_equal(reply.closing, cases[i].closing);
    }
}

static void an_end_is_announced(void **state)
{
    static const struct {
        const char *head;
        bool closing;
    } cases[] = {
        {"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n", false},
        {"HTTP/1.0 200 x\r\nContent-Length: 0\r\n\r\n", true},
        {OK "Connection: close\r\nContent-Length: 0\r\n\r\n", true},
        {OK "Connection: foo , CLOSE\r\nContent-Length: 0\r\n\r\n", true},
        {OK "Connection: closed,,\r\nContent-Length: 0\r\n\r\n", false},
        {OK "Connection: close\r\nConnection: keep-alive\r\nContent-Length: "
            "0\r\n\r\n",
         true},
        {"HTTP/1.0 200 x\r\nConnection: Keep-Alive\r\nContent-Length: "
         "0\r\n\r\n",
         false},
        {"HTTP/1.0 200 x\r\nConnection: keep-alive, close\r\nContent-Length: "
         "0\r\n\r\n",
         true},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_reply reply;
        const char *why;
        assert_int_equal(parse(cases[i].head, &reply, &why), 1);
        assert_int_equal(reply.closing, cases[i].closing);
    }
}

static void wrong_heads_are_refused(void **state)
{
    static const struct {
        const char *head;
        const char *why;
    } cases[] = {
        {"HTTP/2.0 200 OK\r\n", "not HTTP/1.1"},
        {"HTTP/1.1\r\n", "not HTTP/1.1"},
        {"HTTP/1.11 200 OK\r\n", "not HTTP/1.1"},
        {"HTTP/1.1  200 OK\r\n", "no number"},
        {"HTTP/1.1 2x0 OK\r\n", "no number"},
        {"HTTP/1.1 2000 OK\r\n", "no number"},
        {"HTTP/1.1 200 OK\n", "CR LF"},
        {"\n", "CR LF"},
        {OK "a: b\n", "CR LF"},
        {OK "a: b\rc: d\r\n", "CR LF"},
        {OK "no field\r\n", "no field"},
        {OK ": x\r\n", "no field"},
        {OK "a : x\r\n", "no field"},
        {OK "a: x\r\n b\r\n", "no field"},
        {OK "\ta: x\r\n", "no field"},
        {OK "a(b): x\r\n", "no field"},
        {OK "\xc3\xa4: x\r\n", "no field"},
        {OK "Content-Length:\r\n", "empty"},
        {OK "Content-Length: 5x\r\n", "no number"},
        {OK "Content-Length: -1\r\n", "no number"},
        {OK "Content-Length: +1\r\n", "no number"},
        {OK "Content-Length: 0x5\r\n", "no number"},
        {OK "Content-Length: 5, 5\r\n", "no number"},
        {OK "Content-Length: 67108865\r\n", "longer than 64 MiB"},
        {OK "Content-Length: 18446744073709551621\r\n", "longer than 64 MiB"},
        {OK "Content-Length: 5\r\nContent-Length: 6\r\n", "two different"},
        {OK "Transfer-Encoding: gzip, chunked\r\n", "other than chunked"},
        {OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
         "other than chunked"},
        {OK "Transfer-Encoding:\r\n", "other than chunked"},
        {OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "both"},
        {OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both"},
        {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.0"},
        {"HTTP/1.1 103 x\r\nno field\r\n", "no field"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_reply reply;
        const char *why;
        assert_int_equal(parse(cases[i].head, &reply, &why), -EBADMSG);
        if (!strstr(why, cases[i].why))
            fail_msg("%s: %s", cases[i].head, why);
    }
}

static void a_nul_is_refused(void **state)
{
    static const char line[] = "a: \0b\r\n";
    struct http_reply reply;
    const char *why;

    (void)state;
    assert_int_equal(parse(OK, &reply, &why), 0);
    assert_int_equal(http_reply_line(&reply, line, sizeof(line) - 1, &why),
                     -EBADMSG);
    assert_non_null(strstr(why, "NUL"));
}

static void of_an_unwanted_reply_nothing_is_asked(void **state)
{
    struct http_reply reply;
    const char *why;

    (void)state;
    assert_int_equal(parse("HTTP/1.1 500 x\r\nContent-Length: x\r\n what?\r\n"
                           "\r\n",
                           &reply, &why),
                     1);
    assert_int_equal(reply.status, 500);
    assert_int_equal(parse("HTTP/1.1 500 x\r\na: b\n", &reply, &why), -EBADMSG);
}

static void the_beginning_tells_http(void **state)
{
    (void)state;
    assert_true(http_reply_starts("H", 1, 0));
    assert_true(http_reply_starts("TP/1.1 2", 8, 2));
    assert_true(http_reply_starts("x", 1, 7));
    assert_false(http_reply_starts("h", 1, 0));
    assert_false(http_reply_starts("2", 1, 5));
    assert_false(http_reply_starts("HTTP/2 2", 8, 0));
}

static void a_redirection_says_where_to(void **state)
{
    static const char head[] = "HTTP/1.1 301 x\r\nLocations: no\r\n"
                               "LOCATION:  /a\x1b[1m \xc3\xa4 \r\n\r\n";
    static const char none[] = "HTTP/1.1 301 x\r\nX: Location: /no\r\n\r\n";
    char text[12];

    (void)state;
    http_reply_location(head, sizeof(head) - 1, text, sizeof(text));
    assert_string_equal(text, "/a?[1m ??");
    http_reply_location(head, sizeof(head) - 1, text, 3);
    assert_string_equal(text, "/a");
    http_reply_location(none, sizeof(none) - 1, text, sizeof(text));
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ends_a_body_is_known),
        cmocka_unit_test(an_end_is_announced),
        cmocka_unit_test(wrong_heads_are_refused),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(of_an_unwanted_reply_nothing_is_asked),
        cmocka_unit_test(the_beginning_tells_http),
        cmocka_unit_test(a_redirection_says_where_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/test/test.h"

#include "loadgen/connections/target.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void targets_are_taken_apart(void **state)
{
    static const struct {
        const char *text;
        const char *host;
        const char *authority;
        const char *path;
        enum target_protocol protocol;
        unsigned port;
    } cases[] = {
        {"http://127.0.0.1:8080/", "127.0.0.1", "127.0.0.1:8080", "/",
         TARGET_HTTP, 8080},
        {"http://localhost:1", "localhost", "localhost:1", "/", TARGET_HTTP, 1},
        {"http://a.b:65535/x/y?q=1:2", "a.b", "a.b:65535", "/x/y?q=1:2",
         TARGET_HTTP, 65535},
        {"http://[::1]:80/", "::1", "[::1]:80", "/", TARGET_HTTP, 80},
        {"echo://127.0.0.1:7", "127.0.0.1", "127.0.0.1:7", "/", TARGET_ECHO, 7},
    };
    struct target target;
    char why[200];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(target_parse(cases[i].text, &target, why, sizeof(why)),
                         0);
        assert_int_equal(target.protocol, cases[i].protocol);
        assert_string_equal(target.host, cases[i].host);
        assert_int_equal(target.port, cases[i].port);
        assert_string_equal(target.authority, cases[i].authority);
        assert_string_equal(target.path, cases[i].path);
    }
}

static void what_is_no_target_is_refused_in_words(void **state)
{
    static const struct {
        const char *text;
        const char *why; /* a part of it */
    } cases[] = {
        {"", "is not http://HOST:PORT/PATH, echo://HOST:PORT, unix:http:"},
        {"127.0.0.1:80", "is not http://"},
        {"htpp://127.0.0.1:80/", "did you mean 'http'"},
        {"ftp://127.0.0.1:80/", "unknown scheme 'ftp'"},
        {"unix:", "is not unix:http:SOCKET or unix:echo:SOCKET"},
        {"unix:/tmp/s", "is not unix:http:SOCKET or unix:echo:SOCKET"},
        {"unix:http:", "names no socket"},
        {"unix:ecko:/tmp/s", "did you mean 'echo'"},
        {"unix:http:/" HUNDRED "/123456", "longer than 107 bytes"},
        {"http://", "no HOST:PORT"},
        {"http:///", "no HOST:PORT"},
        {"http://127.0.0.1/", "no HOST:PORT"},
        {"http://:80/", "no HOST:PORT"},
        {"http://h:/", "port '' is not 1 to 65535"},
        {"http://h:0/", "port '0' is not 1 to 65535"},
        {"http://h:70000/", "port '70000' is not 1 to 65535"},
        {"http://h:8x/", "port '8x' is not 1 to 65535"},
        {"http://h:-1/", "port '-1' is not 1 to 65535"},
        {"http://::1:80/", "brackets"},
        {"http://[]:80/", "no usable host"},
        {"http://me@h:80/", "no usable host"},
        {"http://h h:80/", "no usable host"},
        {"http://h:80/a b", "needs %XX"},
        {"http://h:80/a\r\nX: y", "needs %XX"},
        {"http://h:80/#a", "needs %XX"},
        {"echo://h:7/x", "echo takes no path"},
    };
    struct target target;
    char why[200];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(target_parse(cases[i].text, &target, why, sizeof(why)),
                         -EINVAL);
        assert_non_null(strstr(why, cases[i].why));
    }
}

static void a_unix_socket_is_named_by_its_path(void **state)
{
    struct target target;
    char why[200];

    (void)state;
    assert_int_equal(
        target_parse("unix:http:a:b/c.s", &target, why, sizeof(why)), 0);
    assert_int_equal(target.protocol, TARGET_HTTP);
    assert_true(target_is_unix(&target));
    assert_string_equal(target_name(&target), "a:b/c.s");
    assert_string_equal(target.authority, "localhost");
    assert_string_equal(target.path, "/");
    assert_int_equal(
        target_parse("unix:echo:/" HUNDRED "/12345", &target, why, sizeof(why)),
        0);
    assert_int_equal(target.protocol, TARGET_ECHO);
    assert_int_equal(target_resolve(&target, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "/12345'"));
    assert_int_equal(target_parse("http://h:1/", &target, why, sizeof(why)), 0);
    assert_false(target_is_unix(&target));
    assert_string_equal(target_name(&target), "h:1");
}

static void numeric_addresses_need_no_name_server(void **state)
{
    struct target target;
    struct sockaddr_in address;
    char why[200];

    (void)state;
    assert_int_equal(
        target_parse("http://127.0.0.2:8080/", &target, why, sizeof(why)), 0);
    assert_int_equal(target_resolve(&target, why, sizeof(why)), 0);
    memcpy(&address, &target.address, sizeof(address));
    assert_int_equal(address.sin_family, AF_INET);
    assert_int_equal(ntohl(address.sin_addr.s_addr), 0x7f000002);
    assert_int_equal(ntohs(address.sin_port), 8080);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_taken_apart),
        cmocka_unit_test(what_is_no_target_is_refused_in_words),
        cmocka_unit_test(a_unix_socket_is_named_by_its_path),
        cmocka_unit_test(numeric_addresses_need_no_name_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

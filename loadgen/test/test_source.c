/* Where connections come from, with real sockets. */
#include "common/test/test.h"

#include "loadgen/connections/socket.h"
#include "loadgen/connections/source.h"
#include "loadgen/test/stub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct target target_at(const char *text)
{
    struct target target;
    char why[200];

    assert_int_equal(target_parse(text, &target, why, sizeof(why)), 0);
    assert_int_equal(target_resolve(&target, why, sizeof(why)), 0);
    return target;
}

/* The last octets of the address that `fd` is bound to. */
static uint32_t address_of(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t len = sizeof(address);

    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(ntohl(address.sin_addr.s_addr) >> 24, 127);
    return ntohl(address.sin_addr.s_addr) & 0xffffff;
}

static void addresses_follow_each_other(void **state)
{
    static const uint32_t expected[] = {0x8001, 0x8001, 0x8002, 0x8002, 0x8003};
    unsigned port;
    int listen_fd = stub_listen(&port);
    char text[32];
    int fds[LENGTH(expected)];
    struct source source;

    (void)state;
    snprintf(text, sizeof(text), "echo://127.0.0.1:%u", port);
    struct target target = target_at(text);
    source_init(&source, &target, 2, UINT64_MAX);
    assert_true(source.many);
    source.at_most = 2;
    for (size_t i = 0; i < LENGTH(expected); i++) {
        fds[i] = socket_connect(&target, &source);
        assert_true(fds[i] >= 0);
        assert_int_equal(address_of(fds[i]), expected[i]);
    }
    assert_true(source_next(&source));
    source.nth = 16381; /* the last one */
    source.taken = 2;
    int fd = socket_connect(&target, &source);
    assert_int_equal(address_of(fd), 0x8001);
    close(fd);
    for (size_t i = 0; i < LENGTH(fds); i++)
        close(fds[i]);
    close(listen_fd);
}

/* Blocks of threads do not meet, and none has an address for broadcasting. */
static void blocks_hold_usable_addresses(void **state)
{
    struct target target = target_at("echo://127.0.0.1:9");
    struct source source;

    (void)state;
    for (unsigned index = 0; index <= 1024; index += 256) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        source_init(&source, &target, index, UINT64_MAX);
        source.nth = index == 0 ? 0 : 16381;
        assert_int_equal(source_bind(&source, fd), 0);
        uint32_t address = address_of(fd);
        assert_int_equal(address >> 14, index % 1024);
        assert_in_range(address, 1, 0xfffffe);
        close(fd);
    }
}

static void only_the_loopback_of_ipv4_has_many(void **state)
{
    static const struct {
        const char *target;
        uint64_t connections;
        bool many;
    } cases[] = {
        {"http://127.0.0.1:9/", UINT64_MAX, true},
        {"http://127.1.2.3:9/", 28000, true},
        {"http://127.0.0.1:9/", 1, false},
        {"http://192.0.2.1:9/", UINT64_MAX, false},
        {"http://[::1]:9/", UINT64_MAX, false},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct target target = target_at(cases[i].target);
        struct source source;
        source_init(&source, &target, 1, cases[i].connections);
        assert_int_equal(source.many, cases[i].many);
        assert_int_equal(source_next(&source), cases[i].many);
    }
}

/* As long as its queue is full, connecting is to be tried later. */
static void a_full_unix_socket_is_tried_later(void **state)
{
    char folder[] = "/tmp/source-XXXXXX";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[128];
    struct source source;
    int listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int fds[8];
    int n = 0;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
    assert_int_equal(
        bind(listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listen_fd, 2), 0);
    snprintf(text, sizeof(text), "unix:http:%s", address.sun_path);
    struct target target = target_at(text);
    source_init(&source, &target, 1, UINT64_MAX);
    do {
        assert_in_range(n, 0, LENGTH(fds) - 1);
        fds[n] = socket_connect(&target, &source);
    } while (fds[n++] >= 0);
    assert_int_equal(fds[n - 1], -EAGAIN);
    assert_true(socket_may_connect_later(fds[n - 1]));
    assert_false(socket_may_connect_later(-ECONNREFUSED));
    while (--n > 0)
        close(fds[n - 1]);
    close(listen_fd);
    unlink(address.sun_path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_follow_each_other),
        cmocka_unit_test(blocks_hold_usable_addresses),
        cmocka_unit_test(only_the_loopback_of_ipv4_has_many),
        cmocka_unit_test(a_full_unix_socket_is_tried_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

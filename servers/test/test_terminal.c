/* Where the terminal's lines go. That they arrive is seen for each model, in
 * the conformance tests. */
#include "common/test/test.h"

#include "servers/terminal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What terminal_target() makes of a socket bound to `address`. */
static void expect_target(const char *address, const char *target)
{
    struct sockaddr_in bound = {.sin_family = AF_INET};
    struct sockaddr_storage at;
    socklen_t n = sizeof(bound);
    char text[INET_ADDRSTRLEN];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(inet_pton(AF_INET, address, &bound.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&bound, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &n), 0);
    assert_int_equal(terminal_target(fd, &at), sizeof(bound));
    inet_ntop(AF_INET, &((struct sockaddr_in *)&at)->sin_addr, text,
              sizeof(text));
    assert_string_equal(text, target);
    assert_int_equal(((struct sockaddr_in *)&at)->sin_port, bound.sin_port);
    close(fd);
}

static void a_server_everywhere_is_met_at_loopback(void **state)
{
    (void)state;
    expect_target("0.0.0.0", "127.0.0.1");
    expect_target("127.0.0.1", "127.0.0.1");
    expect_target("127.0.0.2", "127.0.0.2");
}

static void a_server_everywhere_in_ipv6_is_met_at_loopback(void **state)
{
    struct sockaddr_in6 bound = {.sin6_family = AF_INET6};
    struct sockaddr_storage at;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    if (bind(fd, (struct sockaddr *)&bound, sizeof(bound)) != 0) {
        close(fd);
        skip();
    }
    assert_int_equal(terminal_target(fd, &at), sizeof(bound));
    assert_true(IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&at)->sin6_addr));
    close(fd);
}

static void what_is_no_socket_has_no_target(void **state)
{
    struct sockaddr_storage at;

    (void)state;
    assert_int_equal(terminal_target(-1, &at), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_everywhere_is_met_at_loopback),
        cmocka_unit_test(a_server_everywhere_in_ipv6_is_met_at_loopback),
        cmocka_unit_test(what_is_no_socket_has_no_target),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

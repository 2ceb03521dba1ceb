/* What becomes of lines that are typed at the terminal of a server that
 * records. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"
#include "servers/test/conform/lines.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { QUIET_MS = 150 };

/* The terminal as its user has it; the server's side comes in `slave`. */
static int open_terminal(int *slave)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;

    assert_true(fd >= 0);
    assert_int_equal(grantpt(fd), 0);
    assert_int_equal(unlockpt(fd), 0);
    *slave = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(*slave >= 0);
    assert_int_equal(tcgetattr(*slave, &settings), 0);
    settings.c_lflag &= ~(tcflag_t)ECHO;
    settings.c_oflag &= ~(tcflag_t)OPOST;
    assert_int_equal(tcsetattr(*slave, TCSANOW, &settings), 0);
    return fd;
}

/* Starts a server there, and returns the terminal. */
static int start_at_terminal(const char *proto, const char *options,
                             struct service *service)
{
    int slave;
    int terminal = open_terminal(&slave);

    service_at_terminal(slave);
    *service = service_start(proto, options);
    service_at_terminal(-1);
    close(slave);
    return terminal;
}

static void type(int terminal, const char *text)
{
    assert_int_equal(write(terminal, text, strlen(text)), strlen(text));
}

/* Nobody has the other side open any more. */
static void expect_hang_up(int terminal)
{
    struct pollfd wait = {.fd = terminal};

    if (poll(&wait, 1, CLIENT_WAIT_MS) != 1)
        fail_msg("the terminal is still in use");
    assert_true(wait.revents & POLLHUP);
    close(terminal);
}

/* A client that is being served, where the server can serve only one, makes
 * the typed line wait, too. */
static void typed_lines_are_recorded(const char *proto)
{
    struct service service;
    int terminal = start_at_terminal(proto, "", &service);
    int fd;

    type(terminal, "typed here\n");
    lines_expect(terminal, "recorded 10\n");
    fd = client_open(&service, 0);
    lines_exchange(fd, "from afar\n", "recorded 9\n");
    type(terminal, "two\nthree\n");
    if (service_at_once(&service, 2) < 2)
        client_expect_silence(terminal, QUIET_MS);
    else
        lines_expect(terminal, "recorded 3\n");
    close(fd);
    if (service_at_once(&service, 2) < 2)
        lines_expect(terminal, "recorded 3\n");
    lines_expect(terminal, "recorded 5\n");
    lines_expect_text(&service, "typed here\nfrom afar\ntwo\nthree\n");
    service_stop(&service);
    expect_hang_up(terminal);
}

static void what_is_typed_in_vain_is_told(const char *proto)
{
    struct service service;
    int terminal =
        start_at_terminal(proto, "--record-file /dev/full", &service);

    type(terminal, "typed here\n");
    lines_expect(terminal, "error: No space left on device\n");
    service_stop(&service);
    expect_hang_up(terminal);
}

static void the_end_of_typing_is_not_the_servers(const char *proto)
{
    struct service service;
    int terminal = start_at_terminal(proto, "", &service);
    int fd;

    type(terminal, "no end\x04");
    lines_expect(terminal, "recorded 6\n");
    type(terminal, "\x04");
    fd = client_open(&service, 0);
    lines_exchange(fd, "one\n", "recorded 3\n");
    close(fd);
    service_stop(&service);
    expect_hang_up(terminal);
}

static void a_killed_server_leaves_its_terminal(const char *proto)
{
    struct service service;
    int terminal = start_at_terminal(proto, "", &service);

    type(terminal, "one\n");
    lines_expect(terminal, "recorded 3\n");
    service_kill(&service);
    expect_hang_up(terminal);
}

const struct behaviour typed_behaviours[] = {
    {"typed_lines_are_recorded", typed_lines_are_recorded,
     FOR_RECORD | FOR_UNIX | FOR_IPV6},
    {"what_is_typed_in_vain_is_told", what_is_typed_in_vain_is_told,
     FOR_RECORD},
    {"the_end_of_typing_is_not_the_servers",
     the_end_of_typing_is_not_the_servers, FOR_RECORD},
    {"a_killed_server_leaves_its_terminal", a_killed_server_leaves_its_terminal,
     FOR_RECORD},
    {NULL, NULL, 0},
};

/* What --protocol record does: each line that comes is in the file, whole and
 * in its client's order, before its client is told so. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"
#include "servers/test/conform/lines.h"
#include "servers/test/conform/pens.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    KIB_64 = 64 * 1024,
    MIB = 1024 * 1024,
    MIB_100 = 100 * MIB,
    STUCK_MS = 300,
    NUMBERED_BYTES = 13, /* "line 0000000\n" */
};

static const char numbered_reply[] = "recorded 12\n";
static const char full[] = "error: No space left on device\n";
static const char too_large[] = "error: File too large\n";
static const char lost[] = "error: the record file was removed or replaced\n";

/* "line 0000000\n" and so on; the caller's. */
static char *numbered_lines(size_t n)
{
    char *lines = malloc(n * NUMBERED_BYTES + 1);

    assert_non_null(lines);
    for (size_t i = 0; i < n; i++)
        snprintf(lines + i * NUMBERED_BYTES, NUMBERED_BYTES + 1, "line %07zu\n",
                 i);
    return lines;
}

/* `singly` lines one by one, and then the others in one go. */
static void record_in_order(const char *options, size_t singly, size_t n)
{
    struct service service = service_start("record", options);
    char *lines = numbered_lines(n);
    int fd = client_open(&service, 0);

    for (size_t i = 0; i < singly; i++) {
        client_send(fd, lines + i * NUMBERED_BYTES, NUMBERED_BYTES);
        lines_expect(fd, numbered_reply);
    }
    lines_expect_file(&service, lines, singly * NUMBERED_BYTES);
    client_send(fd, lines + singly * NUMBERED_BYTES,
                (n - singly) * NUMBERED_BYTES);
    for (size_t i = singly; i < n; i++)
        lines_expect(fd, numbered_reply);
    lines_expect_file(&service, lines, n * NUMBERED_BYTES);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "requests"), n);
    assert_int_equal(service_count(&service, "reset"), 0);
    free(lines);
}

static void lines_are_recorded_in_order(const char *proto)
{
    (void)proto;
    record_in_order("", 100, 1100);
}

static void lines_are_synced_in_order(const char *proto)
{
    (void)proto;
    record_in_order("--fsync", 5, 300);
}

static void bytes_are_kept_as_they_are(const char *proto)
{
    static const char bytes[] = "\0\xff\x1b\r\x80\r\r\n\n\r\n\0\n";
    static const char recorded[] = "\0\xff\x1b\r\x80\r\n\n\n\0\n";
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);

    for (size_t i = 0; i < sizeof(bytes) - 1; i++)
        client_send(fd, bytes + i, 1);
    lines_expect(fd, "recorded 6\nrecorded 0\nrecorded 0\nrecorded 1\n");
    lines_expect_file(&service, recorded, sizeof(recorded) - 1);
    close(fd);
    service_stop(&service);
}

static void the_end_of_a_client_ends_its_line(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);

    lines_send(fd, "one\ntwo");
    shutdown(fd, SHUT_WR);
    lines_expect(fd, "recorded 3\nrecorded 3\n");
    client_expect_end(fd);
    close(fd);
    lines_expect_text(&service, "one\ntwo\n");
    service_stop(&service);
}

static void a_reset_client_leaves_no_half_line(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);

    lines_exchange(fd, "one\n", "recorded 3\n");
    lines_send(fd, "half a li");
    client_reset(fd);
    fd = client_open(&service, 0);
    lines_exchange(fd, "two\n", "recorded 3\n");
    close(fd);
    lines_expect_text(&service, "one\ntwo\n");
    service_stop(&service);
}

static void long_lines_are_whole(const char *proto)
{
    struct service service = service_start(proto, "--request-timeout 0");
    struct pen pens[] = {
        pen_open(&service, 'a', MIB_100, 1),
        pen_open(&service, 'b', MIB, 5),
        pen_open(&service, 'c', KIB_64, 5),
    };

    pens_record(pens, LENGTH(pens));
    pens_expect_file(&service, pens, LENGTH(pens));
    service_stop(&service);
    assert_int_equal(service_count(&service, "requests"), 11);
}

static void many_clients_do_not_mix(const char *proto)
{
    enum { N = 50 };
    struct service service = service_start(proto, "--request-timeout 0");
    struct pen pens[N];

    for (size_t i = 0; i < N; i++)
        pens[i] = pen_open(&service, (char)('0' + i), 60000 + 300 * i, 4);
    pens_record(pens, N);
    pens_expect_file(&service, pens, N);
    service_stop(&service);
    assert_int_equal(service_count(&service, "requests"), N * 4);
}

/* Sends until the server takes no more, because its replies aren't read; then
 * reads them. */
static void a_slow_reader_gets_all_replies(const char *proto)
{
    enum { LINE = 100, MOST_LINES = 4 * MIB };
    struct service service = service_start(proto, "");
    struct pen pen = {.fd = client_open(&service, TINY_WINDOW),
                      .letter = 'x',
                      .line = LINE - 1,
                      .n_lines = MOST_LINES};
    struct pollfd wait = {.fd = pen.fd, .events = POLLOUT};

    while (poll(&wait, 1, STUCK_MS) > 0)
        pen_send(&pen);
    assert_true(pen.sent < LINE * pen.n_lines); /* it stopped taking them */
    pen.n_lines = pen.sent / LINE + 1;
    pens_record(&pen, 1);
    pens_expect_file(&service, &pen, 1);
    service_stop(&service);
}

static void a_full_disk_is_told(const char *proto)
{
    struct service service = service_start(proto, "--record-file /dev/full");
    int fd = client_open(&service, 0);

    lines_exchange(fd, "one\n", full);
    lines_send(fd, "two\nthree\n");
    lines_expect(fd, full);
    lines_expect(fd, full);
    close(fd);
    fd = client_open(&service, 0);
    lines_exchange(fd, "four\n", full);
    close(fd);
    service_stop(&service);
}

/* Starts a server whose files may have so many bytes, which is as good as a
 * small disk. */
static struct service start_with_room(const char *proto, size_t bytes)
{
    struct rlimit before;
    struct rlimit small;
    struct service service;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    service = service_start(proto, "");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    return service;
}

/* Of a line that found no room, there is no part in the file. */
static void what_does_not_fit_is_left_out(const char *proto)
{
    enum { LINE = 200 * 1000, ROOM = 3 * LINE - 1000 };
    struct service service = start_with_room(proto, ROOM);
    int fd = client_open(&service, 0);
    char *line = malloc(LINE);

    assert_non_null(line);
    memset(line, 'a', LINE);
    for (int i = 0; i < 3; i++) {
        client_send(fd, line, LINE);
        lines_exchange(fd, "\n", i < 2 ? "recorded 200000\n" : too_large);
    }
    lines_exchange(fd, "bb\n", "recorded 2\n");
    for (int i = 0; i < 4; i++) /* without a room of its own, too */
        client_send(fd, line, LINE);
    lines_expect(fd, too_large);
    lines_exchange(fd, "\ncc\n", "recorded 2\n");
    close(fd);
    pens_expect_file(&service,
                     (struct pen[]){{.letter = 'a', .line = LINE, .n_lines = 2},
                                    {.letter = 'b', .line = 2, .n_lines = 1},
                                    {.letter = 'c', .line = 2, .n_lines = 1}},
                     3);
    free(line);
    service_stop(&service);
}

static void a_lost_file_is_told(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);
    char moved[80];

    snprintf(moved, sizeof(moved), "%s.moved", service.record);
    lines_exchange(fd, "one\n", "recorded 3\n");
    assert_int_equal(rename(service.record, moved), 0);
    lines_exchange(fd, "two\n", lost);
    close(open(service.record, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    lines_exchange(fd, "three\n", lost);
    lines_expect_text(&service, "");
    assert_int_equal(rename(moved, service.record), 0);
    lines_exchange(fd, "four\n", "recorded 4\n");
    lines_expect_text(&service, "one\nfour\n");
    assert_int_equal(unlink(service.record), 0);
    lines_exchange(fd, "five\n", lost);
    close(fd);
    fd = client_open(&service, 0);
    lines_exchange(fd, "six\n", lost);
    close(fd);
    service_stop(&service);
}

/* How many whole replies come until the end. */
static size_t count_replies(int fd)
{
    const size_t length = sizeof(numbered_reply) - 1;
    char got[16384];
    size_t at = 0;
    ssize_t n;

    for (;;) {
        lines_await(fd);
        n = recv(fd, got, sizeof(got), 0);
        if (n <= 0)
            return at / length;
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(got[i], numbered_reply[at++ % length]);
    }
}

/* The file has the first lines, at least `n`, and nothing else, except for the
 * beginning of one more. */
static void expect_first_lines(const struct service *service, size_t n,
                               const char *lines)
{
    size_t n_file;
    const char *file = lines_map(service, &n_file);

    assert_in_range(n_file, n * NUMBERED_BYTES, SIZE_MAX);
    if (memcmp(file, lines, n_file) != 0)
        fail_msg("the file has other bytes than it should");
    lines_unmap(file, n_file);
}

/* The server is amid lines when the signal comes, since it can't tell that
 * they are recorded to one who does not read. */
static void end_amid_lines(const char *proto, int number)
{
    enum { N = 2 * 1000 * 1000, BYTES = N * NUMBERED_BYTES };
    struct service service = service_start(proto, "");
    char *lines = numbered_lines(N);
    int fd = client_open(&service, TINY_WINDOW);
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    size_t sent = 0;
    size_t n_replies;

    while (poll(&wait, 1, STUCK_MS) > 0) {
        ssize_t n =
            send(fd, lines + sent, BYTES - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        assert_true(n > 0);
        sent += (size_t)n;
    }
    assert_true(sent < BYTES);
    kill(service.pid, number);
    n_replies = count_replies(fd);
    assert_true(n_replies > 0);
    close(fd);
    if (number == SIGKILL)
        service_kill(&service);
    else
        service_wait(&service);
    expect_first_lines(&service, n_replies, lines);
    free(lines);
}

static void a_stop_loses_no_line_that_was_told(const char *proto)
{
    end_amid_lines(proto, SIGTERM);
}

static void a_kill_loses_no_line_that_was_told(const char *proto)
{
    end_amid_lines(proto, SIGKILL);
}

const struct behaviour record_behaviours[] = {
    {"lines_are_recorded_in_order", lines_are_recorded_in_order,
     FOR_RECORD | FOR_UNIX | FOR_IPV6},
    {"lines_are_synced_in_order", lines_are_synced_in_order, FOR_RECORD},
    {"bytes_are_kept_as_they_are", bytes_are_kept_as_they_are,
     FOR_RECORD | FOR_UNIX},
    {"the_end_of_a_client_ends_its_line", the_end_of_a_client_ends_its_line,
     FOR_RECORD | FOR_UNIX},
    {"a_reset_client_leaves_no_half_line", a_reset_client_leaves_no_half_line,
     FOR_RECORD},
    {"long_lines_are_whole", long_lines_are_whole, FOR_RECORD},
    {"many_clients_do_not_mix", many_clients_do_not_mix, FOR_RECORD | FOR_UNIX},
    {"a_slow_reader_gets_all_replies", a_slow_reader_gets_all_replies,
     FOR_RECORD},
    {"a_full_disk_is_told", a_full_disk_is_told, FOR_RECORD},
    {"what_does_not_fit_is_left_out", what_does_not_fit_is_left_out,
     FOR_RECORD},
    {"a_lost_file_is_told", a_lost_file_is_told, FOR_RECORD},
    {"a_stop_loses_no_line_that_was_told", a_stop_loses_no_line_that_was_told,
     FOR_RECORD},
    {"a_kill_loses_no_line_that_was_told", a_kill_loses_no_line_that_was_told,
     FOR_RECORD},
    {NULL, NULL, 0},
};

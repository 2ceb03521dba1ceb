/* What --protocol record does: each line that comes is in the file, whole and
 * in its client's order, before its client is told so. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum {
    KIB_64 = 64 * 1024,
    MIB = 1024 * 1024,
    MIB_100 = 100 * MIB,
    QUIET_MS = 150,
    STUCK_MS = 300,
    NUMBERED_BYTES = 13, /* "line 0000000\n" */
};

static const char numbered_reply[] = "recorded 12\n";
static const char full[] = "error: No space left on device\n";
static const char too_large[] = "error: File too large\n";
static const char lost[] = "error: the record file was removed or replaced\n";

static void say(int fd, const char *text)
{
    client_send(fd, text, strlen(text));
}

/* Waits until `fd` has something, or its end. */
static void await(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    if (poll(&wait, 1, CLIENT_WAIT_MS) != 1)
        fail_msg("nothing comes");
}

/* Reads just as much, and it is `text`. */
static void expect_text(int fd, const char *text)
{
    char got[128] = "";
    size_t n = strlen(text);
    size_t at = 0;

    assert_true(n < sizeof(got));
    while (at < n) {
        ssize_t part;
        await(fd);
        part = read(fd, got + at, n - at);
        if (part <= 0)
            fail_msg("the end, after \"%s\"", got);
        at += (size_t)part;
    }
    assert_string_equal(got, text);
}

static void exchange(int fd, const char *line, const char *reply)
{
    say(fd, line);
    expect_text(fd, reply);
}

/* The recorded bytes, mapped; NULL if there is none. */
static const char *map_file(const struct service *service, size_t *n)
{
    int fd = open(service->record, O_RDONLY | O_CLOEXEC);
    struct stat file;
    const char *mem;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &file), 0);
    *n = (size_t)file.st_size;
    mem = *n ? mmap(NULL, *n, PROT_READ, MAP_SHARED, fd, 0) : NULL;
    assert_ptr_not_equal(mem, MAP_FAILED);
    close(fd);
    return mem;
}

static void unmap_file(const char *mem, size_t n)
{
    if (n > 0)
        munmap((void *)(uintptr_t)mem, n);
}

static void expect_file(const struct service *service, const char *bytes,
                        size_t n)
{
    size_t n_file;
    const char *file = map_file(service, &n_file);

    assert_int_equal(n_file, n);
    if (n > 0 && memcmp(file, bytes, n) != 0)
        fail_msg("the file has other bytes than it should");
    unmap_file(file, n);
}

static void expect_text_in_file(const struct service *service, const char *text)
{
    expect_file(service, text, strlen(text));
}

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
        expect_text(fd, numbered_reply);
    }
    expect_file(&service, lines, singly * NUMBERED_BYTES);
    client_send(fd, lines + singly * NUMBERED_BYTES,
                (n - singly) * NUMBERED_BYTES);
    for (size_t i = singly; i < n; i++)
        expect_text(fd, numbered_reply);
    expect_file(&service, lines, n * NUMBERED_BYTES);
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
    expect_text(fd, "recorded 6\nrecorded 0\nrecorded 0\nrecorded 1\n");
    expect_file(&service, recorded, sizeof(recorded) - 1);
    close(fd);
    service_stop(&service);
}

static void the_end_of_a_client_ends_its_line(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);

    say(fd, "one\ntwo");
    shutdown(fd, SHUT_WR);
    expect_text(fd, "recorded 3\nrecorded 3\n");
    client_expect_end(fd);
    close(fd);
    expect_text_in_file(&service, "one\ntwo\n");
    service_stop(&service);
}

static void a_reset_client_leaves_no_half_line(const char *proto)
{
    struct service service = service_start(proto, "");
    int fd = client_open(&service, 0);

    exchange(fd, "one\n", "recorded 3\n");
    say(fd, "half a li");
    client_reset(fd);
    fd = client_open(&service, 0);
    exchange(fd, "two\n", "recorded 3\n");
    close(fd);
    expect_text_in_file(&service, "one\ntwo\n");
    service_stop(&service);
}

/* A client that records lines all of one letter, and reads the replies at the
 * same time. */
struct pen {
    int fd; /* -1: done */
    char letter;
    size_t line; /* bytes of each of its lines, without the end */
    size_t n_lines;
    size_t sent;     /* bytes */
    size_t received; /* likewise */
};

static struct pen pen_open(const struct service *service, char letter,
                           size_t line, size_t n_lines)
{
    return (struct pen){.fd = client_open(service, 0),
                        .letter = letter,
                        .line = line,
                        .n_lines = n_lines};
}

/* Sends what goes; at the end of its lines, shuts its side. */
static void pen_send(struct pen *pen)
{
    static char block[65536];
    size_t length = pen->line + 1;
    size_t left = length * pen->n_lines - pen->sent;
    size_t n = left < sizeof(block) ? left : sizeof(block);
    ssize_t sent;

    memset(block, pen->letter, n);
    for (size_t at = pen->line - pen->sent % length; at < n; at += length)
        block[at] = '\n';
    sent = send(pen->fd, block, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        fail_msg("send: %s", strerror(errno));
    pen->sent += sent < 0 ? 0 : (size_t)sent;
    if (pen->sent == length * pen->n_lines)
        shutdown(pen->fd, SHUT_WR);
}

/* Receives what is there, and checks it; at the end it is all. */
static void pen_receive(struct pen *pen)
{
    char expected[32];
    char got[16384];
    ssize_t n = recv(pen->fd, got, sizeof(got), MSG_DONTWAIT);
    size_t length = (size_t)snprintf(expected, sizeof(expected),
                                     "recorded %zu\n", pen->line);

    if (n < 0)
        fail_msg("recv: %s", strerror(errno));
    for (ssize_t i = 0; i < n; i++)
        assert_int_equal(got[i], expected[pen->received++ % length]);
    if (n > 0)
        return;
    assert_int_equal(pen->received, length * pen->n_lines);
    close(pen->fd);
    pen->fd = -1;
}

/* Waits for what the pens wait for; returns for how many. */
static size_t wait_for_pens(const struct pen *pens, struct pollfd *waits,
                            size_t n)
{
    size_t n_open = 0;

    for (size_t i = 0; i < n; i++) {
        bool sends = pens[i].sent < (pens[i].line + 1) * pens[i].n_lines;
        waits[i].fd = pens[i].fd;
        waits[i].events = (short)(POLLIN | (sends ? POLLOUT : 0));
        n_open += pens[i].fd >= 0;
    }
    if (n_open > 0 && poll(waits, n, CLIENT_WAIT_MS) < 1)
        fail_msg("%zu clients are stuck", n_open);
    return n_open;
}

static void pens_record(struct pen *pens, size_t n)
{
    enum { MOST = 64 };
    struct pollfd waits[MOST];

    assert_true(n <= MOST);
    while (wait_for_pens(pens, waits, n) > 0) {
        for (size_t i = 0; i < n; i++) {
            if (pens[i].fd >= 0 && waits[i].revents & POLLOUT)
                pen_send(&pens[i]);
            if (pens[i].fd >= 0 && waits[i].revents & ~POLLOUT)
                pen_receive(&pens[i]);
        }
    }
}

static struct pen *pen_of(struct pen *pens, size_t n, char letter)
{
    for (size_t i = 0; i < n; i++) {
        if (pens[i].letter == letter)
            return &pens[i];
    }
    fail_msg("nobody has sent '%c'", letter);
    return NULL;
}

/* Each line of the file is one that a pen has sent, and there are all. */
static void expect_lines_of(const struct service *service, struct pen *pens,
                            size_t n)
{
    size_t n_file;
    const char *file = map_file(service, &n_file);

    for (size_t at = 0; at < n_file;) {
        struct pen *pen = pen_of(pens, n, file[at]);
        assert_true(pen->line < n_file - at);
        if (memcmp(file + at, file + at + 1, pen->line - 1) != 0 ||
            file[at + pen->line] != '\n')
            fail_msg("a line of '%c' is not whole", pen->letter);
        at += pen->line + 1;
        pen->n_lines--;
    }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pens[i].n_lines, 0);
    unmap_file(file, n_file);
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
    expect_lines_of(&service, pens, LENGTH(pens));
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
    expect_lines_of(&service, pens, N);
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
    expect_lines_of(&service, &pen, 1);
    service_stop(&service);
}

static void a_full_disk_is_told(const char *proto)
{
    struct service service = service_start(proto, "--record-file /dev/full");
    int fd = client_open(&service, 0);

    exchange(fd, "one\n", full);
    say(fd, "two\nthree\n");
    expect_text(fd, full);
    expect_text(fd, full);
    close(fd);
    fd = client_open(&service, 0);
    exchange(fd, "four\n", full);
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
        exchange(fd, "\n", i < 2 ? "recorded 200000\n" : too_large);
    }
    exchange(fd, "bb\n", "recorded 2\n");
    for (int i = 0; i < 4; i++) /* without a room of its own, too */
        client_send(fd, line, LINE);
    expect_text(fd, too_large);
    exchange(fd, "\ncc\n", "recorded 2\n");
    close(fd);
    expect_lines_of(&service,
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
    exchange(fd, "one\n", "recorded 3\n");
    assert_int_equal(rename(service.record, moved), 0);
    exchange(fd, "two\n", lost);
    close(open(service.record, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    exchange(fd, "three\n", lost);
    expect_text_in_file(&service, "");
    assert_int_equal(rename(moved, service.record), 0);
    exchange(fd, "four\n", "recorded 4\n");
    expect_text_in_file(&service, "one\nfour\n");
    assert_int_equal(unlink(service.record), 0);
    exchange(fd, "five\n", lost);
    close(fd);
    fd = client_open(&service, 0);
    exchange(fd, "six\n", lost);
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
        await(fd);
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
    const char *file = map_file(service, &n_file);

    assert_in_range(n_file, n * NUMBERED_BYTES, SIZE_MAX);
    if (memcmp(file, lines, n_file) != 0)
        fail_msg("the file has other bytes than it should");
    unmap_file(file, n_file);
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
    expect_text(terminal, "recorded 10\n");
    fd = client_open(&service, 0);
    exchange(fd, "from afar\n", "recorded 9\n");
    type(terminal, "two\nthree\n");
    if (service_at_once(&service, 2) < 2)
        client_expect_silence(terminal, QUIET_MS);
    else
        expect_text(terminal, "recorded 3\n");
    close(fd);
    if (service_at_once(&service, 2) < 2)
        expect_text(terminal, "recorded 3\n");
    expect_text(terminal, "recorded 5\n");
    expect_text_in_file(&service, "typed here\nfrom afar\ntwo\nthree\n");
    service_stop(&service);
    expect_hang_up(terminal);
}

static void what_is_typed_in_vain_is_told(const char *proto)
{
    struct service service;
    int terminal =
        start_at_terminal(proto, "--record-file /dev/full", &service);

    type(terminal, "typed here\n");
    expect_text(terminal, full);
    service_stop(&service);
    expect_hang_up(terminal);
}

static void the_end_of_typing_is_not_the_servers(const char *proto)
{
    struct service service;
    int terminal = start_at_terminal(proto, "", &service);
    int fd;

    type(terminal, "no end\x04");
    expect_text(terminal, "recorded 6\n");
    type(terminal, "\x04");
    fd = client_open(&service, 0);
    exchange(fd, "one\n", "recorded 3\n");
    close(fd);
    service_stop(&service);
    expect_hang_up(terminal);
}

static void a_killed_server_leaves_its_terminal(const char *proto)
{
    struct service service;
    int terminal = start_at_terminal(proto, "", &service);

    type(terminal, "one\n");
    expect_text(terminal, "recorded 3\n");
    service_kill(&service);
    expect_hang_up(terminal);
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

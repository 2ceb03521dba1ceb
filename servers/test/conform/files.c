/* Files, under every model and by every way of reading them. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/client.h"
#include "servers/test/conform/fetch.h"
#include "servers/test/conform/footprint.h"
#include "servers/test/conform/tree.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ODD_SIZE = 3 * 1024 * 1024 + 123,
    LARGE_SIZE = 64 * 1024 * 1024, /* more than the sockets take in */
};

static const char *const ways[] = {"sendfile", "read",   "mmap",
                                   "splice",   "direct", "aio"};

static struct service start(const char *way, const char *more)
{
    char options[256];

    snprintf(options, sizeof(options), "--root %s --file-io %s %s",
             tree_path(""), way, more);
    return service_start("http", options);
}

/* The threads that glibc makes for aio don't exist for ThreadSanitizer, which
 * crashes in them. */
static bool can_aio(void)
{
    const char *san = getenv("SAN");
    bool can = !san || strcmp(san, "tsan") != 0;

    if (!can)
        print_message("# aio under ThreadSanitizer: skipped\n");
    return can;
}

/* Some file systems have no O_DIRECT; there the server says so and does not
 * start, which is another test's affair. */
static bool can(const char *way)
{
    int fd;

    if (strcmp(way, "aio") == 0)
        return can_aio();
    if (strcmp(way, "direct") != 0)
        return true;
    fd = open(tree_path("a.txt"), O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (fd < 0)
        print_message("# no O_DIRECT in /tmp: skipped\n");
    else
        close(fd);
    return fd >= 0;
}

static void for_each_way(void (*run)(const char *way))
{
    for (size_t i = 0; i < LENGTH(ways); i++) {
        if (can(ways[i]))
            run(ways[i]);
    }
}

/* All over one connection, so that each reply ends where it says. */
static void files_are_served_with_what_is_said_of_them(const char *proto)
{
    static const struct {
        const char *what;
        const char *fields;
        int status;
        const char *has; /* in the head */
        const char *body;
    } cases[] = {
        {"GET /a.txt", "", 200, "\r\nContent-Type: text/plain", "0123456789"},
        {"GET /", "", 200, "\r\nContent-Type: text/html", "<p>the index"},
        {"GET /index.html?x=y", "", 200, "\r\nETag: \"", "<p>the index"},
        {"HEAD /a.txt", "", 200, "\r\nContent-Length: 10\r\n", ""},
        {"GET /folder/", "", 200, "\r\nLast-Modified: ", "<p>in a folder"},
        {"GET /folder", "", 301, "\r\nLocation: /folder/\r\n", NULL},
        {"GET /bare/", "", 404, "\r\nContent-Type: text/html", NULL},
        {"GET /a.txt/", "", 404, "\r\nContent-Type: text/html", NULL},
        {"GET /empty", "", 200, "\r\nContent-Length: 0\r\n", ""},
        {"GET /nothing", "", 404, "\r\nContent-Type: text/html", NULL},
        {"HEAD /nothing", "", 404, "\r\nContent-Type: text/html", ""},
        {"GET /a.txt", "Range: bytes=2-4\r\n", 206,
         "\r\nContent-Range: bytes 2-4/10\r\n", "234"},
        {"GET /a.txt", "Range: bytes=-3\r\n", 206,
         "\r\nContent-Range: bytes 7-9/10\r\n", "789"},
        {"GET /a.txt", "Range: bytes=8-\r\n", 206,
         "\r\nContent-Range: bytes 8-9/10\r\n", "89"},
        {"GET /a.txt", "Range: bytes=10-\r\n", 416,
         "\r\nContent-Range: bytes */10\r\n", NULL},
        {"GET /a.txt", "Range: bytes=0-1,4-5\r\n", 200,
         "\r\nAccept-Ranges: bytes\r\n", "0123456789"},
        {"GET /a.txt", "If-Modified-Since: Fri, 31 Dec 9999 00:00:00 GMT\r\n",
         304, "\r\nETag: \"", ""},
        {"GET /a.txt", "If-None-Match: *\r\n", 304, "\r\nETag: \"", ""},
        {"GET /a.txt", "If-None-Match: \"x\"\r\n", 200, "\r\nETag: \"",
         "0123456789"},
        {"GET /link-to-file", "", 200, "", "0123456789"},
        {"GET /link-to-folder/index.html", "", 200, "", "<p>in a folder"},
        {"GET /a%5cb%ff%0a.txt", "", 200, "", "odd"},
    };
    struct service service;
    int fd;

    (void)proto;
    tree_make();
    service = start("sendfile", "");
    fd = client_open(&service, 0);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct fetched got = fetch(fd, cases[i].what, cases[i].fields);
        if (got.status != cases[i].status || !strstr(got.head, cases[i].has))
            fail_msg("%s: %s", cases[i].what, got.head);
        if (!cases[i].body)
            fetch_rest(fd, got.length);
        else if (cases[i].body[0])
            fetch_text(fd, cases[i].body, got.length);
    }
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "requests"), LENGTH(cases));
    assert_int_equal(service_count(&service, "reset"), 0);
}

static void there_is_no_way_out(const char *proto)
{
    static const struct {
        const char *target;
        int status;
    } cases[] = {
        {"/../outside", 400},
        {"/folder/../../outside", 400},
        {"/folder/../a.txt", 400},
        {"//../outside", 400},
        {"/%2e%2e/outside", 400},
        {"/.%2E/outside", 400},
        {"/..%2foutside", 400},
        {"/%2e%2e%2foutside", 400},
        {"/folder%2f..%2f..%2foutside", 400},
        {"/%2foutside", 400},
        {"/a.txt%00", 400},
        {"/%00", 400},
        {"/%", 400},
        {"http://a/../outside", 400},
        {"http://a/%2e%2e/outside", 400},
        {"/%252e%252e/outside", 404},
        {"/..%5coutside", 404},
        {"/..%c0%afoutside", 404},
        {"/outside", 404},
        {"//outside", 404},
        {"//etc/passwd", 404},
        {"/etc/passwd", 404},
        {"http://a//etc/passwd", 404},
        {"/link-out", 404},
        {"/link-up/outside", 404},
        {"/link-up/root/a.txt", 404},
        {"/link-around/a.txt", 404},
        {"/link-to-passwd", 404},
        {"/link-magic", 404},
        {"/link-to-nothing", 404},
        {"/link-to-itself", 404},
        {"/fifo", 404},
        {"/socket", 404},
    };
    struct service service;

    (void)proto;
    tree_make();
    service = start("sendfile", "");
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char what[64];
        int fd = client_open(&service, 0);
        struct fetched got;
        snprintf(what, sizeof(what), "GET %s", cases[i].target);
        got = fetch(fd, what, "Connection: close\r\n");
        if (got.status != cases[i].status)
            fail_msg("%s: %s", what, got.head);
        shutdown(fd, SHUT_WR);
        assert_int_equal(fetch_rest(fd, UINT64_MAX), got.length);
        close(fd);
    }
    service_stop(&service);
    assert_int_equal(service_count(&service, "requests"), LENGTH(cases));
}

static void what_may_not_be_read_is_forbidden(const char *proto)
{
    struct service service;
    int fd;

    (void)proto;
    tree_make();
    if (access(tree_path("secret"), R_OK) == 0) {
        print_message("# root may read everything: skipped\n");
        return;
    }
    service = start("sendfile", "");
    fd = client_open(&service, 0);
    assert_int_equal(fetch(fd, "GET /secret", "").status, 403);
    close(fd);
    service_stop(&service);
}

static void compare_way(const char *way)
{
    static const struct {
        const char *range;
        uint64_t at;
        uint64_t end;
    } parts[] = {
        {"", 0, ODD_SIZE},
        {"Range: bytes=1-\r\n", 1, ODD_SIZE},
        {"Range: bytes=4095-4096\r\n", 4095, 4097},
        {"Range: bytes=100001-1200000\r\n", 100001, 1200001},
        {"Range: bytes=1048576-1048576\r\n", 1048576, 1048577},
        {"Range: bytes=-1\r\n", ODD_SIZE - 1, ODD_SIZE},
        {"", 0, ODD_SIZE},
    };
    struct service service;
    int fd;

    service = start(way, "");
    fd = client_open(&service, 0);
    /* The first ones at once, the others as they come. */
    for (size_t i = 0; i < 3; i++)
        fetch_ask(fd, "GET /odd", parts[i].range);
    for (size_t i = 0; i < LENGTH(parts); i++) {
        struct fetched got;
        if (i >= 3)
            fetch_ask(fd, "GET /odd", parts[i].range);
        got = fetch_head(fd);
        assert_int_equal(got.length, parts[i].end - parts[i].at);
        fetch_bytes(fd, parts[i].at, got.length);
        if (i < 2)
            continue;
        got = fetch(fd, "GET /a.txt", "");
        fetch_text(fd, "0123456789", got.length);
    }
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), 0);
}

static void every_way_sends_the_same_bytes(const char *proto)
{
    (void)proto;
    tree_make();
    tree_file("odd", ODD_SIZE);
    for_each_way(compare_way);
}

/* Readers that let a large file wait take little memory, and hold up nobody;
 * in the end they get all of it. */
static void serve_slow_readers(const char *way)
{
    /* A chunk is 64 KiB; the rest is what a fresh process touches. */
    enum { N = 4, MOST_EACH = 384 * 1024 };
    struct service service;
    unsigned n;
    uint64_t before;
    int fds[N];
    int fd;

    service = start(way, "");
    n = service_at_once(&service, N);
    fd = client_open(&service, 0);
    fetch_text(fd, "0123456789", fetch(fd, "GET /a.txt", "").length);
    if (n < N)
        close(fd);
    before = service_memory(&service);
    for (unsigned i = 0; i < n; i++) {
        fds[i] = client_open(&service, 0);
        assert_int_equal(fetch(fds[i], "GET /large", "").length, LARGE_SIZE);
    }
    for (int i = 0; n == N && i < 20; i++)
        fetch_text(fd, "0123456789", fetch(fd, "GET /a.txt", "").length);
    if (service_is_sanitized())
        print_message("# memory is not bounded under a sanitizer: skipped\n");
    else
        assert_in_range(service_memory(&service), 0,
                        before + (uint64_t)n * MOST_EACH);
    fetch_bytes(fds[0], 0, LARGE_SIZE);
    fetch_text(fds[0], "0123456789", fetch(fds[0], "GET /a.txt", "").length);
    for (unsigned i = 0; i < n; i++)
        client_reset(fds[i]);
    if (n == N)
        close(fd);
    service_stop(&service);
}

static void slow_readers_get_large_files(const char *proto)
{
    (void)proto;
    tree_make();
    tree_file("large", LARGE_SIZE);
    for_each_way(serve_slow_readers);
}

/* The reader goes away in the middle: nothing of it stays but what is kept for
 * the next transfer, a pipe at the most. */
static void reset_in_the_middle(const char *way)
{
    enum { TIMES = 10 };
    struct service service = start(way, "");
    struct footprint before = footprint_take(&service);

    for (int i = 0; i < TIMES; i++) {
        int fd = client_open(&service, 0);
        fetch(fd, "GET /large", "");
        client_reset(fd);
    }
    footprint_expect(&service, &before);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), TIMES);
}

static void a_reset_in_a_file_leaves_nothing_open(const char *proto)
{
    (void)proto;
    tree_make();
    tree_hole("large", LARGE_SIZE);
    for_each_way(reset_in_the_middle);
}

static void truncate_it(void)
{
    assert_int_equal(truncate(tree_path("large"), 5000), 0);
}

static void overwrite_it(void)
{
    int fd = open(tree_path("large"), O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "new", 3, LARGE_SIZE - 3), 3);
    close(fd);
}

static void replace_it(void)
{
    char new[256];

    tree_text("new", "the new one");
    snprintf(new, sizeof(new), "%s", tree_path("new"));
    assert_int_equal(rename(new, tree_path("large")), 0);
}

/* The file changes when its head and a little more have come: the connection
 * ends early, and nothing else does. */
static void change_it(const char *way, void (*change)(void))
{
    struct service service;
    struct fetched got;
    int fd;

    tree_hole("large", LARGE_SIZE);
    service = start(way, "");
    fd = client_open(&service, 0);
    got = fetch(fd, "GET /large", "");
    assert_int_equal(got.length, LARGE_SIZE);
    change();
    assert_in_range(fetch_rest(fd, UINT64_MAX), 0, LARGE_SIZE - 1);
    close(fd);
    fd = client_open(&service, 0);
    fetch_text(fd, "0123456789", fetch(fd, "GET /a.txt", "").length);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "reset"), 1);
    assert_true(service_logged(&service, "/large"));
    assert_true(service_logged(&service, "changed while it was sent"));
}

static void truncate_while_sent(const char *way)
{
    change_it(way, truncate_it);
}

static void overwrite_while_sent(const char *way)
{
    change_it(way, overwrite_it);
}

static void truncating_a_file_ends_only_its_connection(const char *proto)
{
    (void)proto;
    tree_make();
    for_each_way(truncate_while_sent);
}

static void overwriting_a_file_ends_only_its_connection(const char *proto)
{
    (void)proto;
    tree_make();
    for_each_way(overwrite_while_sent);
}

static void replace_while_sent(const char *way)
{
    change_it(way, replace_it);
}

static void replacing_a_file_ends_only_its_connection(const char *proto)
{
    (void)proto;
    tree_make();
    for_each_way(replace_while_sent);
}

static void never_reading_a_file_closes(const char *proto)
{
    struct service service;
    int fd;

    (void)proto;
    tree_make();
    tree_hole("large", LARGE_SIZE);
    service = start("sendfile", "--idle-timeout 700ms");
    fd = client_open(&service, TINY_WINDOW);
    fetch(fd, "GET /large", "");
    fetch_ask(fd, "GET /a.txt", ""); /* unread, it makes the end a reset */
    client_expect_reset(fd);
    close(fd);
    service_stop(&service);
    assert_int_equal(service_count(&service, "timed_out"), 1);
}

/* Two files are under way: one is read on, and comes to its end before the
 * server's, the other is not, and does not keep the server. */
static void a_stop_waits_for_files_but_not_for_ever(const char *proto)
{
    enum { SIZE = 12 * 1024 * 1024 }; /* soon read, but not soon sent */
    struct service service;
    bool both;
    int fds[2];

    (void)proto;
    tree_make();
    tree_file("file", SIZE);
    tree_hole("large", LARGE_SIZE);
    service = start("sendfile", "");
    both = service_at_once(&service, 2) == 2;
    fds[0] = client_open(&service, 0);
    assert_int_equal(fetch(fds[0], "GET /file", "").length, SIZE);
    fds[1] = client_open(&service, 0);
    if (both)
        fetch(fds[1], "GET /large", "");
    kill(service.pid, SIGTERM);
    fetch_bytes(fds[0], 0, SIZE);
    close(fds[0]);
    service_wait(&service);
    close(fds[1]);
}

const struct behaviour file_behaviours[] = {
    {"files_are_served_with_what_is_said_of_them",
     files_are_served_with_what_is_said_of_them, FOR_HTTP | FOR_UNIX},
    {"there_is_no_way_out", there_is_no_way_out, FOR_HTTP},
    {"what_may_not_be_read_is_forbidden", what_may_not_be_read_is_forbidden,
     FOR_HTTP},
    {"every_way_sends_the_same_bytes", every_way_sends_the_same_bytes,
     FOR_HTTP | FOR_UNIX},
    {"slow_readers_get_large_files", slow_readers_get_large_files, FOR_HTTP},
    {"a_reset_in_a_file_leaves_nothing_open",
     a_reset_in_a_file_leaves_nothing_open, FOR_HTTP},
    {"truncating_a_file_ends_only_its_connection",
     truncating_a_file_ends_only_its_connection, FOR_HTTP},
    {"overwriting_a_file_ends_only_its_connection",
     overwriting_a_file_ends_only_its_connection, FOR_HTTP},
    {"replacing_a_file_ends_only_its_connection",
     replacing_a_file_ends_only_its_connection, FOR_HTTP},
    {"a_stop_waits_for_files_but_not_for_ever",
     a_stop_waits_for_files_but_not_for_ever, FOR_HTTP},
    {"never_reading_a_file_closes", never_reading_a_file_closes, FOR_HTTP},
    {NULL, NULL, 0},
};

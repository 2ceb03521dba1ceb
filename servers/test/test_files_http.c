/* Requests for files and their replies, with files that the test makes up. */
#include "common/test/test.h"

#include "servers/files/root.h"
#include "servers/test/talk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What there is: a path, and what it holds or the error of opening it. */
static const struct {
    const char *path;
    const char *content;
    int error;
} entries[] = {
    {"a.txt", "0123456789", 0},
    {"index.html", "<p>", 0},
    {"empty", "", 0},
    {"folder", NULL, -EISDIR},
    {"folder/index.html", "<p>in a folder", 0},
    {"evil.example", NULL, -EISDIR},
    {"odd\r\nX: y", NULL, -EISDIR},
    {"bare/index.html", NULL, -EISDIR},
    {"secret", NULL, -EACCES},
    {"outside", NULL, -EXDEV},
    {"fifo", NULL, -ENXIO},
    {"many", NULL, -EMFILE},
    {"broken", NULL, -EIO},
    {"no-begin", "x", 0},
};

static int n_open;

static int fake_open(const struct root *root, const char *path,
                     struct transfer *file)
{
    if (path[0] == '$')
        return -EISDIR;
    for (size_t i = 0; i < LENGTH(entries); i++) {
        const char *content = entries[i].content;
        size_t n = content ? strlen(content) : 0;
        if (strcmp(entries[i].path, path) != 0)
            continue;
        if (!content)
            return entries[i].error;
        *file = (struct transfer){
            .root = root,
            .fd = memfd_create("file", MFD_CLOEXEC),
            .facts = {.size = n,
                      .modified_s = 784111771,
                      .modified_ns = 123,
                      .inode = (uint32_t)i},
            .end = n,
        };
        assert_true(file->fd >= 0);
        assert_int_equal(write(file->fd, content, n), n);
        n_open++;
        return 0;
    }
    return -ENOENT;
}

static int fake_begin(struct transfer *file, struct spares *spares)
{
    (void)spares;
    return file->facts.inode == LENGTH(entries) - 1 ? -EMFILE : 0;
}

static void fake_close(struct transfer *file, struct spares *spares)
{
    (void)spares;
    close(file->fd);
    *file = (struct transfer){0};
    n_open--;
}

static const struct root fake_root = {
    .open = fake_open, .begin = fake_begin, .close = fake_close};

#define HOST "Host: a\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST
#define HEAD(path) "HEAD " path " HTTP/1.1\r\n" HOST
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define MODIFIED "Last-Modified: Sun, 06 Nov 1994 08:49:31 GMT\r\n"
#define STAMP "2ebc989b0000007b-"
#define RANGES "Accept-Ranges: bytes\r\n"
#define LENGTH_OF(n) "Content-Length: " #n "\r\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"
#define HTML "Content-Type: text/html; charset=utf-8\r\n"
#define TAG_A "\"" STAMP "a-0\""
#define OF_A MODIFIED "ETag: " TAG_A "\r\n" RANGES
#define HEAD_A "HTTP/1.1 200 OK\r\n" DATE PLAIN LENGTH_OF(10) OF_A
#define REPLY_A HEAD_A "\r\n0123456789"
#define PART(n, range, bytes)                                                  \
    "HTTP/1.1 206 Partial Content\r\n" DATE PLAIN LENGTH_OF(                   \
        n) "Content-Range: bytes " range "/10\r\n" OF_A "\r\n" bytes
#define SAME_A "HTTP/1.1 304 Not Modified\r\n" DATE OF_A "\r\n"
#define REPLY_INDEX                                                            \
    "HTTP/1.1 200 OK\r\n" DATE HTML LENGTH_OF(3) MODIFIED                      \
        "ETag: \"" STAMP "3-1\"\r\n" RANGES "\r\n<p>"
#define REPLY_EMPTY                                                            \
    "HTTP/1.1 200 OK\r\n" DATE                                                 \
    "Content-Type: application/octet-stream\r\n" LENGTH_OF(0) MODIFIED         \
        "ETag: \"" STAMP "0-2\"\r\n" RANGES "\r\n"
#define PAGE_HEAD(status, n, fields)                                           \
    "HTTP/1.1 " status "\r\n" DATE HTML LENGTH_OF(n) fields "\r\n"
#define LOST_HEAD PAGE_HEAD("404 Not Found", 64, "")
#define LOST                                                                   \
    LOST_HEAD "<!DOCTYPE html>\n<title>404 Not Found</title>\n"                \
              "<h1>Not Found</h1>\n"

struct example {
    const char *request;
    const char *reply; /* all of it, or how it begins */
    const char *has;   /* something that is in it, or NULL: all of it is told */
    enum talk_end end;
};

static const struct example examples[] = {
    {GET("/a.txt") "\r\n", REPLY_A, NULL, TALK_OPEN},
    {GET("/a%2Etxt?x") "\r\n", REPLY_A, NULL, TALK_OPEN},
    {GET("http://other/a.txt") "\r\n", REPLY_A, NULL, TALK_OPEN},
    {HEAD("/a.txt") "\r\n", HEAD_A "\r\n", NULL, TALK_OPEN},
    {GET("/") "\r\n", REPLY_INDEX, NULL, TALK_OPEN},
    {GET("/empty") "\r\n", REPLY_EMPTY, NULL, TALK_OPEN},
    {GET("/a.txt") "\r\n" GET("/") "\r\n" HEAD("/a.txt") "\r\n" GET(
         "/no") "\r\n" GET("/empty") "\r\n" GET("/a.txt") "\r\n",
     REPLY_A REPLY_INDEX HEAD_A "\r\n" LOST REPLY_EMPTY REPLY_A, NULL,
     TALK_OPEN},
    /* Connection */
    {GET("/a.txt") "Connection: close\r\n\r\n" GET("/") "\r\n",
     HEAD_A "Connection: close\r\n\r\n0123456789", NULL, TALK_CLOSES},
    {"GET /a.txt HTTP/1.0\r\n\r\n",
     HEAD_A "Connection: close\r\n\r\n0123456789", NULL, TALK_CLOSES},
    {"GET /a.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     HEAD_A "Connection: keep-alive\r\n\r\n0123456789", NULL, TALK_OPEN},
    {GET("/no") "Connection: close\r\n\r\n", "HTTP/1.1 404 Not Found\r\n",
     "Connection: close\r\n\r\n<!DOCTYPE", TALK_CLOSES},
    /* a body is read and discarded */
    {GET("/a.txt") "Content-Length: 3\r\n\r\nxyz" GET("/") "\r\n",
     REPLY_A REPLY_INDEX, NULL, TALK_OPEN},
    /* none of it, or a part of it */
    {GET("/a.txt") "If-None-Match: " TAG_A "\r\n\r\n", SAME_A, NULL, TALK_OPEN},
    {GET("/a.txt") "If-None-Match: \"x\"\r\nIf-None-Match: " TAG_A "\r\n\r\n",
     SAME_A, NULL, TALK_OPEN},
    {HEAD("/a.txt") "if-none-match: *\r\n\r\n", SAME_A, NULL, TALK_OPEN},
    {GET("/a.txt") "If-None-Match: \"x\"\r\n\r\n", REPLY_A, NULL, TALK_OPEN},
    {GET("/a.txt") "If-Modified-Since: Sun, 06 Nov 1994 08:49:31 GMT\r\n\r\n",
     SAME_A, NULL, TALK_OPEN},
    {GET("/a.txt") "If-Modified-Since: Sun, 06 Nov 1994 08:49:31 GMT\r\n"
                   "If-Modified-Since: Sun, 06 Nov 1994 08:49:31 GMT\r\n\r\n",
     REPLY_A, NULL, TALK_OPEN},
    {GET("/a.txt") "If-Match: \"x\"\r\n\r\n",
     "HTTP/1.1 412 Precondition Failed\r\n", "<h1>", TALK_OPEN},
    {GET("/a.txt") "Range: bytes=2-4\r\n\r\n" GET("/") "\r\n",
     PART(3, "2-4", "234") REPLY_INDEX, NULL, TALK_OPEN},
    {GET("/a.txt") "Range: bytes=7-\r\n\r\n", PART(3, "7-9", "789"), NULL,
     TALK_OPEN},
    {GET("/a.txt") "Range: bytes=-1\r\n\r\n", PART(1, "9-9", "9"), NULL,
     TALK_OPEN},
    {GET("/a.txt") "Range: bytes=0-99\r\n\r\n", PART(10, "0-9", "0123456789"),
     NULL, TALK_OPEN},
    {GET("/a.txt") "Range: bytes=0-1,3-4\r\n\r\n", REPLY_A, NULL, TALK_OPEN},
    {GET("/a.txt") "Range: bytes=5-3\r\n\r\n", REPLY_A, NULL, TALK_OPEN},
    {GET("/a.txt") "Range: bytes=0-1\r\nRange: bytes=3-4\r\n\r\n", REPLY_A,
     NULL, TALK_OPEN},
    {HEAD("/a.txt") "Range: bytes=2-4\r\n\r\n", HEAD_A "\r\n", NULL, TALK_OPEN},
    {GET("/a.txt") "Range: bytes=10-\r\n\r\n",
     "HTTP/1.1 416 Range Not Satisfiable\r\n",
     "\r\nContent-Range: bytes */10\r\n", TALK_OPEN},
    {GET("/empty") "Range: bytes=0-\r\n\r\n",
     "HTTP/1.1 416 Range Not Satisfiable\r\n",
     "\r\nContent-Range: bytes */0\r\n", TALK_OPEN},
    {GET("/empty") "Range: bytes=-5\r\n\r\n", REPLY_EMPTY, NULL, TALK_OPEN},
    {GET("/a.txt") "Range: bytes=2-4\r\nIf-Range: " TAG_A "\r\n\r\n",
     PART(3, "2-4", "234"), NULL, TALK_OPEN},
    {GET("/a.txt") "Range: bytes=2-4\r\nIf-Range: \"x\"\r\n\r\n", REPLY_A, NULL,
     TALK_OPEN},
    {GET("/a.txt") "Range: bytes=2-4\r\nIf-None-Match: " TAG_A "\r\n\r\n",
     SAME_A, NULL, TALK_OPEN},
    /* what can't be served */
    {GET("/no") "\r\n", LOST, NULL, TALK_OPEN},
    {HEAD("/no") "\r\n", LOST_HEAD, NULL, TALK_OPEN},
    {GET("/no") "If-None-Match: *\r\nRange: bytes=0-1\r\n\r\n", LOST, NULL,
     TALK_OPEN},
    {GET("/outside") "\r\n", LOST, NULL, TALK_OPEN},
    {GET("/fifo") "\r\n", LOST, NULL, TALK_OPEN},
    {GET("/bare/") "\r\n", LOST, NULL, TALK_OPEN},
    {GET("/secret") "\r\n", "HTTP/1.1 403 Forbidden\r\n", "<h1>", TALK_OPEN},
    {GET("/many") "\r\n", "HTTP/1.1 503 Service Unavailable\r\n", "<h1>",
     TALK_OPEN},
    {GET("/no-begin") "\r\n", "HTTP/1.1 503 Service Unavailable\r\n", "<h1>",
     TALK_OPEN},
    {GET("/broken") "\r\n", "HTTP/1.1 500 Internal Server Error\r\n", "<h1>",
     TALK_OPEN},
    /* folders */
    {GET("/folder/") "\r\n", "HTTP/1.1 200 OK\r\n", "<p>in a folder",
     TALK_OPEN},
    {GET("/folder") "\r\n", "HTTP/1.1 301 Moved Permanently\r\n",
     "\r\nLocation: /folder/\r\n", TALK_OPEN},
    {GET("http://b/f%6flder?x") "\r\n", "HTTP/1.1 301 Moved Permanently\r\n",
     "\r\nLocation: /folder/\r\n", TALK_OPEN},
    {GET("//evil.example") "\r\n", "HTTP/1.1 301 Moved Permanently\r\n",
     "\r\nLocation: /evil.example/\r\n", TALK_OPEN},
    {GET("/odd%0D%0AX%3A%20y") "\r\n", "HTTP/1.1 301 Moved Permanently\r\n",
     "\r\nLocation: /odd%0D%0AX%3A%20y/\r\n", TALK_OPEN},
    /* what names nothing */
    {GET("/../a.txt") "\r\n", "HTTP/1.1 400 ", "", TALK_LINGERS},
    {GET("/%2e%2e/a.txt") "\r\n", "HTTP/1.1 400 ", "", TALK_LINGERS},
    {GET("/a.txt%00") "\r\n", "HTTP/1.1 400 ", "", TALK_LINGERS},
    {GET("/folder%2Findex.html") "\r\n", "HTTP/1.1 400 ", "", TALK_LINGERS},
    {GET("/%") "\r\n", "HTTP/1.1 400 ", "", TALK_LINGERS},
    {"POST /a.txt HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
     "HTTP/1.1 405 ", "\r\nAllow: GET, HEAD\r\n", TALK_LINGERS},
    {"PUT /a.txt HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 405 ",
     "\r\nAllow: GET, HEAD\r\n", TALK_LINGERS},
    {"BREW /a.txt HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 501 ", "", TALK_LINGERS},
    {GET("/a.txt") "X\r\n\r\n", "HTTP/1.1 400 ", "", TALK_LINGERS},
};

static struct talk *start(size_t send_max)
{
    struct talk *talk = talk_start(PROTO_HTTP);

    talk->server.root = &fake_root;
    talk->send_max = send_max;
    return talk;
}

/* And that it leaves nothing open. */
static void end(struct talk *talk)
{
    talk_end(talk);
    assert_int_equal(n_open, 0);
}

static bool is_right(const struct talk *talk, const struct example *example)
{
    if (talk_state(talk) != example->end)
        return false;
    if (!example->has)
        return strcmp(talk->reply, example->reply) == 0;
    return strncmp(talk->reply, example->reply, strlen(example->reply)) == 0 &&
           strstr(talk->reply, example->has);
}

static void try_cut(const struct example *example, size_t at, size_t send_max)
{
    struct talk *talk = start(send_max);

    talk_feed(talk, example->request, at);
    talk_feed(talk, example->request + at, strlen(example->request) - at);
    if (!is_right(talk, example))
        fail_msg("cut at %zu: %s\nexpected %s\nwith %s\ngot (end %d) %s", at,
                 example->request, example->reply, example->has,
                 (int)talk_state(talk), talk->reply);
    end(talk);
}

static void every_request_gets_its_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++)
        try_cut(&examples[i], 0, 1000);
}

static void every_cut_gets_the_same_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++) {
        for (size_t at = 1; at < strlen(examples[i].request); at++)
            try_cut(&examples[i], at, 1 + at % 7);
    }
}

/* A file goes out before what comes after it is even looked at. */
static void one_file_at_a_time(void **state)
{
    static const char requests[] = GET("/a.txt") "\r\n" GET("/") "\r\n";
    struct talk *talk = start(1000);
    struct out out;

    (void)state;
    assert_int_equal(
        conn_feed(&talk->conn, &talk->worker, requests, sizeof(requests) - 1),
        WANT_WRITE);
    assert_int_equal(n_open, 1);
    out = conn_out(&talk->conn);
    assert_non_null(out.mem);
    assert_true(out.fd >= 0); /* the head tells what follows it */
    assert_int_equal(conn_sent(&talk->conn, &talk->worker, out.len),
                     WANT_WRITE);
    out = conn_out(&talk->conn);
    assert_null(out.mem);
    assert_int_equal(out.len, 10);
    assert_int_equal(conn_sent(&talk->conn, &talk->worker, 4), WANT_WRITE);
    out = conn_out(&talk->conn);
    assert_int_equal(out.len, 6);
    assert_int_equal(out.off, 4);
    assert_int_equal(talk->worker.counts[COUNT_REQUESTS], 1);
    assert_int_equal(conn_sent(&talk->conn, &talk->worker, 6), WANT_WRITE);
    assert_int_equal(talk->worker.counts[COUNT_REQUESTS], 2);
    talk->want = WANT_WRITE;
    talk_flush(talk);
    assert_string_equal(talk->reply, REPLY_INDEX);
    end(talk);
}

static void half_close_still_gets_the_file(void **state)
{
    static const char request[] = GET("/a.txt") "\r\n";
    struct talk *talk = start(3);

    (void)state;
    conn_feed(&talk->conn, &talk->worker, request, sizeof(request) - 1);
    talk_eof(talk);
    assert_string_equal(talk->reply, REPLY_A);
    assert_int_equal(talk_state(talk), TALK_CLOSES);
    end(talk);
}

/* Nothing stays open, or borrowed, of a connection that ends early. */
static void an_early_end_gives_all_back(void **state)
{
    static const char request[] = GET("/a.txt") "Range: bytes=1-\r\n\r\n";

    (void)state;
    for (size_t n = 0; n < sizeof(request); n++) {
        struct talk *talk = start(1000);
        conn_feed(&talk->conn, &talk->worker, request, n);
        end(talk);
    }
}

/* A stop lets a file under way go out, and says that it is the last. */
static void a_stop_finishes_the_file(void **state)
{
    static const char request[] = GET("/a.txt") "\r\n";
    struct talk *talk = start(3);

    (void)state;
    talk->worker.stopping = true;
    talk_feed(talk, request, sizeof(request) - 1);
    assert_string_equal(talk->reply,
                        HEAD_A "Connection: close\r\n\r\n0123456789");
    assert_int_equal(talk_state(talk), TALK_LINGERS);
    end(talk);
}

static void conditions_have_a_limit(void **state)
{
    static const struct {
        size_t n;
        const char *reply;
    } cases[] = {{1024, "HTTP/1.1 200 "}, {1025, "HTTP/1.1 431 "}};

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct talk *talk = start(1000);
        char value[1100];
        memset(value, 'x', cases[i].n);
        talk_feed(talk, GET("/a.txt") "If-None-Match: ",
                  strlen(GET("/a.txt") "If-None-Match: "));
        talk_feed(talk, value, cases[i].n);
        talk_feed(talk, "\r\n\r\n", 4);
        talk->reply[13] = '\0';
        assert_string_equal(talk->reply, cases[i].reply);
        end(talk);
    }
}

/* 8 KiB of a name, each byte of which takes three where it is told again. */
static void the_longest_redirection_has_room(void **state)
{
    static const char after[] = " HTTP/1.1\r\n" HOST "\r\n";
    struct talk *talk = start(1000);
    char name[HTTP_TARGET_MAX - 1];
    const char *location;

    (void)state;
    memset(name, '$', sizeof(name));
    talk_feed(talk, "GET /", 5);
    talk_feed(talk, name, sizeof(name));
    talk_feed(talk, after, sizeof(after) - 1);
    location = strstr(talk->reply, "\r\nLocation: /%24%24");
    assert_non_null(location);
    assert_int_equal(strcspn(location + 2, "\r"),
                     strlen("Location: //") + 3 * sizeof(name));
    assert_int_equal(talk_state(talk), TALK_OPEN);
    end(talk);
}

/* Such a reply is longer than what is held back otherwise; the next request
 * waits until it is out. */
static void long_redirections_come_one_by_one(void **state)
{
    static const char after[] = " HTTP/1.1\r\n" HOST "\r\n";
    enum { N = 3 };
    struct talk *talk = start(1000);
    char name[HTTP_TARGET_MAX - 1];

    (void)state;
    memset(name, '$', sizeof(name));
    for (int i = 0; i < N; i++) {
        conn_feed(&talk->conn, &talk->worker, "GET /", 5);
        conn_feed(&talk->conn, &talk->worker, name, sizeof(name));
        conn_feed(&talk->conn, &talk->worker, after, sizeof(after) - 1);
    }
    assert_int_equal(talk->worker.counts[COUNT_REQUESTS], 1);
    talk->want = WANT_WRITE;
    talk_flush(talk);
    assert_int_equal(talk->worker.counts[COUNT_REQUESTS], N);
    end(talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_gets_its_reply),
        cmocka_unit_test(every_cut_gets_the_same_reply),
        cmocka_unit_test(one_file_at_a_time),
        cmocka_unit_test(half_close_still_gets_the_file),
        cmocka_unit_test(an_early_end_gives_all_back),
        cmocka_unit_test(a_stop_finishes_the_file),
        cmocka_unit_test(conditions_have_a_limit),
        cmocka_unit_test(the_longest_redirection_has_room),
        cmocka_unit_test(long_redirections_come_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

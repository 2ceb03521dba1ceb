/* The protocol record: what a connection is told, what it says, and what is in
 * the file then. */
#include "common/test/scratch.h"
#include "common/test/test.h"

#include "servers/recorder.h"
#include "servers/spool.h"
#include "servers/test/talk.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1024 * 1024, MIB_100 = 100 * MIB };

static const char path[] = "file";
static struct recorder recorder;

/* A talk that is recorded to `file`. */
static struct talk *record_to(const char *file)
{
    struct talk *talk = talk_start(PROTO_RECORD);

    assert_int_equal(recorder_open(&recorder, file, false), 0);
    talk->server.recorder = &recorder;
    return talk;
}

/* The same to an empty one. */
static struct talk *begin(void)
{
    unlink(path);
    return record_to(path);
}

static void end(struct talk *talk)
{
    talk_end(talk);
    recorder_close(&recorder);
}

static void expect_file(const char *bytes, size_t n)
{
    struct stat file;
    char *got;

    assert_int_equal(fstat(recorder.fd, &file), 0);
    assert_int_equal(file.st_size, n);
    if (n == 0)
        return;
    got = mmap(NULL, n, PROT_READ, MAP_SHARED, recorder.fd, 0);
    assert_ptr_not_equal(got, MAP_FAILED);
    if (memcmp(got, bytes, n) != 0)
        fail_msg("the file has other bytes than it should");
    munmap(got, n);
}

struct example {
    const char *in;
    size_t n_in;
    const char *file;
    size_t n_file;
    const char *replies;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct example examples[] = {
    {BYTES(""), BYTES(""), ""},
    {BYTES("abc\n"), BYTES("abc\n"), "recorded 3\n"},
    {BYTES("\n"), BYTES("\n"), "recorded 0\n"},
    {BYTES("\r\n"), BYTES("\n"), "recorded 0\n"},
    {BYTES("abc\r\n"), BYTES("abc\n"), "recorded 3\n"},
    {BYTES("abc\r\r\n"), BYTES("abc\r\n"), "recorded 4\n"},
    {BYTES("a\rb\n"), BYTES("a\rb\n"), "recorded 3\n"},
    {BYTES("a\n\nbc\r\nd\n"), BYTES("a\n\nbc\nd\n"),
     "recorded 1\nrecorded 0\nrecorded 2\nrecorded 1\n"},
    {BYTES("\0\xff\x80\x1b\n\0\n"), BYTES("\0\xff\x80\x1b\n\0\n"),
     "recorded 4\nrecorded 1\n"},
    /* the peer's end ends the last line */
    {BYTES("abc"), BYTES("abc\n"), "recorded 3\n"},
    {BYTES("a\nbc"), BYTES("a\nbc\n"), "recorded 1\nrecorded 2\n"},
    {BYTES("a\nbc\r"), BYTES("a\nbc\n"), "recorded 1\nrecorded 2\n"},
};

/* In pieces of at most `piece` bytes, and then the peer's end. */
static void expect_example(const struct example *example, size_t piece,
                           size_t send_max)
{
    struct talk *talk = begin();

    talk->send_max = send_max;
    for (size_t at = 0; at < example->n_in; at += piece) {
        size_t left = example->n_in - at;
        talk_feed(talk, example->in + at, left < piece ? left : piece);
    }
    assert_int_equal(talk_state(talk), TALK_OPEN);
    talk_eof(talk);
    assert_int_equal(talk_state(talk), TALK_CLOSES);
    assert_string_equal(talk->reply, example->replies);
    expect_file(example->file, example->n_file);
    end(talk);
}

static void lines_are_recorded_however_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++) {
        for (size_t piece = 1; piece <= 20; piece++) {
            expect_example(&examples[i], piece, 1);
            expect_example(&examples[i], piece, 1000);
        }
    }
}

/* The bytes come, and the peer's end, before anything goes out. */
static void what_comes_before_replies_went_out_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(examples); i++) {
        const struct example *example = &examples[i];
        for (size_t cut = 0; cut <= example->n_in; cut++) {
            struct talk *talk = begin();
            conn_feed(&talk->conn, &talk->worker, example->in, cut);
            conn_feed(&talk->conn, &talk->worker, example->in + cut,
                      example->n_in - cut);
            talk_eof(talk);
            assert_int_equal(talk_state(talk), TALK_CLOSES);
            assert_string_equal(talk->reply, example->replies);
            expect_file(example->file, example->n_file);
            end(talk);
        }
    }
}

static void replies_are_held_back_no_further_than_there_is_space(void **state)
{
    enum { N = 20000, SIZE = 2 * N };
    struct talk *talk = begin();
    char *bytes = malloc(SIZE);

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = i % 2 ? '\n' : 'x';
    talk->want = conn_feed(&talk->conn, &talk->worker, bytes, SIZE);
    while (talk->want == WANT_WRITE) {
        assert_in_range(buffer_waiting(&talk->conn.out), 1, BUFFER_SIZE);
        talk_flush(talk);
    }
    assert_int_equal(talk->n, N * strlen("recorded 1\n"));
    assert_int_equal(talk->worker.counts[COUNT_REQUESTS], N);
    expect_file(bytes, SIZE);
    free(bytes);
    end(talk);
}

/* `n` bytes, of which none is an end. */
static char *long_line(size_t n)
{
    char *bytes = malloc(n + 2);

    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 7 % 251 == '\n' ? 0 : i * 7 % 251);
    return bytes;
}

static void feed_in_pieces(struct talk *talk, const char *bytes, size_t n,
                           size_t piece)
{
    for (size_t at = 0; at < n; at += piece) {
        talk_feed(talk, bytes + at, n - at < piece ? n - at : piece);
        assert_true(talk->conn.in.size <= 2 * RECORD_IN_MEMORY);
    }
}

/* With the end `ending`, or the peer's; memory has only its beginning. */
static void expect_long(size_t n, size_t piece, const char *ending)
{
    struct talk *talk = begin();
    char *bytes = long_line(n);
    char reply[64];

    feed_in_pieces(talk, bytes, n, piece);
    for (const char *at = ending; *at; at++)
        talk_feed(talk, at, 1);
    if (!*ending)
        talk_eof(talk);
    snprintf(reply, sizeof(reply), "recorded %zu\n", n);
    assert_string_equal(talk->reply, reply);
    assert_false(record_begun(&talk->conn.record));
    bytes[n] = '\n';
    expect_file(bytes, n + 1);
    free(bytes);
    end(talk);
}

static void long_lines_are_whole(void **state)
{
    static const char *const endings[] = {"\n", "\r\n", ""};

    (void)state;
    for (size_t i = 0; i < LENGTH(endings); i++) {
        expect_long(RECORD_IN_MEMORY - 1, 1000, endings[i]);
        expect_long(RECORD_IN_MEMORY, 1000, endings[i]);
        expect_long(RECORD_IN_MEMORY + 1, RECEIVE_SIZE, endings[i]);
        expect_long(MIB, RECEIVE_SIZE, endings[i]);
        expect_long(MIB + 1, 777, endings[i]);
    }
    expect_long(MIB_100, RECEIVE_SIZE, "\r\n");
}

/* A long line amid short ones, in pieces that have parts of both. */
static void a_long_line_keeps_its_place(void **state)
{
    enum { N = 100000 };
    struct talk *talk = begin();
    char *bytes = long_line(N);

    (void)state;
    bytes[3] = bytes[N - 3] = bytes[N - 1] = '\n';
    feed_in_pieces(talk, bytes, N, RECEIVE_SIZE);
    assert_string_equal(talk->reply,
                        "recorded 3\nrecorded 99993\nrecorded 1\n");
    expect_file(bytes, N);
    free(bytes);
    end(talk);
}

static void a_line_beyond_the_limit_is_told_and_closes(void **state)
{
    struct talk *talk = begin();
    char *bytes = long_line(MIB);

    (void)state;
    talk_feed(talk, "one\n", 4);
    for (int i = 0; i < RECORD_LINE_MAX / MIB; i++)
        talk_feed(talk, bytes, MIB);
    assert_string_equal(talk->reply, "recorded 3\n");
    talk_feed(talk, bytes, 1);
    assert_string_equal(talk->reply,
                        "recorded 3\nerror: line longer than 256 MiB\n");
    assert_int_equal(talk_state(talk), TALK_LINGERS);
    assert_string_equal(talk->conn.why, "line longer than 256 MiB");
    talk_feed(talk, "\ntwo\n", 5);
    expect_file("one\n", 4);
    free(bytes);
    end(talk);
}

static void what_is_left_of_a_line_leaves_no_file(void **state)
{
    struct talk *talk = begin();
    char *bytes = long_line(MIB);
    int before = dup(recorder.fd);
    int after;

    (void)state;
    close(before);
    feed_in_pieces(talk, bytes, MIB, RECEIVE_SIZE);
    assert_non_null(talk->conn.record.spool);
    worker_forget(&talk->worker, &talk->conn);
    assert_null(talk->conn.record.spool);
    after = dup(recorder.fd);
    assert_int_equal(after, before);
    close(after);
    expect_file("", 0);
    free(bytes);
    worker_open(&talk->worker, &talk->conn, 0);
    end(talk);
}

static void a_full_disk_is_told_for_each_line(void **state)
{
    struct talk *talk = record_to("/dev/full");

    (void)state;
    talk_feed(talk, "one\n", 4);
    talk_feed(talk, "two\nthree\n", 10);
    assert_string_equal(talk->reply, "error: No space left on device\n"
                                     "error: No space left on device\n"
                                     "error: No space left on device\n");
    assert_int_equal(talk_state(talk), TALK_OPEN);
    end(talk);
}

/* The limit of a file's size is as good as a full disk. */
static void a_long_line_that_finds_no_room_is_skipped(void **state)
{
    struct talk *talk = begin();
    char *bytes = long_line(MIB);
    struct rlimit before;
    struct rlimit small;

    (void)state;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = MIB / 2;
    setrlimit(RLIMIT_FSIZE, &small);
    feed_in_pieces(talk, bytes, MIB, RECEIVE_SIZE);
    assert_string_equal(talk->reply, "error: File too large\n");
    assert_null(talk->conn.record.spool);
    assert_false(conn_rests(&talk->conn));
    talk_feed(talk, "its end\ntwo\n", 12);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_string_equal(talk->reply, "error: File too large\nrecorded 3\n");
    assert_true(conn_rests(&talk->conn));
    expect_file("two\n", 4);
    free(bytes);
    end(talk);
}

static void a_long_line_without_a_descriptor_is_told(void **state)
{
    struct talk *talk = begin();
    char *bytes = long_line(MIB);
    int next = dup(recorder.fd);
    struct rlimit before;
    struct rlimit few;

    (void)state;
    close(next);
    getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = (rlim_t)next;
    setrlimit(RLIMIT_NOFILE, &few);
    feed_in_pieces(talk, bytes, MIB, RECEIVE_SIZE);
    setrlimit(RLIMIT_NOFILE, &before);
    talk_feed(talk, "\ntwo\n", 5);
    assert_string_equal(talk->reply,
                        "error: Too many open files\nrecorded 3\n");
    free(bytes);
    expect_file("two\n", 4);
    end(talk);
}

static void a_lost_file_is_told(void **state)
{
    struct talk *talk = begin();

    (void)state;
    unlink(path);
    talk_feed(talk, "one\n", 4);
    assert_string_equal(talk->reply,
                        "error: the record file was removed or replaced\n");
    assert_int_equal(talk_state(talk), TALK_OPEN);
    end(talk);
}

static void a_line_that_takes_too_long_expires(void **state)
{
    struct talk *talk = begin();
    struct worker *worker = &talk->worker;

    (void)state;
    talk_feed(talk, "a", 1);
    worker_tick_at(worker, worker->now_ns + NS_PER_S);
    talk_feed(talk, "b\nc", 3);
    worker_tick_at(worker, worker->now_ns + NS_PER_S);
    assert_null(worker_expired(worker));
    worker_tick_at(worker, worker->now_ns + NS_PER_S);
    assert_ptr_equal(worker_expired(worker), &talk->conn);
    end(talk);
}

static void a_stop_lets_a_line_be_finished(void **state)
{
    struct talk *talk = begin();

    (void)state;
    talk_feed(talk, "half", 4);
    talk->worker.stopping = true;
    talk_feed(talk, " a line\nmore", 12);
    assert_string_equal(talk->reply, "recorded 11\n");
    assert_int_equal(talk_state(talk), TALK_OPEN);
    talk_feed(talk, "\n", 1);
    assert_string_equal(talk->reply, "recorded 11\nrecorded 4\n");
    assert_int_equal(talk_state(talk), TALK_LINGERS);
    expect_file("half a line\nmore\n", 17);
    end(talk);
}

/* A folder that takes no file without a name is not the end. */
static void a_spool_is_found_a_place(void **state)
{
    struct spool *spool = spool_new("/proc");
    const char *mem;

    (void)state;
    assert_non_null(spool);
    assert_int_equal(spool_add(spool, "abc", 3), 0);
    assert_int_equal(spool_add(spool, "", 0), 0);
    assert_int_equal(spool_add(spool, "de", 2), 0);
    assert_int_equal(spool->n, 5);
    assert_int_equal(spool->last, 'e');
    mem = spool_map(spool);
    assert_non_null(mem);
    assert_memory_equal(mem, "abcde", 5);
    assert_int_equal(fcntl(spool->fd, F_GETFD), FD_CLOEXEC);
    spool_free(spool);
}

#define ON_FILE(test)                                                          \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILE(lines_are_recorded_however_they_are_cut),
        ON_FILE(what_comes_before_replies_went_out_is_kept),
        ON_FILE(replies_are_held_back_no_further_than_there_is_space),
        ON_FILE(long_lines_are_whole),
        ON_FILE(a_long_line_keeps_its_place),
        ON_FILE(a_line_beyond_the_limit_is_told_and_closes),
        ON_FILE(what_is_left_of_a_line_leaves_no_file),
        ON_FILE(a_full_disk_is_told_for_each_line),
        ON_FILE(a_long_line_that_finds_no_room_is_skipped),
        ON_FILE(a_long_line_without_a_descriptor_is_told),
        ON_FILE(a_lost_file_is_told),
        ON_FILE(a_line_that_takes_too_long_expires),
        ON_FILE(a_stop_lets_a_line_be_finished),
        cmocka_unit_test(a_spool_is_found_a_place),
    };

    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A real folder, and each way of getting its files into a socket. */
#include "common/test/test.h"

#include "servers/files/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 300000 };

static char folder[] = "/tmp/test-files-XXXXXX";
static char content[SIZE];

static const char *name_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* Writes `file` anew, as it was, last modified in 2001. */
static void write_file(void)
{
    const struct timespec times[2] = {{1000000000, 0}, {1000000000, 123}};
    int fd =
        open(name_of("file"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, SIZE), SIZE);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < SIZE; i++)
        content[i] = (char)(i * i / 251);
    write_file();
    assert_int_equal(symlink("file", name_of("link")), 0);
    assert_int_equal(symlink("/etc/passwd", name_of("link-out")), 0);
    assert_int_equal(symlink("..", name_of("link-up")), 0);
    assert_int_equal(mkfifo(name_of("fifo"), 0600), 0);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"file", "link", "link-out", "link-up",
                                        "fifo"};

    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++)
        unlink(name_of(names[i]));
    rmdir(folder);
    return 0;
}

static unsigned open_descriptors(void)
{
    DIR *list = opendir("/proc/self/fd");
    unsigned n = 0;

    assert_non_null(list);
    while (readdir(list))
        n++;
    closedir(list);
    return n;
}

/* A root, a file of it, and a socket pair that takes little at a time. */
struct line {
    struct root root;
    struct spares spares;
    struct transfer file;
    int socket;
    int peer;
};

static struct line *start(const struct file_way *way, uint64_t at, uint64_t end)
{
    struct line *line = calloc(1, sizeof(*line));
    const int small = 4096;
    int fds[2];

    assert_non_null(line);
    assert_int_equal(root_open(&line->root, folder, way), 0);
    assert_int_equal(line->root.open(&line->root, "file", &line->file), 0);
    assert_int_equal(line->file.end, SIZE);
    line->file.at = at;
    line->file.end = end;
    line->file.seen = false;
    assert_int_equal(line->root.begin(&line->file, &line->spares), 0);
    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
        0);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    line->socket = fds[0];
    line->peer = fds[1];
    return line;
}

static void end(struct line *line)
{
    line->root.close(&line->file, &line->spares);
    spares_free(&line->spares);
    root_close(&line->root);
    close(line->socket);
    close(line->peer);
    free(line);
}

/* Sends until the socket is full or all is out; returns the last result. */
static ssize_t send_some(struct line *line)
{
    ssize_t n = 0;

    while (line->file.at < line->file.end) {
        n = transfer_send(&line->file, line->socket);
        if (n < 0)
            break;
        assert_in_range(n, 1, FILE_CHUNK);
        line->file.at += (uint64_t)n;
    }
    return n;
}

static size_t receive_some(const struct line *line, char *bytes)
{
    size_t n = 0;
    ssize_t got;

    while ((got = recv(line->peer, bytes + n, SIZE - n, 0)) > 0)
        n += (size_t)got;
    return n;
}

static void expect_all(const struct file_way *way, uint64_t at, uint64_t end_at)
{
    static char received[SIZE];
    struct line *line = start(way, at, end_at);
    size_t n = 0;

    while (line->file.at < end_at) {
        ssize_t result = send_some(line);
        if (result < 0 && errno != EAGAIN)
            fail_msg("%s: %s", way->name, strerror(errno));
        assert_int_equal(line->file.error, 0);
        n += receive_some(line, received + n);
    }
    n += receive_some(line, received + n);
    assert_int_equal(n, end_at - at);
    if (memcmp(received, content + at, n) != 0)
        fail_msg("%s sends other bytes", way->name);
    end(line);
}

static void every_way_sends_every_part(void **state)
{
    static const uint64_t parts[][2] = {
        {0, SIZE},           {0, 1},         {SIZE - 1, SIZE}, {4095, 4097},
        {1, FILE_CHUNK + 1}, {65535, 65537}, {100001, 299999}, {4096, 8192},
        {FILE_CHUNK, SIZE},
    };
    unsigned before = open_descriptors();

    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        for (size_t j = 0; j < LENGTH(parts); j++)
            expect_all(ways[i], parts[j][0], parts[j][1]);
    }
    assert_int_equal(open_descriptors(), before);
}

static void expect_change(struct line *line)
{
    static char received[SIZE];

    while (send_some(line) < 0 && errno == EAGAIN)
        receive_some(line, received);
    assert_true(line->file.at < line->file.end);
    assert_int_equal(errno, ESTALE);
    assert_int_equal(line->file.error, ESTALE);
}

static void a_change_of_size_or_time_is_noticed(void **state)
{
    const struct timespec times[2] = {{1000000000, 0}, {1000000000, 124}};

    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        struct line *line = start(ways[i], 0, SIZE);
        assert_int_equal(truncate(name_of("file"), SIZE - 1), 0);
        expect_change(line);
        end(line);
        write_file();
        line = start(ways[i], 0, SIZE);
        assert_int_equal(utimensat(AT_FDCWD, name_of("file"), times, 0), 0);
        expect_change(line);
        end(line);
        write_file();
    }
}

/* Even when the size was right the moment before: with mmap, pages are gone
 * that were mapped. */
static void an_end_that_comes_early_is_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        struct line *line = start(ways[i], 100000, SIZE);
        assert_int_equal(truncate(name_of("file"), 50000), 0);
        line->file.seen = true;
        assert_int_equal(transfer_send(&line->file, line->socket), -1);
        assert_int_equal(line->file.error, ESTALE);
        end(line);
        write_file();
    }
}

/* Pages that were sent from, so that they are surely mapped. */
static void a_mapping_that_loses_its_pages_is_no_disaster(void **state)
{
    struct line *line = start(&way_mmap, 0, SIZE);
    static char received[SIZE];

    (void)state;
    assert_int_equal(send_some(line), -1);
    receive_some(line, received);
    assert_int_equal(truncate(name_of("file"), 0), 0);
    line->file.seen = true;
    assert_int_equal(transfer_send(&line->file, line->socket), -1);
    assert_int_equal(line->file.error, ESTALE);
    end(line);
    write_file();
}

static void what_a_transfer_used_is_kept_for_the_next(void **state)
{
    struct spares spares = {0};
    struct root root;
    struct transfer file;

    (void)state;
    assert_int_equal(root_open(&root, folder, &way_read), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(root.open(&root, "file", &file), 0);
        assert_int_equal(root.begin(&file, &spares), 0);
        assert_int_equal(spares.chunks.n_free, 0);
        root.close(&file, &spares);
        assert_int_equal(spares.chunks.n_free, 1);
    }
    root.way = &way_splice;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(root.open(&root, "file", &file), 0);
        assert_int_equal(root.begin(&file, &spares), 0);
        assert_int_equal(spares.n_pipes, 0);
        root.close(&file, &spares);
        assert_int_equal(spares.n_pipes, 1);
    }
    /* One that is not empty would be somebody else's bytes. */
    assert_int_equal(root.open(&root, "file", &file), 0);
    assert_int_equal(root.begin(&file, &spares), 0);
    file.held = 1;
    root.close(&file, &spares);
    assert_int_equal(spares.n_pipes, 0);
    spares_free(&spares);
    root_close(&root);
}

static void only_files_beneath_are_opened(void **state)
{
    static const struct {
        const char *path;
        int error;
    } cases[] = {
        {"file", 0},
        {"./file", 0},
        {"link", 0},
        {"link/", -ENOTDIR},
        {"file/", -ENOTDIR},
        {"file/x", -ENOTDIR},
        {"", -ENOENT},
        {".", -EISDIR},
        {"no", -ENOENT},
        {"..", -EXDEV},
        {"../x", -EXDEV},
        {"./../x", -EXDEV},
        {"/etc/passwd", -EXDEV},
        {"link-out", -EXDEV},
        {"link-up", -EXDEV},
        {"link-up/x", -EXDEV},
        {"fifo", -ENXIO},
    };
    unsigned before = open_descriptors();
    struct spares spares = {0};
    struct root root;

    (void)state;
    assert_int_equal(root_open(&root, folder, &way_sendfile), 0);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct transfer file;
        int error = root.open(&root, cases[i].path, &file);
        if (error != cases[i].error)
            fail_msg("%s: %s", cases[i].path, strerror(-error));
        if (error)
            continue;
        assert_int_equal(file.facts.modified_s, 1000000000);
        assert_int_equal(file.facts.modified_ns, 123);
        assert_int_equal(file.facts.size, SIZE);
        root.close(&file, &spares);
    }
    root_close(&root);
    assert_int_equal(open_descriptors(), before);
}

static void a_root_must_be_a_folder(void **state)
{
    struct root root;

    (void)state;
    assert_int_equal(root_open(&root, name_of("no"), &way_read), -ENOENT);
    assert_int_equal(root_open(&root, name_of("file"), &way_read), -ENOTDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_sends_every_part),
        cmocka_unit_test(a_change_of_size_or_time_is_noticed),
        cmocka_unit_test(an_end_that_comes_early_is_noticed),
        cmocka_unit_test(a_mapping_that_loses_its_pages_is_no_disaster),
        cmocka_unit_test(what_a_transfer_used_is_kept_for_the_next),
        cmocka_unit_test(only_files_beneath_are_opened),
        cmocka_unit_test(a_root_must_be_a_folder),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* recorder.c on files of the tests' own, with writes that are cut short or
 * fail as told. */
#include "common/test/scratch.h"
#include "common/test/test.h"

#include "servers/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the next calls do instead of what they would; 0: nothing else. */
static struct {
    size_t most;     /* bytes of one write */
    int writes_left; /* with write_error: so many more go well */
    int write_error;
    int sync_error;
    int n_syncs;
} fake;

static const char path[] = "file";
static struct recorder recorder;

ssize_t __real_writev(int fd, const struct iovec *parts, int n);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int n);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int n)
{
    struct iovec first = parts[0];

    if (fake.write_error && fake.writes_left-- == 0) {
        errno = fake.write_error;
        return -1;
    }
    if (!fake.most)
        return __real_writev(fd, parts, n);
    if (first.iov_len > fake.most)
        first.iov_len = fake.most;
    sched_yield(); /* whoever may write, now is the time */
    return __real_writev(fd, &first, 1);
}

int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    (void)fd;
    fake.n_syncs++;
    errno = fake.sync_error;
    return fake.sync_error ? -1 : 0;
}

static int set_up(void **state)
{
    memset(&fake, 0, sizeof(fake));
    return scratch_setup(state);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect_file(const char *text)
{
    char got[256] = "";
    FILE *file = fopen(path, "r");
    size_t n;

    assert_non_null(file);
    n = fread(got, 1, sizeof(got) - 1, file);
    fclose(file);
    assert_int_equal(n, strlen(text));
    assert_string_equal(got, text);
}

static int append(const char *line)
{
    const struct text text = {line, strlen(line)};

    return recorder_append(&recorder, &text, 1);
}

static void a_new_file_is_made(void **state)
{
    struct stat file;
    mode_t mask = umask(022);

    (void)state;
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    umask(mask);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode, S_IFREG | 0644);
    assert_int_equal(append("abc"), 0);
    recorder_close(&recorder);
    expect_file("abc\n");
}

static void lines_are_whole_however_little_a_write_takes(void **state)
{
    static const struct text lines[] = {
        {"first", 5}, {NULL, 0}, {"third one", 9}, {"", 0}};

    (void)state;
    for (fake.most = 0; fake.most < 12; fake.most++) {
        write_file("before\n");
        assert_int_equal(recorder_open(&recorder, path, false), 0);
        assert_int_equal(recorder_append(&recorder, lines, LENGTH(lines)), 0);
        assert_int_equal(append("x"), 0);
        recorder_close(&recorder);
        expect_file("before\nfirst\n\nthird one\n\nx\n");
    }
}

static void a_line_without_an_end_gets_one(void **state)
{
    (void)state;
    write_file("stub");
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    assert_int_equal(append("abc"), 0);
    recorder_close(&recorder);
    expect_file("stub\nabc\n");
}

static void what_a_full_disk_took_of_a_line_goes(void **state)
{
    (void)state;
    write_file("before\n");
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    fake.write_error = ENOSPC;
    fake.most = 2;
    for (int writes = 0; writes < 3; writes++) {
        fake.writes_left = writes;
        assert_int_equal(append("abcdef"), -ENOSPC);
        expect_file("before\n");
    }
    fake.write_error = 0;
    assert_int_equal(append("abcdef"), 0);
    recorder_close(&recorder);
    expect_file("before\nabcdef\n");
}

static void a_device_that_is_full_says_so(void **state)
{
    (void)state;
    assert_int_equal(recorder_open(&recorder, "/dev/full", false), 0);
    assert_int_equal(append("abc"), -ENOSPC);
    recorder_close(&recorder);
}

static void lines_are_synced_when_they_are_to_be(void **state)
{
    (void)state;
    assert_int_equal(recorder_open(&recorder, path, true), 0);
    fake.n_syncs = 0;
    assert_int_equal(append("abc"), 0);
    assert_int_equal(fake.n_syncs, 1);
    fake.sync_error = EIO;
    assert_int_equal(append("def"), -EIO);
    recorder_close(&recorder);
    expect_file("abc\n");
    fake.sync_error = 0;
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    fake.n_syncs = 0;
    assert_int_equal(append("ghi"), 0);
    assert_int_equal(fake.n_syncs, 0);
    recorder_close(&recorder);
}

static void a_file_that_is_lost_is_noticed(void **state)
{
    static const char moved[] = "file.moved";

    (void)state;
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(append("lost"), -ESTALE);
    write_file("another\n");
    assert_int_equal(append("lost"), -ESTALE);
    expect_file("another\n");
    assert_int_equal(rename(moved, path), 0);
    assert_int_equal(append("found"), 0);
    expect_file("found\n");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(append("lost"), -ESTALE);
    recorder_close(&recorder);
}

static void what_can_take_no_lines_is_refused(void **state)
{

    (void)state;
    assert_int_equal(recorder_open(&recorder, ".", false), -EISDIR);
    assert_int_equal(recorder_open(&recorder, "no/file", false), -ENOENT);
    assert_int_equal(recorder_open(&recorder, "", false), -ENOENT);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(recorder_open(&recorder, path, false), -ESPIPE);
    unlink(path);
    fake.sync_error = EINVAL;
    assert_int_equal(recorder_open(&recorder, "/dev/null", true), -EINVAL);
}

enum { WRITERS = 4, LINES_EACH = 200, LINE_BYTES = 20 };

/* Lines of one letter each. */
static void *write_some(void *letter)
{
    char line[LINE_BYTES + 1] = "";

    memset(line, *(const char *)letter, LINE_BYTES);
    for (int i = 0; i < LINES_EACH; i++) {
        if (append(line) != 0)
            return letter;
    }
    return NULL;
}

/* In a child: with the parent's descriptor, or as another server. */
static pid_t write_in_child(char letter, bool other)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    alarm(60);
    if (other && recorder_open(&recorder, path, false) != 0)
        _exit(1);
    _exit(write_some(&letter) ? 1 : 0);
}

static void expect_unmixed(unsigned writers)
{
    char line[LINE_BYTES + 3];
    FILE *file = fopen(path, "r");
    unsigned n = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        assert_int_equal(strspn(line, (char[]){line[0], '\0'}), LINE_BYTES);
        assert_string_equal(line + LINE_BYTES, "\n");
        n++;
    }
    fclose(file);
    assert_int_equal(n, writers * LINES_EACH);
}

/* A byte at a time: without locks they could not but mix. */
static void threads_do_not_mix(void **state)
{
    static char letters[WRITERS] = "abcd";
    pthread_t threads[WRITERS];

    (void)state;
    fake.most = 1;
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, write_some, &letters[i]), 0);
    for (int i = 0; i < WRITERS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    recorder_close(&recorder);
    expect_unmixed(WRITERS);
}

static void processes_do_not_mix(void **state)
{
    pid_t pids[WRITERS];

    (void)state;
    fake.most = 1;
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    for (int i = 0; i < WRITERS; i++)
        pids[i] = write_in_child((char)('a' + i), i % 2);
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    recorder_close(&recorder);
    expect_unmixed(WRITERS);
}

/* Goes to a file system of 64 KiB, seen by this process alone. */
static bool mount_small(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mkdir("small", 0700) == 0 &&
           mount("none", "small", "tmpfs", 0, "size=64k") == 0 &&
           chdir("small") == 0;
}

static void a_full_file_system_keeps_whole_lines(void **state)
{
    static char line[5001];
    unsigned n = 0;
    struct stat file;

    (void)state;
    if (!mount_small())
        skip();
    memset(line, 'x', sizeof(line) - 1);
    assert_int_equal(recorder_open(&recorder, path, false), 0);
    while (append(line) == 0)
        n++;
    assert_int_equal(append(line), -ENOSPC);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(n, 65536 / sizeof(line));
    assert_int_equal(file.st_size, n * sizeof(line));
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(append("again"), 0);
    expect_file("again\n");
    recorder_close(&recorder);
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(umount2("small", MNT_DETACH), 0);
}

#define ON_FILE(test)                                                          \
    cmocka_unit_test_setup_teardown(test, set_up, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILE(a_new_file_is_made),
        ON_FILE(lines_are_whole_however_little_a_write_takes),
        ON_FILE(a_line_without_an_end_gets_one),
        ON_FILE(what_a_full_disk_took_of_a_line_goes),
        ON_FILE(a_device_that_is_full_says_so),
        ON_FILE(lines_are_synced_when_they_are_to_be),
        ON_FILE(a_file_that_is_lost_is_noticed),
        ON_FILE(what_can_take_no_lines_is_refused),
        ON_FILE(threads_do_not_mix),
        ON_FILE(processes_do_not_mix),
        ON_FILE(a_full_file_system_keeps_whole_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

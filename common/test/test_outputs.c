#include "common/test/test.h"

#include "common/outputs.h"
#include "common/test/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH = 256 };

struct fixture {
    char folder[64];
    char a[PATH];
    char b[PATH];
};

static void set_up(struct fixture *f)
{
    *f = (struct fixture){.folder = "/tmp/muxbench-outputs-XXXXXX"};
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->a, PATH, "%s/a", f->folder);
    snprintf(f->b, PATH, "%s/b", f->folder);
}

/* Nothing but `a` and `b` may be left. */
static void tear_down(const struct fixture *f)
{
    unlink(f->a);
    unlink(f->b);
    assert_int_equal(rmdir(f->folder), 0);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
    char found[64] = "";
    FILE *file = fopen(path, "re");

    assert_non_null(file);
    found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

static void it_appears_when_it_is_whole(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    struct output output = {.option = "--json", .path = f.a};
    assert_int_equal(outputs_open(&output, 1), 0);
    fputs("new", output.file);
    fflush(output.file);
    assert_int_equal(access(f.a, F_OK), -1);
    assert_int_equal(output_close(&output, 0), 0);
    assert_holds(f.a, "new");
    tear_down(&f);
}

static void a_former_file_stays_until_then(void **state)
{
    struct fixture f;
    struct stat about;

    (void)state;
    set_up(&f);
    put(f.a, "old");
    assert_int_equal(chmod(f.a, 0640), 0);
    struct output output = {.option = "--json", .path = f.a};
    assert_int_equal(outputs_open(&output, 1), 0);
    fputs("new", output.file);
    fflush(output.file);
    assert_holds(f.a, "old");
    assert_int_equal(output_close(&output, 0), 0);
    assert_holds(f.a, "new");
    assert_int_equal(stat(f.a, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    tear_down(&f);
}

static void what_failed_leaves_the_former_file(void **state)
{
    struct fixture f;
    char message[200];

    (void)state;
    set_up(&f);
    put(f.a, "old");
    struct output output = {.option = "--json", .path = f.a};
    assert_int_equal(outputs_open(&output, 1), 0);
    fputs("half", output.file);
    capture_begin();
    int error = output_close(&output, -EIO);
    capture_end(message, sizeof(message));
    assert_int_equal(error, -1);
    assert_non_null(strstr(message, "--json: cannot write '"));
    assert_non_null(strstr(message, strerror(EIO)));
    assert_holds(f.a, "old");
    tear_down(&f);
}

static void what_is_discarded_leaves_nothing(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    put(f.a, "old");
    struct output outputs[] = {{.option = "--json", .path = f.a},
                               {.option = "--hgrm", .path = f.b},
                               {.option = "--hlog", .path = NULL}};
    assert_int_equal(outputs_open(outputs, LENGTH(outputs)), 0);
    assert_null(outputs[2].file);
    fputs("half", outputs[0].file);
    outputs_discard(outputs, LENGTH(outputs));
    assert_null(outputs[0].file);
    assert_holds(f.a, "old");
    assert_int_equal(access(f.b, F_OK), -1);
    tear_down(&f);
}

/* The link stays a link. */
static void through_a_link_it_is_written_in_place(void **state)
{
    struct fixture f;
    struct stat about;

    (void)state;
    set_up(&f);
    put(f.a, "old");
    assert_int_equal(symlink(f.a, f.b), 0);
    struct output output = {.option = "--json", .path = f.b};
    assert_int_equal(outputs_open(&output, 1), 0);
    fputs("new", output.file);
    assert_int_equal(output_close(&output, 0), 0);
    assert_holds(f.a, "new");
    assert_int_equal(lstat(f.b, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    tear_down(&f);
}

static void a_fifo_is_written_in_place(void **state)
{
    struct fixture f;
    char got[8] = "";

    (void)state;
    set_up(&f);
    assert_int_equal(mkfifo(f.a, 0600), 0);
    int fd = open(f.a, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    struct output output = {.option = "--json", .path = f.a};
    assert_int_equal(outputs_open(&output, 1), 0);
    fputs("new", output.file);
    assert_int_equal(output_close(&output, 0), 0);
    assert_int_equal(read(fd, got, sizeof(got)), 3);
    assert_string_equal(got, "new");
    close(fd);
    tear_down(&f);
}

/* Opens two outputs, which must be refused with `part` in the message. */
static void assert_refused(const char *first, const char *second,
                           const char *part)
{
    struct output outputs[] = {{.option = "--json", .path = first},
                               {.option = "--hgrm", .path = second}};
    char message[400];

    capture_begin();
    int error = outputs_open(outputs, LENGTH(outputs));
    capture_end(message, sizeof(message));
    assert_int_equal(error, -1);
    assert_null(outputs[0].file);
    assert_null(outputs[1].file);
    if (!strstr(message, part))
        fail_msg("'%s' is not in: %s", part, message);
}

static void two_in_one_place_are_refused(void **state)
{
    struct fixture f;
    char around[PATH];

    (void)state;
    set_up(&f);
    snprintf(around, sizeof(around), "%s/./a", f.folder);
    assert_refused(f.a, f.a, "is the file of --json");
    assert_refused(f.a, around, "is the file of --json");
    assert_int_equal(access(f.a, F_OK), -1);
    put(f.a, "old");
    assert_refused(f.a, around, "is the file of --json");
    assert_int_equal(symlink(f.a, f.b), 0);
    assert_refused(f.b, f.a, "is the file of --json");
    unlink(f.b);
    assert_int_equal(link(f.a, f.b), 0);
    assert_refused(f.b, f.a, "is the file of --json");
    assert_refused("-", "-", "stdout is already taken by --json");
    tear_down(&f);
}

static void what_cannot_be_written_is_told(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    assert_refused(f.folder, NULL, "Is a directory");
    assert_refused("", NULL, "No such file");
    assert_refused("/nowhere/x", NULL, "No such file");
    assert_refused(f.a, "/nowhere/x", "No such file");
    assert_int_equal(access(f.a, F_OK), -1);
    tear_down(&f);
}

/* Opens `path` as somebody who is not root, for root may write everywhere. 0, 1
 * if that was refused, or 2 if nobody can be that. */
static int open_as_nobody(const char *path)
{
    struct output output = {.option = "--json", .path = path};
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        close(STDERR_FILENO);
        _exit(outputs_open(&output, 1) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static void a_file_that_is_read_only_is_not_replaced(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    put(f.a, "old");
    assert_int_equal(chmod(f.folder, 0777), 0);
    assert_int_equal(chmod(f.a, 0444), 0);
    assert_int_equal(open_as_nobody(f.a), 1);
    assert_int_equal(open_as_nobody(f.b), 0);
    assert_holds(f.a, "old");
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_appears_when_it_is_whole),
        cmocka_unit_test(a_former_file_stays_until_then),
        cmocka_unit_test(what_failed_leaves_the_former_file),
        cmocka_unit_test(what_is_discarded_leaves_nothing),
        cmocka_unit_test(through_a_link_it_is_written_in_place),
        cmocka_unit_test(a_fifo_is_written_in_place),
        cmocka_unit_test(two_in_one_place_are_refused),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(a_file_that_is_read_only_is_not_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/test/test.h"

#include "common/test/capture.h"
#include "servers/children.h"
#include "servers/test/talk.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 3 };

static int told[2]; /* a pipe: what a child has to say */

static void do_nothing(void *argument, unsigned place)
{
    (void)argument;
    (void)place;
}

static void exit_early(void *argument, unsigned place)
{
    (void)argument;
    _exit(3 + (int)place);
}

static void be_killed(void *argument, unsigned place)
{
    (void)argument;
    (void)place;
    raise(SIGKILL);
}

static void on_alarm(int number)
{
    (void)number;
}

/* Tells its place and stays until the stop. */
static void stay(void *argument, unsigned place)
{
    const char name = (char)('0' + place);

    (void)argument;
    (void)!write(told[1], &name, 1);
    pause();
}

static char hear(void)
{
    char byte = 0;

    assert_int_equal(read(told[0], &byte, 1), 1);
    return byte;
}

/* Waits until there are `n` children. */
static void await(struct children *children, struct worker *worker, unsigned n)
{
    while (children->n > n) {
        children_wait(children, -1, -1);
        children_reap(children, worker);
    }
    assert_int_equal(children->n, n);
}

static void no_end_is_overlooked(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    struct children children;

    (void)state;
    assert_int_equal(children_init(&children, MOST), 0);
    for (int i = 0; i < 300; i++) {
        assert_true(children_room(&children));
        assert_int_equal(children_start(&children, do_nothing, NULL), 0);
        await(&children, &talk->worker, 0);
    }
    children_end(&children, &talk->worker);
    talk_end(talk);
}

static void a_place_that_is_free_is_taken_again(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    struct children children;

    (void)state;
    talk->tally.told_ns[COMPLAINT_TROUBLE] = talk->worker.now_ns;
    assert_int_equal(children_init(&children, MOST), 0);
    for (int place = '0'; place < '0' + MOST; place++) {
        assert_int_equal(children_start(&children, stay, NULL), 0);
        assert_int_equal(hear(), place);
    }
    assert_false(children_room(&children));
    kill(children.pids[1], SIGKILL);
    await(&children, &talk->worker, MOST - 1);
    assert_int_equal(children_start(&children, stay, NULL), 0);
    assert_int_equal(hear(), '1');
    children_end(&children, &talk->worker);
    talk_end(talk);
}

static void the_end_leaves_none(void **state)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    struct children children;

    (void)state;
    assert_int_equal(children_init(&children, MOST), 0);
    for (int i = 0; i < MOST; i++)
        assert_int_equal(children_start(&children, stay, NULL), 0);
    children_end(&children, &talk->worker);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    for (int i = 0; i < MOST; i++)
        hear();
    talk_end(talk);
}

/* That of a child which ends by `serve` this is said, or "" nothing. */
static void expect_said(void (*serve)(void *, unsigned), const char *says)
{
    struct talk *talk = talk_start(PROTO_ECHO);
    struct children children;
    char text[256];

    assert_int_equal(children_init(&children, MOST), 0);
    assert_int_equal(children_start(&children, serve, NULL), 0);
    capture_begin();
    await(&children, &talk->worker, 0);
    capture_end(text, sizeof(text));
    if (!*says)
        assert_string_equal(text, "");
    else if (!strstr(text, says))
        fail_msg("'%s' is not in: %s", says, text);
    children_end(&children, &talk->worker);
    talk_end(talk);
}

static void ends_that_should_not_be_are_told(void **state)
{
    (void)state;
    expect_said(do_nothing, "");
    expect_said(exit_early, ": it exited 3\n");
    expect_said(be_killed, ": Killed\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_end_is_overlooked),
        cmocka_unit_test(a_place_that_is_free_is_taken_again),
        cmocka_unit_test(the_end_leaves_none),
        cmocka_unit_test(ends_that_should_not_be_are_told),
    };

    if (pipe(told) != 0)
        return 1;
    signal(SIGALRM, on_alarm); /* interrupts pause() in a child */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

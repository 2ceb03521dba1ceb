#include "common/test/test.h"

#include "common/cost.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t own_cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void burn(uint64_t ns)
{
    while (own_cpu_ns() < ns)
        ;
}

/* A child that has burnt 50 ms, with a child of its own that has burnt 30 ms,
 * and both wait to be killed. Returns its pid once that is so. */
static pid_t start_tree(void)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pid_t grandchild = fork();
        if (grandchild == 0)
            prctl(PR_SET_PDEATHSIG, SIGKILL);
        burn(grandchild == 0 ? 30000000 : 50000000);
        (void)!write(ready[1], "x", 1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void a_tree_is_summed(void **state)
{
    struct cost cost;
    pid_t child = start_tree();
    int error = cost_of_tree(child, &cost);

    (void)state;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(error, 0);
    assert_int_equal(cost.processes, 2);
    assert_int_equal(cost.threads, 2);
    /* 80 ms were burnt; what was not yet accounted is at most a tick each */
    assert_true(cost.cpu_ns > 60000000);
    assert_int_equal(cost.reaped_ns, 0);
    assert_true(cost.rss_peak_bytes > UINT64_C(8192));
    assert_true(cost.switches_voluntary >= 1);
}

static void the_dead_are_told(void **state)
{
    struct cost cost;
    uint64_t ns;
    pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    assert_int_equal(cost_of_tree(child, &cost), -ESRCH);
    assert_int_equal(cost_of_tree_cpu(child, &cost), -ESRCH);
    assert_int_equal(cost_cpu_clock(child, &ns), -ESRCH);
}

static void reaped_children_count(void **state)
{
    struct cost before;
    struct cost after;

    (void)state;
    assert_int_equal(cost_of_tree_cpu(getpid(), &before), 0);
    pid_t child = fork();
    if (child == 0) {
        burn(100000000);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(cost_of_tree_cpu(getpid(), &after), 0);
    struct cost between = cost_between(&before, &after);
    assert_true(between.reaped_ns >= 50000000);
    assert_true(between.cpu_ns >= between.reaped_ns);
}

static void nothing_shrinks_below_zero(void **state)
{
    const struct cost earlier = {.cpu_ns = 10, .user_ns = 5, .pss_bytes = 7};
    const struct cost later = {.cpu_ns = 4, .user_ns = 9, .pss_bytes = 3};
    struct cost between = cost_between(&earlier, &later);

    (void)state;
    assert_int_equal(between.cpu_ns, 0);
    assert_int_equal(between.user_ns, 4);
    assert_int_equal(between.pss_bytes, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_summed),
        cmocka_unit_test(the_dead_are_told),
        cmocka_unit_test(reaped_children_count),
        cmocka_unit_test(nothing_shrinks_below_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

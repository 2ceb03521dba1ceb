/* The conformance tests of one model, which is named by the program's own
 * name: conform-MODEL. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/service.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { MOST_TESTS = 128, NAME_SIZE = 96 };

struct test {
    const struct behaviour *behaviour;
    const char *proto;
    char name[NAME_SIZE];
};

static struct test tests[MOST_TESTS];
static struct CMUnitTest units[MOST_TESTS];
static size_t n_tests;

static void run(void **state)
{
    const struct test *test = *state;

    test->behaviour->run(test->proto);
}

static int clean_up(void **state)
{
    (void)state;
    service_clean_up();
    return 0;
}

static void add(const struct behaviour *behaviour, const char *proto)
{
    struct test *test = &tests[n_tests];

    assert_true(n_tests < MOST_TESTS);
    test->behaviour = behaviour;
    test->proto = proto;
    snprintf(test->name, sizeof(test->name), "%s: %s", proto, behaviour->name);
    units[n_tests++] = (struct CMUnitTest){.name = test->name,
                                           .test_func = run,
                                           .teardown_func = clean_up,
                                           .initial_state = test};
}

static void add_all(const struct behaviour *list, const char *only)
{
    for (; list->name; list++) {
        if (only && !strstr(list->name, only))
            continue;
        if (list->protocols & FOR_ECHO)
            add(list, "echo");
        if (list->protocols & FOR_HTTP)
            add(list, "http");
    }
}

/* Usage: conform-MODEL [PART-OF-A-NAME] */
int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    signal(SIGPIPE, SIG_IGN);
    service_choose(argv[0]);
    add_all(stream_behaviours, only);
    add_all(crowd_behaviours, only);
    add_all(limit_behaviours, only);
    add_all(stop_behaviours, only);
    return _cmocka_run_group_tests(strrchr(argv[0], '/') + 1, units, n_tests,
                                   NULL, NULL);
}

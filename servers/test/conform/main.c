/* The conformance tests of one model, which is named by the program's own
 * name: conform-MODEL. */
#include "common/test/test.h"

#include "servers/test/conform/behaviours.h"
#include "servers/test/conform/service.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { MOST_TESTS = 512, NAME_SIZE = 96 };

struct test {
    const struct behaviour *behaviour;
    const char *proto;
    enum network network;
    char name[NAME_SIZE];
};

static struct test tests[MOST_TESTS];
static struct CMUnitTest units[MOST_TESTS];
static size_t n_tests;

static void run(void **state)
{
    const struct test *test = *state;

    service_over(test->network);
    test->behaviour->run(test->proto);
}

static int clean_up(void **state)
{
    (void)state;
    service_clean_up();
    return 0;
}

static void add(const struct behaviour *behaviour, const char *proto,
                enum network network)
{
    static const char *const names[] = {[OVER_IPV4] = "",
                                        [OVER_IPV6] = " over IPv6",
                                        [OVER_UNIX] = " over unix"};
    struct test *test = &tests[n_tests];

    assert_true(n_tests < MOST_TESTS);
    test->behaviour = behaviour;
    test->proto = proto;
    test->network = network;
    snprintf(test->name, sizeof(test->name), "%s%s: %s", proto, names[network],
             behaviour->name);
    units[n_tests++] = (struct CMUnitTest){.name = test->name,
                                           .test_func = run,
                                           .teardown_func = clean_up,
                                           .initial_state = test};
}

static void add_protocols(const struct behaviour *behaviour,
                          enum network network)
{
    if (behaviour->concerns & FOR_ECHO)
        add(behaviour, "echo", network);
    if (behaviour->concerns & FOR_HTTP)
        add(behaviour, "http", network);
    if (behaviour->concerns & FOR_RECORD)
        add(behaviour, "record", network);
}

static void add_all(const struct behaviour *list, const char *only)
{
    for (; list->name; list++) {
        if (only && !strstr(list->name, only))
            continue;
        add_protocols(list, OVER_IPV4);
        if (list->concerns & FOR_IPV6 && service_has_ipv6())
            add_protocols(list, OVER_IPV6);
        if (list->concerns & FOR_UNIX)
            add_protocols(list, OVER_UNIX);
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
    add_all(hostile_behaviours, only);
    add_all(stop_behaviours, only);
    add_all(process_behaviours, only);
    add_all(record_behaviours, only);
    add_all(typed_behaviours, only);
    add_all(file_behaviours, only);
    return _cmocka_run_group_tests(strrchr(argv[0], '/') + 1, units, n_tests,
                                   NULL, NULL);
}

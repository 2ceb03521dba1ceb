#include "common/test/test.h"

#include "bench/test/compared.h"
#include "bench/test/made_files.h"
#include "bench/test/made_run.h"
#include "common/test/scratch.h"

#include <string.h>

/* Makes a run of each load, and one whose requests cost so much; compares them. */
static void compare(struct compared *compared, double cost)
{
    struct made_run run = {"6.1",  NULL, NULL, "select epoll", "64",
                           "http", 8,    1,    "50% 700",      "1"};

    made_run_write("a", &run);
    run.cost = cost;
    made_run_write("b", &run);
    compared_runs(compared, "a b");
}

static void assert_change(const struct compared *compared, const char *cell,
                          enum metric metric, enum change change)
{
    const struct finding *finding = compared_find(compared, cell, metric);

    if (!finding || finding->change != change)
        fail_msg("%s, %s: %s instead of %s", cell, metric_path(metric),
                 finding ? change_word(finding->change) : "nothing",
                 change_word(change));
}

static const char open[] = "epoll http c=64 rate=50%";

static void each_load_is_compared_by_what_it_tells(void **state)
{
    static const char churn[] = "epoll http c=64 requests_per_connection=1";
    static const char closed[] = "epoll http c=64";
    struct compared compared;

    (void)state;
    compare(&compared, 1.2);
    assert_change(&compared, churn, METRIC_REQUESTS_PER_S, CHANGE_SLOWER);
    assert_change(&compared, churn, METRIC_CONNECT_P99_NS, CHANGE_SLOWER);
    assert_null(compared_find(&compared, churn, METRIC_RESPONSE_P99_NS));
    assert_change(&compared, closed, METRIC_REQUESTS_PER_S, CHANGE_SLOWER);
    assert_null(compared_find(&compared, closed, METRIC_CONNECT_P99_NS));
    assert_null(compared_find(&compared, closed, METRIC_RESPONSE_P99_NS));
    assert_false(finding_gates(METRIC_RESPONSE_P99_NS));
    assert_false(finding_gates(METRIC_CONNECT_P99_NS));
    compared_free(&compared);
}

static void files_are_compared_by_bytes_too(void **state)
{
    static const char cell[] = "epoll http c=4 file_io=mmap file_bytes=4096";
    static const char closed[] = "epoll http c=64";
    const struct made_run run = {"6.1",  NULL, NULL, "epoll", "64",
                                 "http", 8,    1,    NULL,    NULL};
    struct made_files files = {.servers = "epoll",
                               .ways = "read mmap",
                               .sizes = "4096",
                               .repeats = 8,
                               .cost = 1};
    struct compared compared;

    (void)state;
    made_run_write("a", &run);
    made_files_add("a", &files);
    made_run_write("b", &run);
    files.cost = 1.3;
    made_files_add("b", &files);
    compared_runs(&compared, "a b");
    assert_change(&compared, cell, METRIC_BYTES_PER_S, CHANGE_SLOWER);
    assert_change(&compared, cell, METRIC_TOTAL_CPU_GIB, CHANGE_SLOWER);
    assert_change(&compared, cell, METRIC_REQUESTS_PER_S, CHANGE_SLOWER);
    assert_false(finding_gates(METRIC_BYTES_PER_S));
    assert_false(finding_gates(METRIC_TOTAL_CPU_GIB));
    assert_null(compared_find(&compared, closed, METRIC_BYTES_PER_S));
    assert_non_null(compared_find(&compared, closed, METRIC_REQUESTS_PER_S));
    compared_free(&compared);
}

static void shares_of_another_rate_are_told_once(void **state)
{
    static const char warning[] =
        "what shares of a rate are of differs, at http c=64: 10000/s in A, "
        "8333/s in B; equal shares are not equal rates, and not "
        "compared";
    struct compared compared;
    unsigned told = 0;

    (void)state;
    compare(&compared, 1.2);
    for (size_t i = 0; i < compared.comparison.warnings.n; i++)
        told += strcmp(compared.comparison.warnings.word[i], warning) == 0;
    assert_int_equal(told, 1);
    assert_null(compared_find(&compared, open, METRIC_TOTAL_CPU_US));
    compared_free(&compared);
}

static void about_the_same_rate_is_compared(void **state)
{
    struct compared compared;

    (void)state;
    compare(&compared, 1.04);
    assert_int_equal(compared.comparison.warnings.n, 0);
    assert_change(&compared, open, METRIC_TOTAL_CPU_US, CHANGE_SLOWER);
    assert_non_null(compared_find(&compared, open, METRIC_RESPONSE_P99_NS));
    assert_null(compared_find(&compared, open, METRIC_REQUESTS_PER_S));
    assert_null(compared_find(&compared, open, METRIC_CONNECT_P99_NS));
    compared_free(&compared);
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(each_load_is_compared_by_what_it_tells),
        IN_SCRATCH(files_are_compared_by_bytes_too),
        IN_SCRATCH(shares_of_another_rate_are_told_once),
        IN_SCRATCH(about_the_same_rate_is_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

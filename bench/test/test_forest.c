#include "common/test/test.h"

#include "bench/compare/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
    "position\tlabel\tside\tmetric\tchange\tlow\thigh\teffect\tverdict\t"
    "gates\n";

static void add(struct comparison *comparison, const char *cell, size_t side,
                enum metric metric, double ratio, enum change change)
{
    const struct finding finding = {.cell = strdup(cell),
                                    .axes = json_object(),
                                    .side = side,
                                    .metric = metric,
                                    .min_effect = 0.03,
                                    .ratio = ratio,
                                    .low = ratio * 0.5,
                                    .high = ratio * 2,
                                    .change = change};

    assert_int_equal(findings_add(&comparison->findings, &finding), 0);
}

/* Adds a side, for the number of them. */
static void name(struct comparison *comparison, const char *side)
{
    assert_int_equal(words_add(&comparison->sides, side, strlen(side)), 0);
}

/* Frees the comparison, too. */
static void assert_written(struct comparison *comparison, size_t rows,
                           const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    assert_int_equal(forest_rows(comparison), rows);
    assert_int_equal(forest_write(comparison, file), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(strncmp(text, header, strlen(header)), 0);
    assert_string_equal(text + strlen(header), expected);
    free(text);
    findings_free(&comparison->findings);
    words_free(&comparison->sides);
}

static void what_is_worst_stands_first_in_each_metric(void **state)
{
    struct comparison comparison = {0};

    (void)state;
    name(&comparison, "base");
    name(&comparison, "other");
    add(&comparison, "same", 1, METRIC_TOTAL_CPU_US, 1, CHANGE_SAME);
    add(&comparison, "less", 1, METRIC_TOTAL_CPU_US, 0.5, CHANGE_FASTER);
    add(&comparison, "more", 1, METRIC_TOTAL_CPU_US, 2, CHANGE_SLOWER);
    add(&comparison, "more", 1, METRIC_REQUESTS_PER_S, 1.5, CHANGE_FASTER);
    add(&comparison, "less", 1, METRIC_REQUESTS_PER_S, 0.9, CHANGE_TOO_FEW);
    add(&comparison, "more", 1, METRIC_P99_NS, 4, CHANGE_UNCLEAR);
    assert_written(
        &comparison, 6,
        "1\tless\t2\trequests_per_s\t-10\t-55\t80\t3\tunclear (n too small)"
        "\t1\n"
        "2\tmore\t2\trequests_per_s\t50\t-25\t200\t3\tfaster\t1\n"
        "1\tmore\t2\ttotal.cpu_us_per_request\t100\t0\t300\t3\tslower\t1\n"
        "2\tsame\t2\ttotal.cpu_us_per_request\t0\t-50\t100\t3\tsame\t1\n"
        "3\tless\t2\ttotal.cpu_us_per_request\t-50\t-75\t0\t3\tfaster\t1\n"
        "1\tmore\t2\tlatency_ns.service.p99\t300\t100\t700\t3\tunclear\t0\n");
}

static void equal_changes_stand_by_side_and_cell(void **state)
{
    struct comparison comparison = {0};

    (void)state;
    name(&comparison, "base");
    name(&comparison, "other");
    name(&comparison, "third");
    add(&comparison, "b", 2, METRIC_P99_NS, 2, CHANGE_SLOWER);
    add(&comparison, "b", 1, METRIC_P99_NS, 2, CHANGE_SLOWER);
    add(&comparison, "a", 1, METRIC_P99_NS, 2, CHANGE_SLOWER);
    assert_written(
        &comparison, 3,
        "1\tB: a\t2\tlatency_ns.service.p99\t100\t0\t300\t3\tslower\t0\n"
        "2\tB: b\t2\tlatency_ns.service.p99\t100\t0\t300\t3\tslower\t0\n"
        "3\tC: b\t3\tlatency_ns.service.p99\t100\t0\t300\t3\tslower\t0\n");
}

static void what_has_no_ratio_has_no_row(void **state)
{
    struct comparison comparison = {0};

    (void)state;
    add(&comparison, "none", 1, METRIC_P99_NS, (double)NAN, CHANGE_UNCLEAR);
    add(&comparison, "all", 1, METRIC_P99_NS, (double)INFINITY, CHANGE_UNCLEAR);
    add(&comparison, "nothing", 1, METRIC_P99_NS, 0, CHANGE_UNCLEAR);
    assert_written(&comparison, 0, "");
}

static void odd_names_and_intervals_break_no_row(void **state)
{
    struct comparison comparison = {0};

    (void)state;
    add(&comparison, "a\tb\nc", 1, METRIC_P99_NS, 2, CHANGE_TOO_FEW);
    comparison.findings.finding[0].low = 0;
    comparison.findings.finding[0].high = (double)INFINITY;
    assert_written(&comparison, 1,
                   "1\ta b c\t2\tlatency_ns.service.p99\t100\tNaN\tNaN\t3\t"
                   "unclear (n too small)\t0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_worst_stands_first_in_each_metric),
        cmocka_unit_test(equal_changes_stand_by_side_and_cell),
        cmocka_unit_test(what_has_no_ratio_has_no_row),
        cmocka_unit_test(odd_names_and_intervals_break_no_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

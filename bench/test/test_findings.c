#include "common/test/test.h"

#include "bench/statistics/findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int add(struct findings *findings, enum metric metric, double ratio,
               double low, double high, double p)
{
    return findings_add(findings, &(struct finding){.cell = strdup("a cell"),
                                                    .axes = json_object(),
                                                    .metric = metric,
                                                    .min_effect = 0.02,
                                                    .ratio = ratio,
                                                    .low = low,
                                                    .high = high,
                                                    .p = p,
                                                    .least_p = 0.001});
}

static void a_change_is_judged_by_interval_effect_and_q(void **state)
{
    static const struct {
        double ratio;
        double low;
        double high;
        double p;
        enum metric metric;
        enum change change;
    } rows[] = {
        {1.05, 1.03, 1.07, 0.001, METRIC_TOTAL_CPU_US, CHANGE_SLOWER},
        {0.95, 0.93, 0.97, 0.001, METRIC_TOTAL_CPU_US, CHANGE_FASTER},
        {1.05, 1.03, 1.07, 0.001, METRIC_REQUESTS_PER_S, CHANGE_FASTER},
        {0.95, 0.93, 0.97, 0.001, METRIC_REQUESTS_PER_S, CHANGE_SLOWER},
        {1.05, 1.03, 1.07, 0.001, METRIC_P99_NS, CHANGE_SLOWER},
        /* a difference that is sure but does not matter */
        {1.01, 1.005, 1.015, 0.001, METRIC_TOTAL_CPU_US, CHANGE_SAME},
        {1.019, 1.015, 1.023, 0.001, METRIC_TOTAL_CPU_US, CHANGE_UNCLEAR},
        /* the interval says so, the q-value does not */
        {1.05, 1.001, 1.1, 0.06, METRIC_TOTAL_CPU_US, CHANGE_UNCLEAR},
        {1.05, 1.001, 1.1, 0.06, METRIC_P99_NS, CHANGE_SLOWER},
        {1.00, 0.97, 1.03, 0.9, METRIC_TOTAL_CPU_US, CHANGE_UNCLEAR},
        {1.00, 0.99, 1.01, 0.9, METRIC_TOTAL_CPU_US, CHANGE_SAME},
        {NAN, NAN, NAN, NAN, METRIC_TOTAL_CPU_US, CHANGE_UNCLEAR},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct findings findings = {0};
        assert_int_equal(add(&findings, rows[i].metric, rows[i].ratio,
                             rows[i].low, rows[i].high, rows[i].p),
                         0);
        assert_int_equal(findings_judge(&findings), 0);
        if (findings.finding[0].change != rows[i].change)
            fail_msg("row %zu: %s instead of %s", i,
                     change_word(findings.finding[0].change),
                     change_word(rows[i].change));
        findings_free(&findings);
    }
}

static void q_is_over_all_that_gate(void **state)
{
    struct findings findings = {0};

    (void)state;
    add(&findings, METRIC_TOTAL_CPU_US, 1.05, 1.001, 1.1, 0.03);
    add(&findings, METRIC_TOTAL_CPU_US, 1.00, 0.9, 1.1, 0.9);
    add(&findings, METRIC_P99_NS, 1.05, 1.001, 1.1, 0.0001);
    assert_int_equal(findings_judge(&findings), 0);
    assert_true(fabs(findings.finding[0].q - 0.06) < 1e-12);
    assert_true(isnan(findings.finding[2].q));
    assert_int_equal(findings.finding[0].change, CHANGE_UNCLEAR);
    assert_int_equal(findings_verdict(&findings), CHANGE_UNCLEAR);
    findings_free(&findings);
}

static void the_verdict_is_that_of_the_worst(void **state)
{
    struct findings findings = {0};

    (void)state;
    assert_int_equal(findings_verdict(&findings), CHANGE_UNCLEAR);
    add(&findings, METRIC_TOTAL_CPU_US, 1, 0.99, 1.01, 0.9);
    add(&findings, METRIC_P99_NS, 2, 1.9, 2.1, 0.001);
    findings_judge(&findings);
    assert_int_equal(findings_verdict(&findings), CHANGE_SAME);
    add(&findings, METRIC_REQUESTS_PER_S, 1.1, 1.09, 1.11, 0.001);
    findings_judge(&findings);
    assert_int_equal(findings_verdict(&findings), CHANGE_FASTER);
    add(&findings, METRIC_REQUESTS_PER_S, 1.1, 0.9, 1.2, 0.5);
    findings_judge(&findings);
    assert_int_equal(findings_verdict(&findings), CHANGE_UNCLEAR);
    add(&findings, METRIC_TOTAL_CPU_US, 1.1, 1.09, 1.11, 0.001);
    findings_judge(&findings);
    assert_int_equal(findings_verdict(&findings), CHANGE_SLOWER);
    findings_sort(&findings);
    assert_int_equal(findings.finding[0].change, CHANGE_SLOWER);
    assert_int_equal(findings.finding[1].change, CHANGE_FASTER);
    assert_int_equal(findings.finding[4].metric, METRIC_P99_NS);
    findings_free(&findings);
}

static void what_has_no_ratio_comes_last(void **state)
{
    struct findings findings = {0};

    (void)state;
    add(&findings, METRIC_TOTAL_CPU_US, 1.1, 0.9, 1.2, 0.5);
    add(&findings, METRIC_TOTAL_CPU_US, NAN, NAN, NAN, NAN);
    add(&findings, METRIC_TOTAL_CPU_US, 1.2, 0.9, 1.3, 0.5);
    for (size_t i = 0; i < 3; i++)
        findings.finding[i].least_p = 0.1;
    findings_judge(&findings);
    findings_sort(&findings);
    assert_true(findings.finding[0].ratio == 1.2);
    assert_true(findings.finding[1].ratio == 1.1);
    assert_true(isnan(findings.finding[2].ratio));
    findings_free(&findings);
}

static void too_few_data_never_decide(void **state)
{
    struct findings findings = {0};

    (void)state;
    add(&findings, METRIC_TOTAL_CPU_US, 1, 0.99, 1.01, 0.9);
    add(&findings, METRIC_TOTAL_CPU_US, 2, 1.9, 2.1, 0.1);
    findings.finding[0].least_p = findings.finding[1].least_p = 0.1;
    findings_judge(&findings);
    assert_int_equal(findings.finding[0].change, CHANGE_TOO_FEW);
    assert_int_equal(findings.finding[1].change, CHANGE_TOO_FEW);
    assert_int_equal(findings_verdict(&findings), CHANGE_UNCLEAR);
    findings_free(&findings);
}

/* Two trees in closed loop tell nothing of a response time. */
static void what_only_describes_needs_data(void **state)
{
    struct findings findings = {0};

    (void)state;
    add(&findings, METRIC_RESPONSE_P99_NS, NAN, NAN, NAN, NAN);
    add(&findings, METRIC_REQUESTS_PER_S, NAN, NAN, NAN, NAN);
    add(&findings, METRIC_P99_NS, 1, 0.9, 1.1, 0.5);
    add(&findings, METRIC_CONNECT_P99_NS, NAN, NAN, NAN, NAN);
    findings.finding[2].n_side = 1;
    findings_drop_empty(&findings);
    assert_int_equal(findings.n, 2);
    assert_int_equal(findings.finding[0].metric, METRIC_REQUESTS_PER_S);
    assert_int_equal(findings.finding[1].metric, METRIC_P99_NS);
    findings_free(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_describes_needs_data),
        cmocka_unit_test(a_change_is_judged_by_interval_effect_and_q),
        cmocka_unit_test(q_is_over_all_that_gate),
        cmocka_unit_test(the_verdict_is_that_of_the_worst),
        cmocka_unit_test(what_has_no_ratio_comes_last),
        cmocka_unit_test(too_few_data_never_decide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

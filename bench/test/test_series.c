#include "common/test/test.h"

#include "bench/statistics/series.h"

#include "common/random.h"

#include <math.h>

/* Noise as it is here: a quiet core, and a tenth of the blocks far off; without
 * a preferred sign. */
static double noise(uint64_t *state)
{
    const double core = (double)random_below(state, 2001) / 1000 - 1;
    const double scale = random_below(state, 10) == 0 ? 0.2 : 0.01;

    return core * scale;
}

static void add_same(struct series *series, double log_ratio)
{
    double block[METRICS];

    for (int metric = 0; metric < METRICS; metric++)
        block[metric] = log_ratio;
    assert_int_equal(series_add(series, block), 0);
}

static void looks_come_at_fixed_numbers_of_blocks(void **state)
{
    static const size_t expected[SERIES_LOOKS] = {12, 16, 22, 30,
                                                  42, 58, 80, 112};
    struct series series = {0};
    uint64_t random = 1;

    (void)state;
    while (!series_is_over(&series)) {
        add_same(&series, noise(&random));
        if (!series_is_due(&series))
            continue;
        assert_int_equal(series.n, expected[series.looks]);
        assert_int_equal(series_look(&series), 0);
    }
    assert_int_equal(series.looks, SERIES_LOOKS);
    series_free(&series);
}

/* The chance that one of all looks at a series without any difference has an
 * interval that misses 0 must be at most 5 %, and of one look 5 % / 8. */
static void looking_often_raises_no_false_alarm(void **state)
{
    enum { SERIES = 2000 };
    uint64_t random = 7;
    unsigned missed = 0;
    unsigned few = 0; /* p-values, too, of at most 5 % */

    (void)state;
    for (int i = 0; i < SERIES; i++) {
        struct series series = {0};
        bool misses = false;
        while (!series_is_over(&series)) {
            add_same(&series, noise(&random));
            if (!series_is_due(&series))
                continue;
            series_look(&series);
            const struct shift *shift = &series.shift[METRIC_TOTAL_CPU_US];
            misses = misses || shift->low > 0 || shift->high < 0;
        }
        missed += misses;
        few += series.p[METRIC_TOTAL_CPU_US] <= 0.05;
        series_free(&series);
    }
    /* and not far fewer, or it would be needlessly blind */
    assert_in_range(missed, SERIES / 100, SERIES / 20);
    assert_in_range(few, SERIES / 100, SERIES / 20);
}

static void a_shift_is_seen_at_the_first_look(void **state)
{
    struct series series = {0};
    struct finding finding = {0};

    (void)state;
    series_finding(&series, METRIC_TOTAL_CPU_US, &finding);
    assert_true(isnan(finding.ratio) && finding.p == 1);
    for (int i = 0; i < 12; i++)
        add_same(&series, log(1.05) + i * 1e-4);
    assert_int_equal(series_look(&series), 0);
    series_finding(&series, METRIC_TOTAL_CPU_US, &finding);
    assert_true(finding.low > 1.049 && finding.high < 1.052);
    assert_true(fabs(finding.p - 8 * 2.0 / 4096) < 1e-12);
    assert_true(fabs(finding.least_p - 8 * 2.0 / 4096) < 1e-12);
    assert_int_equal(finding.n_base, 12);
    /* what only describes is not corrected for looks */
    series_finding(&series, METRIC_P99_NS, &finding);
    assert_true(fabs(finding.p - 2.0 / 4096) < 1e-12);
    series_free(&series);
}

static void blocks_without_a_figure_are_left_out(void **state)
{
    struct series series = {0};
    struct finding finding = {0};

    (void)state;
    for (int i = 0; i < 10; i++) {
        double block[METRICS] = {[METRIC_REQUESTS_PER_S] = 0.1 + i * 1e-4,
                                 [METRIC_TOTAL_CPU_US] = i % 2 ? NAN : 0.1,
                                 [METRIC_P99_NS] = NAN};
        assert_int_equal(series_add(&series, block), 0);
    }
    assert_int_equal(series_look(&series), 0);
    series_finding(&series, METRIC_TOTAL_CPU_US, &finding);
    assert_true(fabs(finding.ratio - exp(0.1)) < 1e-12);
    assert_true(finding.least_p > 0.05);
    assert_int_equal(finding.n_base, 5);
    series_finding(&series, METRIC_P99_NS, &finding);
    assert_true(isnan(finding.ratio));
    series_free(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_come_at_fixed_numbers_of_blocks),
        cmocka_unit_test(looking_often_raises_no_false_alarm),
        cmocka_unit_test(a_shift_is_seen_at_the_first_look),
        cmocka_unit_test(blocks_without_a_figure_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/test/test.h"

#include "bench/duel.h"

#include <math.h>

/* A slice of a side: its rate, CPU and p99 all follow from one speed. */
static struct slice make(unsigned side, double speed, bool noisy)
{
    struct slice slice = {.side = side, .served = 64};

    for (int metric = 0; metric < METRICS; metric++)
        slice.value[metric] = 1 / speed;
    slice.value[METRIC_REQUESTS_PER_S] = speed;
    slice.disturbance.noisy = noisy;
    return slice;
}

static void assert_log(double value, double expected)
{
    if (!(fabs(value - log(expected)) < 1e-12))
        fail_msg("%g is not the logarithm of %g", value, expected);
}

static void the_best_quiet_slice_counts(void **state)
{
    const struct slice block[DUEL_SLICES] = {
        make(0, 100, false), make(1, 120, true), make(1, 110, false),
        make(0, 90, false)};

    (void)state;
    assert_true(duel_is_quiet(block));
    assert_log(duel_log_ratio(block, METRIC_REQUESTS_PER_S), 110.0 / 100);
    assert_log(duel_log_ratio(block, METRIC_TOTAL_CPU_US), 100.0 / 110);
    assert_log(duel_log_ratio(block, METRIC_P99_NS), 100.0 / 110);
}

static void without_a_quiet_slice_only_cpu_time_counts(void **state)
{
    const struct slice block[DUEL_SLICES] = {
        make(0, 100, false), make(1, 120, true), make(1, 110, true),
        make(0, 105, true)};

    (void)state;
    assert_false(duel_is_quiet(block));
    assert_true(isnan(duel_log_ratio(block, METRIC_REQUESTS_PER_S)));
    assert_true(isnan(duel_log_ratio(block, METRIC_P99_NS)));
    /* then of all slices, on both sides */
    assert_log(duel_log_ratio(block, METRIC_TOTAL_CPU_US), 105.0 / 120);
}

static void swapping_the_sides_turns_the_sign(void **state)
{
    struct slice block[DUEL_SLICES] = {make(0, 100, false), make(1, 120, false),
                                       make(1, 110, true), make(0, 105, true)};
    double before[METRICS];

    (void)state;
    for (enum metric metric = 0; metric < METRICS; metric++)
        before[metric] = duel_log_ratio(block, metric);
    for (int i = 0; i < DUEL_SLICES; i++)
        block[i].side = !block[i].side;
    for (enum metric metric = 0; metric < METRICS; metric++)
        assert_true(fabs(duel_log_ratio(block, metric) + before[metric]) <
                    1e-12);
}

static void a_side_that_starves_some_is_not_compared(void **state)
{
    struct slice block[DUEL_SLICES] = {make(0, 100, false), make(1, 120, false),
                                       make(1, 110, false),
                                       make(0, 105, false)};

    (void)state;
    block[2].served = 1;
    assert_true(duel_is_uneven(block));
    for (enum metric metric = 0; metric < METRICS; metric++)
        assert_true(isnan(duel_log_ratio(block, metric)));
    /* both alike: that is the model's nature */
    block[0].served = 1;
    assert_false(duel_is_uneven(block));
    assert_log(duel_log_ratio(block, METRIC_REQUESTS_PER_S), 120.0 / 105);
    /* a tool that does not tell */
    for (int i = 0; i < DUEL_SLICES; i++)
        block[i].served = NAN;
    assert_false(duel_is_uneven(block));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_quiet_slice_counts),
        cmocka_unit_test(without_a_quiet_slice_only_cpu_time_counts),
        cmocka_unit_test(swapping_the_sides_turns_the_sign),
        cmocka_unit_test(a_side_that_starves_some_is_not_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

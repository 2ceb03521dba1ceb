#include "common/test/test.h"

#include "bench/regress/duel.h"

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

/* A quiet block in which side 1 is faster by `gain`, while the machine's speed
 * changes from pair to pair, a lot at times. */
static void fill(struct slice block[DUEL_SLICES], double gain)
{
    for (int i = 0; i < DUEL_SLICES; i++) {
        const unsigned side = (unsigned)(i + 1) / 2 % 2;
        const double speed = i / 2 % 3 == 0 ? 50 : 100 + i / 2;
        block[i] = make(side, side ? speed * gain : speed, false);
    }
}

static void a_pair_feels_the_same_speed_of_the_machine(void **state)
{
    struct slice block[DUEL_SLICES];

    (void)state;
    fill(block, 1.1);
    assert_true(duel_is_quiet(block));
    assert_log(duel_log_ratio(block, METRIC_REQUESTS_PER_S), 1.1);
    assert_log(duel_log_ratio(block, METRIC_TOTAL_CPU_US), 1 / 1.1);
    assert_log(duel_log_ratio(block, METRIC_P99_NS), 1 / 1.1);
}

static void odd_pairs_do_not_move_the_median(void **state)
{
    struct slice block[DUEL_SLICES];

    (void)state;
    fill(block, 1.1);
    for (int i = 0; i < 20; i += 4)
        block[i].value[METRIC_REQUESTS_PER_S] *= 3;
    assert_log(duel_log_ratio(block, METRIC_REQUESTS_PER_S), 1.1);
}

static void only_quiet_pairs_count(void **state)
{
    struct slice block[DUEL_SLICES];

    (void)state;
    fill(block, 1.1);
    for (int i = 0; i < DUEL_SLICES - 2 * DUEL_LEAST_PAIRS; i++) {
        block[i].disturbance.noisy = i % 2;
        block[i].value[METRIC_TOTAL_CPU_US] *= 1 + i % 2;
    }
    assert_true(duel_is_quiet(block));
    assert_log(duel_log_ratio(block, METRIC_TOTAL_CPU_US), 1 / 1.1);
}

static void with_few_quiet_pairs_only_cpu_time_counts(void **state)
{
    struct slice block[DUEL_SLICES];

    (void)state;
    fill(block, 1.1);
    for (int i = 2 * DUEL_LEAST_PAIRS - 1; i < DUEL_SLICES; i++)
        block[i].disturbance.noisy = true;
    assert_false(duel_is_quiet(block));
    assert_true(isnan(duel_log_ratio(block, METRIC_REQUESTS_PER_S)));
    assert_true(isnan(duel_log_ratio(block, METRIC_P99_NS)));
    assert_log(duel_log_ratio(block, METRIC_TOTAL_CPU_US), 1 / 1.1);
}

static void swapping_the_sides_turns_the_sign(void **state)
{
    struct slice block[DUEL_SLICES];
    double before[METRICS];

    (void)state;
    fill(block, 1.2);
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
    struct slice block[DUEL_SLICES];

    (void)state;
    fill(block, 1.1);
    for (int i = 0; i < DUEL_SLICES; i++)
        block[i].served = block[i].side ? 64 : 1;
    assert_true(duel_is_uneven(block));
    for (enum metric metric = 0; metric < METRICS; metric++)
        assert_true(isnan(duel_log_ratio(block, metric)));
    /* both alike: that is the model's nature */
    for (int i = 0; i < DUEL_SLICES; i++)
        block[i].served = 1;
    assert_false(duel_is_uneven(block));
    assert_log(duel_log_ratio(block, METRIC_REQUESTS_PER_S), 1.1);
    /* a tool that does not tell */
    for (int i = 0; i < DUEL_SLICES; i++)
        block[i].served = NAN;
    assert_false(duel_is_uneven(block));
}

/* The pairs that are left are the good ones of a tree that starves some. */
static void a_side_that_often_starves_some_is_not_compared(void **state)
{
    struct slice block[DUEL_SLICES];

    (void)state;
    fill(block, 1.1);
    for (int i = 0; i < DUEL_SLICES; i++) {
        if (block[i].side == 1 && i >= DUEL_SLICES - 2 * DUEL_SHORT_MOST)
            block[i].served = 63;
    }
    assert_int_equal(duel_short_pairs(block, 1), DUEL_SHORT_MOST);
    assert_int_equal(duel_short_pairs(block, 0), 0);
    assert_true(duel_is_uneven(block));
    /* as often the other way round: that is chance */
    for (int i = 0; i < 2 * DUEL_SHORT_MOST; i++) {
        if (block[i].side == 0)
            block[i].served = 63;
    }
    assert_int_equal(duel_short_pairs(block, 0), DUEL_SHORT_MOST);
    assert_false(duel_is_uneven(block));
    assert_log(duel_log_ratio(block, METRIC_REQUESTS_PER_S), 1.1);
}

/* Nobody was served in that slice, and there is nothing to compare. */
static void a_silent_pair_does_not_count(void **state)
{
    struct slice block[DUEL_SLICES];

    (void)state;
    fill(block, 1.1);
    for (int i = 0; i < 8; i++) {
        block[i].silent = true;
        block[i].served = 0;
        for (int metric = 0; metric < METRICS; metric++)
            block[i].value[metric] = (double)NAN;
    }
    assert_log(duel_log_ratio(block, METRIC_REQUESTS_PER_S), 1.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_feels_the_same_speed_of_the_machine),
        cmocka_unit_test(odd_pairs_do_not_move_the_median),
        cmocka_unit_test(only_quiet_pairs_count),
        cmocka_unit_test(with_few_quiet_pairs_only_cpu_time_counts),
        cmocka_unit_test(a_silent_pair_does_not_count),
        cmocka_unit_test(a_side_that_often_starves_some_is_not_compared),
        cmocka_unit_test(swapping_the_sides_turns_the_sign),
        cmocka_unit_test(a_side_that_starves_some_is_not_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

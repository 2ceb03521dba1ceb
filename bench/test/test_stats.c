#include "common/test/test.h"

#include "bench/statistics/stats.h"

#include <math.h>

/* What R 4.2.2 answers, `binom.test(k, n)$conf.int`. */
static void binomial_intervals_are_those_of_r(void **state)
{
    static const struct {
        unsigned k;
        unsigned n;
        double low;
        double high;
    } rows[] = {
        {0, 10, 0, 0.308497107819},
        {1, 10, 0.00252857854446, 0.445016117028},
        {7, 20, 0.153909204785, 0.592188534533},
        {20, 20, 0.831566529017, 1},
        {3, 400, 0.00154935894991, 0.0217606685144},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double low;
        double high;
        stats_binomial_interval(rows[i].k, rows[i].n, &low, &high);
        if (fabs(low - rows[i].low) > 1e-9 || fabs(high - rows[i].high) > 1e-9)
            fail_msg("%u of %u: %.12g to %.12g", rows[i].k, rows[i].n, low,
                     high);
    }
}

static void a_spread_leaves_out_what_is_no_number(void **state)
{
    double values[] = {3, NAN, 1, 2, NAN, 9};
    struct spread spread = stats_spread(values, LENGTH(values));

    (void)state;
    assert_true(spread.median == 2.5 && spread.min == 1 && spread.max == 9);
    assert_int_equal(spread.n, 4);
    spread = stats_spread(values, 0);
    assert_true(isnan(spread.median) && spread.n == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binomial_intervals_are_those_of_r),
        cmocka_unit_test(a_spread_leaves_out_what_is_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

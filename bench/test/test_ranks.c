#include "common/test/test.h"

#include "bench/statistics/ranks.h"

#include <math.h>

/* What R 4.2.2 answers, `wilcox.test(..., conf.int = TRUE)`. */
struct answer {
    double p;
    double estimate;
    double low;
    double high;
};

static void assert_near(double value, double expected, double within)
{
    if (!(fabs(value - expected) <= within))
        fail_msg("%.12g is not %.12g", value, expected);
}

static void assert_answer(const struct shift *shift,
                          const struct answer *expected, double within)
{
    assert_near(shift->p, expected->p, within);
    assert_near(shift->estimate, expected->estimate, within);
    assert_near(shift->low, expected->low, within);
    assert_near(shift->high, expected->high, within);
}

/* Hollander and Wolfe's depression scores, the example of R's manual page:
 * y - x. */
static const double depression[] = {0.878 - 1.83, 0.647 - 0.50, 0.598 - 1.62,
                                    2.05 - 2.48,  1.06 - 1.68,  1.29 - 1.88,
                                    1.06 - 1.55,  3.14 - 3.06,  1.29 - 1.30};

static void paired_answers_are_those_of_r(void **state)
{
    static const double d5[] = {-0.0185714285714, 0.5628571428571,
                                1.1442857142857, 1.7257142857143,
                                2.3071428571429};
    static const double d8[] = {
        -0.0185714285714, 0.5628571428571, 1.1442857142857, 1.7257142857143,
        2.3071428571429,  2.8885714285714, 3.4700000000000, 4.0514285714286};
    struct shift shift;

    (void)state;
    assert_int_equal(ranks_paired(depression, LENGTH(depression), 0.05, &shift),
                     0);
    assert_answer(&shift, &(struct answer){0.0390625, -0.46, -0.786, -0.01},
                  1e-9);
    assert_int_equal(ranks_paired(d5, LENGTH(d5), 0.05, &shift), 0);
    assert_answer(&shift,
                  &(struct answer){0.125, 1.1442857142857, -0.0185714285714,
                                   2.3071428571429},
                  1e-9);
    assert_int_equal(ranks_paired(d8, LENGTH(d8), 0.05, &shift), 0);
    assert_answer(
        &shift,
        &(struct answer){0.015625, 2.016428571429, 0.562857142857, 3.47}, 1e-9);
}

static void unpaired_answers_are_those_of_r(void **state)
{
    /* Hollander and Wolfe's permeability constants, as in R's manual page. */
    static const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45,
                                  1.38, 1.91, 1.64, 0.73, 1.46};
    static const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct shift shift;

    (void)state;
    assert_int_equal(
        ranks_unpaired(term, LENGTH(term), early, LENGTH(early), 0.05, &shift),
        0);
    assert_answer(&shift, &(struct answer){0.254412254412, -0.305, -0.76, 0.15},
                  1e-9);
}

static void other_confidence_widens_or_narrows_as_in_r(void **state)
{
    static const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45,
                                  1.38, 1.91, 1.64, 0.73, 1.46};
    static const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct shift shift;

    (void)state;
    ranks_paired(depression, LENGTH(depression), 0.01, &shift);
    assert_answer(&shift, &(struct answer){0.0390625, -0.46, -0.987, 0.1135},
                  1e-9);
    ranks_unpaired(term, LENGTH(term), early, LENGTH(early), 0.2, &shift);
    assert_answer(&shift, &(struct answer){0.254412254412, -0.305, -0.7, 0.05},
                  1e-9);
}

static void ties_and_zeros_are_corrected_for_as_in_r(void **state)
{
    static const double tied[] = {1, 2, 2, -1, 0, 3, 4, -2, 5, 5};
    static const double a[] = {1, 2, 2, 3, 4, 4};
    static const double b[] = {2, 3, 4, 5, 5, 6, 7};
    struct shift shift;

    (void)state;
    assert_int_equal(ranks_paired(tied, LENGTH(tied), 0.05, &shift), 0);
    assert_near(shift.p, 0.0494001879912, 1e-9);
    assert_near(shift.estimate, 2, 1e-3);
    assert_near(shift.low, 0, 1e-3);
    assert_near(shift.high, 4, 1e-3);
    assert_int_equal(ranks_unpaired(a, LENGTH(a), b, LENGTH(b), 0.05, &shift),
                     0);
    assert_near(shift.p, 0.0596744864421, 1e-9);
    assert_near(shift.estimate, 2, 1e-3);
    assert_near(shift.low, 0, 1e-3);
    assert_near(shift.high, 4, 1e-3);
}

static void fill_waves(double *d, size_t n, double shift)
{
    for (size_t i = 0; i < n; i++)
        d[i] = sin((double)(i + 1) * 1.7) + shift;
}

static void large_samples_are_those_of_r(void **state)
{
    double d[130];
    struct shift shift;

    (void)state;
    /* exact = TRUE, which R would not do by itself */
    fill_waves(d, 60, 0.3);
    assert_int_equal(ranks_paired(d, 60, 0.05, &shift), 0);
    assert_answer(&shift,
                  &(struct answer){0.0016703964103, 0.31354094861,
                                   0.13952295464, 0.48804588248},
                  1e-9);
    /* exact = FALSE; R solves for the interval where we take an average */
    fill_waves(d, 130, 0.1);
    assert_int_equal(ranks_paired(d, 130, 0.05, &shift), 0);
    assert_near(shift.p, 0.0461820773933, 1e-9);
    assert_near(shift.estimate, 0.10542093197, 1e-4);
    assert_near(shift.low, 0.00182095084, 2e-3);
    assert_near(shift.high, 0.21223472312, 2e-3);
}

static void the_false_discovery_rate_is_that_of_r(void **state)
{
    double p[] = {0.01, 0.04, (double)NAN, 0.03, 0.005, 0.5};
    static const double q[] = {0.025, 0.05, 0, 0.05, 0.025, 0.5};

    (void)state;
    assert_int_equal(ranks_adjust(p, LENGTH(p)), 0);
    for (size_t i = 0; i < LENGTH(p); i++) {
        if (i == 2)
            assert_true(isnan(p[i]));
        else
            assert_near(p[i], q[i], 1e-12);
    }
}

static void swapping_sides_turns_the_sign(void **state)
{
    static const double a[] = {3, 1, 4, 1.5, 9, 2.6};
    static const double b[] = {5, 3.5, 8, 9.7, 9.3};
    double turned[LENGTH(depression)];
    struct shift there;
    struct shift back;

    (void)state;
    ranks_unpaired(a, LENGTH(a), b, LENGTH(b), 0.05, &there);
    ranks_unpaired(b, LENGTH(b), a, LENGTH(a), 0.05, &back);
    assert_answer(
        &there, &(struct answer){back.p, -back.estimate, -back.high, -back.low},
        1e-12);
    for (size_t i = 0; i < LENGTH(turned); i++)
        turned[i] = -depression[i];
    ranks_paired(depression, LENGTH(turned), 0.05, &there);
    ranks_paired(turned, LENGTH(turned), 0.05, &back);
    assert_answer(
        &there, &(struct answer){back.p, -back.estimate, -back.high, -back.low},
        1e-12);
}

static void moving_both_sides_changes_nothing(void **state)
{
    double a[] = {3, 1, 4, 1.5, 9, 2.5};
    double b[] = {5, 3.5, 8, 9.75, 9.25};
    struct shift before;
    struct shift after;

    (void)state;
    ranks_unpaired(a, LENGTH(a), b, LENGTH(b), 0.05, &before);
    for (size_t i = 0; i < LENGTH(a); i++)
        a[i] += 16;
    for (size_t i = 0; i < LENGTH(b); i++)
        b[i] += 16;
    ranks_unpaired(a, LENGTH(a), b, LENGTH(b), 0.05, &after);
    assert_answer(
        &after,
        &(struct answer){before.p, before.estimate, before.low, before.high},
        0);
}

static void constant_samples_show_no_shift(void **state)
{
    static const double same[] = {0, 0, 0, 0, 0, 0, 0, 0};
    static const double ones[] = {1, 1, 1, 1, 1};
    struct shift shift;

    (void)state;
    assert_int_equal(ranks_paired(same, LENGTH(same), 0.05, &shift), 0);
    assert_answer(&shift, &(struct answer){1, 0, 0, 0}, 0);
    assert_int_equal(
        ranks_unpaired(ones, LENGTH(ones), ones, LENGTH(ones), 0.05, &shift),
        0);
    assert_answer(&shift, &(struct answer){1, 0, 0, 0}, 0);
}

static void too_few_can_never_decide(void **state)
{
    static const double d[] = {1, 2, 3, 4, 5, 6};
    static const double a[] = {1, 2, 3};
    static const double b[] = {4, 5, 6, 7};
    struct shift shift;

    (void)state;
    ranks_paired(d, 5, 0.05, &shift);
    assert_near(shift.least_p, 0.0625, 1e-12);
    ranks_paired(d, 6, 0.05, &shift);
    assert_near(shift.least_p, 0.03125, 1e-12);
    ranks_unpaired(a, 3, b, 3, 0.05, &shift);
    assert_near(shift.least_p, 0.1, 1e-12);
    ranks_unpaired(a, 3, b, 4, 0.05, &shift);
    assert_near(shift.least_p, 2.0 / 35, 1e-12);
    assert_near(shift.p, 2.0 / 35, 1e-12);
}

static void without_data_nothing_is_claimed(void **state)
{
    static const double one[] = {1.5};
    struct shift shift;

    (void)state;
    assert_int_equal(ranks_paired(NULL, 0, 0.05, &shift), 0);
    assert_true(isnan(shift.estimate) && isnan(shift.p));
    assert_int_equal(ranks_unpaired(one, 1, NULL, 0, 0.05, &shift), 0);
    assert_true(isnan(shift.estimate) && isnan(shift.p));
    assert_int_equal(ranks_paired(one, 1, 0.05, &shift), 0);
    assert_answer(&shift, &(struct answer){1, 1.5, 1.5, 1.5}, 0);
    assert_int_equal(ranks_adjust(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paired_answers_are_those_of_r),
        cmocka_unit_test(unpaired_answers_are_those_of_r),
        cmocka_unit_test(other_confidence_widens_or_narrows_as_in_r),
        cmocka_unit_test(ties_and_zeros_are_corrected_for_as_in_r),
        cmocka_unit_test(large_samples_are_those_of_r),
        cmocka_unit_test(the_false_discovery_rate_is_that_of_r),
        cmocka_unit_test(swapping_sides_turns_the_sign),
        cmocka_unit_test(moving_both_sides_changes_nothing),
        cmocka_unit_test(constant_samples_show_no_shift),
        cmocka_unit_test(too_few_can_never_decide),
        cmocka_unit_test(without_data_nothing_is_claimed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

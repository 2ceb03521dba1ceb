#include "common/test/test.h"

#include "loadgen/histogram.h"
#include "loadgen/outputs/hgrm.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct histogram *fresh(void)
{
    struct histogram *histogram = malloc(sizeof(*histogram));

    assert_non_null(histogram);
    histogram_clear(histogram);
    return histogram;
}

/* Places that HdrHistogram gives these values with three digits from 1 on:
 * 1,024 counters for each doubling above 2,047. */
static void values_have_hdr_histograms_places(void **state)
{
    static const struct {
        uint64_t value_ns;
        size_t index;
        uint64_t highest_ns;
    } cases[] = {
        {0, 0, 0},
        {1, 1, 1},
        {2047, 2047, 2047},
        {2048, 2048, 2049},
        {2049, 2048, 2049},
        {4095, 3071, 4095},
        {4096, 3072, 4099},
        {8192, 4096, 8199},
        {10007, 4322, 10007},
        {1000000, 11169, 1000447},
        {HISTOGRAM_HIGHEST_NS, 33420, 3601330077695},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(histogram_index(cases[i].value_ns), cases[i].index);
        assert_int_equal(histogram_highest_at(cases[i].index),
                         cases[i].highest_ns);
    }
    assert_true(histogram_index(HISTOGRAM_HIGHEST_NS) < HISTOGRAM_LENGTH);
}

static void no_value_is_off_by_a_thousandth(void **state)
{
    (void)state;
    for (uint64_t value = 1; value < HISTOGRAM_HIGHEST_NS;
         value += 1 + value / 777) {
        uint64_t highest = histogram_highest_at(histogram_index(value));
        assert_true(highest >= value);
        assert_true((highest - value) * 1000 <= value);
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

static void percentiles_are_those_of_the_sorted_values(void **state)
{
    static const double percents[] = {0, 1, 50, 90, 99, 99.9, 99.99, 100};
    enum { VALUES = 20000 };
    struct histogram *histogram = fresh();
    uint64_t *values = malloc(VALUES * sizeof(*values));
    uint64_t random = 88172645463325252;
    uint64_t sum = 0;

    (void)state;
    for (size_t i = 0; i < VALUES; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        values[i] = (random >> 44) * (1 + i % 50);
        sum += values[i];
        histogram_record(histogram, values[i]);
    }
    qsort(values, VALUES, sizeof(*values), compare);
    for (size_t i = 0; i < LENGTH(percents); i++) {
        size_t rank = (size_t)(percents[i] / 100 * VALUES + 0.999999);
        uint64_t exact = values[rank ? rank - 1 : 0];
        uint64_t found = histogram_percentile(histogram, percents[i]);
        assert_true(found >= exact);
        assert_true(found - exact <= exact / 1000);
    }
    assert_int_equal(histogram->min_ns, values[0]);
    assert_int_equal(histogram->max_ns, values[VALUES - 1]);
    assert_int_equal(histogram_percentile(histogram, 100), values[VALUES - 1]);
    assert_true(histogram_mean(histogram) == (double)sum / VALUES);
    free(values);
    free(histogram);
}

static void a_merge_is_as_one_histogram(void **state)
{
    struct histogram *one = fresh();
    struct histogram *two = fresh();
    struct histogram *both = fresh();

    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        histogram_record(i % 3 ? one : two, i * i);
        histogram_record(both, i * i);
    }
    histogram_merge(one, two);
    assert_memory_equal(one, both, sizeof(*one));
    free(one);
    free(two);
    free(both);
}

/* The same list twice, and once more with the ends of the range in it. */
static void a_wiped_one_is_as_a_fresh_one(void **state)
{
    static const uint64_t ends[] = {0, 0, HISTOGRAM_HIGHEST_NS};
    struct histogram *used = fresh();
    struct histogram *empty = fresh();

    (void)state;
    for (size_t i = 0; i < LENGTH(ends); i++) {
        for (uint64_t k = 1; k < 5000; k++)
            histogram_record(used, k * k);
        if (i > 0)
            histogram_record(used, ends[i]);
        histogram_wipe(used);
        assert_memory_equal(used, empty, sizeof(*used));
        histogram_wipe(used);
        histogram_merge(empty, used);
        assert_memory_equal(used, empty, sizeof(*used));
    }
    free(used);
    free(empty);
}

static void the_ends_of_the_range_hold(void **state)
{
    struct histogram *histogram = fresh();

    (void)state;
    assert_int_equal(histogram_percentile(histogram, 50), 0);
    assert_true(histogram_mean(histogram) == 0);
    assert_true(histogram_stddev(histogram) == 0);
    histogram_record(histogram, UINT64_MAX);
    assert_int_equal(histogram->max_ns, HISTOGRAM_HIGHEST_NS);
    histogram_record(histogram, 0);
    assert_int_equal(histogram->min_ns, 0);
    assert_int_equal(histogram->count, 2);
    free(histogram);
}

static void the_deviation_is_that_of_the_population(void **state)
{
    struct histogram *histogram = fresh();

    (void)state;
    histogram_record(histogram, 100);
    histogram_record(histogram, 300);
    assert_true(histogram_stddev(histogram) == 100);
    free(histogram);
}

/* Ten values of 1 to 10 us: a row for each step whose share is reached. */
static void an_hgrm_has_its_rows_and_its_sums(void **state)
{
    struct histogram *histogram = fresh();
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    (void)state;
    assert_non_null(file);
    for (uint64_t us = 1; us <= 10; us++)
        histogram_record(histogram, us * 1000);
    assert_int_equal(hgrm_write(file, histogram), 0);
    fclose(file);
    assert_ptr_equal(
        strstr(text, "       Value   Percentile   TotalCount "
                     "1/(1-Percentile)\n\n"
                     "       1.000     0.000000            1         1.00\n"
                     "       1.000     0.100000            1         1.11\n"
                     "       2.000     0.200000            2         1.25\n"),
        text);
    assert_non_null(strstr(
        text, "\n       5.003     0.500000            5         2.00\n"));
    assert_non_null(
        strstr(text, "\n      10.007     1.000000           10          inf\n"
                     "#[Mean    =        5.500, StdDeviation   =        "));
    assert_non_null(
        strstr(text, "#[Max     =       10.000, Total count    =           10]"
                     "\n#[Buckets =           32, SubBuckets     =         "
                     "2048]\n"));
    free(text);
    free(histogram);
}

static void an_hgrm_counts_beyond_32_bits(void **state)
{
    struct histogram *histogram = fresh();
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    (void)state;
    assert_non_null(file);
    histogram_record(histogram, 1000);
    histogram->count = 3000000000;
    histogram->counts[1000] = 3000000000;
    assert_int_equal(hgrm_write(file, histogram), 0);
    fclose(file);
    assert_non_null(strstr(text, "1.000000   3000000000          inf\n"));
    free(text);
    free(histogram);
}

static void quantiles_need_values_beyond_them(void **state)
{
    static const struct {
        unsigned values;
        double percent;
        double beyond;
        double quantile; /* NAN: too few */
    } cases[] = {
        {0, 50, 0, NAN},     {19, 50, 9, NAN},     {20, 50, 10, 10},
        {99, 90, 9, NAN},    {100, 90, 10, 90},    {999, 99, 9, NAN},
        {1000, 99, 10, 990}, {1999, 99.9, 1, NAN}, {10000, 99.9, 10, 9990},
        {1000, 100, 0, NAN},
    };
    struct histogram *histogram = fresh();

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        histogram_clear(histogram);
        for (unsigned value = 1; value <= cases[i].values; value++)
            histogram_record(histogram, value);
        double found = histogram_quantile(histogram, cases[i].percent);
        bool right =
            isnan(cases[i].quantile)
                ? isnan(found)
                : fabs(found - cases[i].quantile) < cases[i].quantile / 1000;
        if (!right ||
            histogram_beyond(histogram, cases[i].percent) != cases[i].beyond)
            fail_msg("p%g of %u: %g", cases[i].percent, cases[i].values, found);
    }
    free(histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_hdr_histograms_places),
        cmocka_unit_test(no_value_is_off_by_a_thousandth),
        cmocka_unit_test(percentiles_are_those_of_the_sorted_values),
        cmocka_unit_test(quantiles_need_values_beyond_them),
        cmocka_unit_test(a_merge_is_as_one_histogram),
        cmocka_unit_test(a_wiped_one_is_as_a_fresh_one),
        cmocka_unit_test(the_ends_of_the_range_hold),
        cmocka_unit_test(the_deviation_is_that_of_the_population),
        cmocka_unit_test(an_hgrm_has_its_rows_and_its_sums),
        cmocka_unit_test(an_hgrm_counts_beyond_32_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

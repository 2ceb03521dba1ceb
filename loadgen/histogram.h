/* histogram.h: how many values were how large, to three significant digits:
 * log-linear, in the index layout of HdrHistogram, for 1 ns to 1 h. */
#ifndef LOADGEN_HISTOGRAM_H
#define LOADGEN_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Values below 2,048 have a counter each. Above, every doubling of the value
 * has 1,024 counters, so each is at most a thousandth of its value wide. 32
 * such ranges, the first of them double, reach beyond an hour. */
enum {
    HISTOGRAM_HALF_BITS = 10,
    HISTOGRAM_HALF = 1 << HISTOGRAM_HALF_BITS,
    HISTOGRAM_SUB_BUCKETS = 2 * HISTOGRAM_HALF,
    HISTOGRAM_BUCKETS = 32,
    HISTOGRAM_LENGTH = (HISTOGRAM_BUCKETS + 1) * HISTOGRAM_HALF,
};

#define HISTOGRAM_HIGHEST_NS UINT64_C(3600000000000)

/* 264 KiB: belongs to one writer, and is merged when that has ended. */
struct histogram {
    uint64_t count;
    uint64_t sum_ns;
    uint64_t min_ns; /* UINT64_MAX if there is no value */
    uint64_t max_ns;
    uint64_t counts[HISTOGRAM_LENGTH];
};

/* Makes it empty. */
void histogram_clear(struct histogram *histogram);

/* The same for one that was made empty before: only the counters that were used
 * are touched. */
void histogram_wipe(struct histogram *histogram);

/* The counter that `value_ns` (at most HISTOGRAM_HIGHEST_NS) belongs to. */
static inline size_t histogram_index(uint64_t value_ns)
{
    unsigned bucket =
        63u - HISTOGRAM_HALF_BITS -
        (unsigned)__builtin_clzll(value_ns | (HISTOGRAM_SUB_BUCKETS - 1));

    /* The half of the range that the range before covers is left out. */
    return ((size_t)bucket << HISTOGRAM_HALF_BITS) +
           (size_t)(value_ns >> bucket);
}

/* Counts one value. 0 counts as itself, what is beyond an hour as an hour. No
 * allocation, no atomics: one writer. */
static inline void histogram_record(struct histogram *histogram,
                                    uint64_t value_ns)
{
    if (__builtin_expect(value_ns > HISTOGRAM_HIGHEST_NS, 0))
        value_ns = HISTOGRAM_HIGHEST_NS;
    if (value_ns < histogram->min_ns)
        histogram->min_ns = value_ns;
    if (value_ns > histogram->max_ns)
        histogram->max_ns = value_ns;
    histogram->count++;
    histogram->sum_ns += value_ns;
    histogram->counts[histogram_index(value_ns)]++;
}

/* Adds all values of `from` to `to`. */
void histogram_merge(struct histogram *to, const struct histogram *from);

/* The least and the greatest value that share the counter at `index`. */
uint64_t histogram_lowest_at(size_t index);
uint64_t histogram_highest_at(size_t index);

/* The value that `percent` (0 to 100) of the values do not exceed, as the
 * greatest value of its counter but never above the maximum. 0 if empty. */
uint64_t histogram_percentile(const struct histogram *histogram,
                              double percent);

/* With fewer values beyond it, a quantile says where these few happen to lie. */
enum { HISTOGRAM_BEYOND_LEAST = 10 };

/* How many values are beyond that quantile. */
double histogram_beyond(const struct histogram *histogram, double percent);

/* As histogram_percentile(), but NAN where there are too few values beyond it. */
double histogram_quantile(const struct histogram *histogram, double percent);

/* Exact, and 0 if empty. */
double histogram_mean(const struct histogram *histogram);

/* Of the population, from the middle of each counter. 0 if empty. */
double histogram_stddev(const struct histogram *histogram);

#endif

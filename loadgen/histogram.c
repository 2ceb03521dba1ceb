#include "loadgen/histogram.h"

#include <math.h>
#include <string.h>

void histogram_clear(struct histogram *histogram)
{
    memset(histogram, 0, sizeof(*histogram));
    histogram->min_ns = UINT64_MAX;
}

void histogram_wipe(struct histogram *histogram)
{
    if (histogram->count == 0)
        return;
    const size_t first = histogram_index(histogram->min_ns);
    const size_t last = histogram_index(histogram->max_ns);
    memset(&histogram->counts[first], 0,
           (last - first + 1) * sizeof(histogram->counts[0]));
    histogram->count = 0;
    histogram->sum_ns = 0;
    histogram->min_ns = UINT64_MAX;
    histogram->max_ns = 0;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    if (from->count == 0)
        return;
    if (from->min_ns < to->min_ns)
        to->min_ns = from->min_ns;
    if (from->max_ns > to->max_ns)
        to->max_ns = from->max_ns;
    to->count += from->count;
    to->sum_ns += from->sum_ns;
    const size_t last = histogram_index(from->max_ns);
    for (size_t i = histogram_index(from->min_ns); i <= last; i++)
        to->counts[i] += from->counts[i];
}

/* The range (how often its values are halved) of the counter at `index`. */
static unsigned bucket_of(size_t index)
{
    return index < HISTOGRAM_SUB_BUCKETS
               ? 0
               : (unsigned)(index >> HISTOGRAM_HALF_BITS) - 1;
}

uint64_t histogram_lowest_at(size_t index)
{
    unsigned bucket = bucket_of(index);

    return ((uint64_t)index - ((uint64_t)bucket << HISTOGRAM_HALF_BITS))
           << bucket;
}

uint64_t histogram_highest_at(size_t index)
{
    return histogram_lowest_at(index) + (UINT64_C(1) << bucket_of(index)) - 1;
}

uint64_t histogram_percentile(const struct histogram *histogram, double percent)
{
    /* 99.9 / 100 is a little more than it should be: no rank is lost to that. */
    double wanted =
        ceil(percent / 100 * (double)histogram->count * (1 - 1e-12));
    uint64_t seen = 0;

    if (histogram->count == 0)
        return 0;
    if (wanted < 1)
        wanted = 1;
    for (size_t i = 0; i < HISTOGRAM_LENGTH; i++) {
        seen += histogram->counts[i];
        if ((double)seen >= wanted) {
            uint64_t value_ns = histogram_highest_at(i);
            return value_ns < histogram->max_ns ? value_ns : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

double histogram_beyond(const struct histogram *histogram, double percent)
{
    /* 100 - 99.9 is a little less than it should be. */
    return floor((double)histogram->count * (100 - percent) / 100 + 1e-6);
}

double histogram_quantile(const struct histogram *histogram, double percent)
{
    return histogram_beyond(histogram, percent) < HISTOGRAM_BEYOND_LEAST
               ? (double)NAN
               : (double)histogram_percentile(histogram, percent);
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->count
               ? (double)histogram->sum_ns / (double)histogram->count
               : 0;
}

double histogram_stddev(const struct histogram *histogram)
{
    double mean = histogram_mean(histogram);
    double squares = 0;

    if (histogram->count == 0)
        return 0;
    for (size_t i = 0; i < HISTOGRAM_LENGTH; i++) {
        if (histogram->counts[i] == 0)
            continue;
        double middle =
            ((double)histogram_lowest_at(i) + (double)histogram_highest_at(i)) /
            2;
        squares +=
            (middle - mean) * (middle - mean) * (double)histogram->counts[i];
    }
    return sqrt(squares / (double)histogram->count);
}

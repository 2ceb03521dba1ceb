#include "loadgen/outputs/hgrm.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

static const double steps_per_half = 5;
static const double ns_per_unit = 1000;

static void print_row(FILE *file, uint64_t value_ns, double percent,
                      uint64_t seen)
{
    fprintf(file, "%12.3f %12f %12" PRIu64, (double)value_ns / ns_per_unit,
            percent / 100, seen);
    if (percent < 100)
        fprintf(file, " %12.2f\n", 1 / (1 - percent / 100));
    else
        fprintf(file, " %12s\n", "inf");
}

/* The next percentage to print: steps get smaller each time that the distance
 * to 100 % has halved. */
static double next_step(double percent)
{
    double halvings = floor(log2(100 / (100 - percent))) + 1;

    return percent + 100 / (steps_per_half * exp2(halvings));
}

static void print_rows(FILE *file, const struct histogram *histogram)
{
    double percent = 0;
    uint64_t seen = 0;
    uint64_t value_ns = 0;

    for (size_t i = 0; i < HISTOGRAM_LENGTH && seen < histogram->count; i++) {
        if (histogram->counts[i] == 0)
            continue;
        seen += histogram->counts[i];
        value_ns = histogram_highest_at(i);
        double reached = 100 * (double)seen / (double)histogram->count;
        while (percent <= reached && percent < 100) {
            print_row(file, value_ns, percent, seen);
            percent = next_step(percent);
            if (seen == histogram->count)
                break;
        }
    }
    if (histogram->count)
        print_row(file, value_ns, 100, seen);
}

int hgrm_write(FILE *file, const struct histogram *histogram)
{
    fprintf(file, "%12s %12s %12s %12s\n\n", "Value", "Percentile",
            "TotalCount", "1/(1-Percentile)");
    print_rows(file, histogram);
    fprintf(file,
            "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
            "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n"
            "#[Buckets = %12d, SubBuckets     = %12d]\n",
            histogram_mean(histogram) / ns_per_unit,
            histogram_stddev(histogram) / ns_per_unit,
            (double)histogram->max_ns / ns_per_unit, histogram->count,
            HISTOGRAM_BUCKETS, HISTOGRAM_SUB_BUCKETS);
    return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}

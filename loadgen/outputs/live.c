#include "loadgen/outputs/live.h"

#include "common/units.h"

#include <inttypes.h>

void live_print(FILE *file, const struct interval *interval)
{
    const struct histogram *felt = interval->part.latency[interval->felt];
    double length_s =
        (double)(interval->end_ns - interval->start_ns) / (double)NS_PER_S;
    char rate[16];
    char p50[16];
    char p99[16];

    units_format_count(rate, sizeof(rate),
                       (double)interval->part.counters.requests / length_s);
    fprintf(
        file, "%9.3f s  %8s/s  p50 %9s  p99 %9s  errors %" PRIu64 "\n",
        (double)interval->end_ns / (double)NS_PER_S, rate,
        units_format_duration(p50, sizeof(p50), histogram_quantile(felt, 50)),
        units_format_duration(p99, sizeof(p99), histogram_quantile(felt, 99)),
        interval->part.errors);
    fflush(file);
}

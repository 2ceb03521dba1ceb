#include "loadgen/outputs/series.h"

#include "common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

static int finish(FILE *file)
{
    return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}

int series_begin(FILE *file)
{
    fprintf(file, "start_s\tduration_s\trequests\terrors\trequests_per_s\t"
                  "p50_ns\tp99_ns\tmax_ns\tclient_cpu_share\t"
                  "server_cpu_share\n");
    return finish(file);
}

/* What too few replies tell, or none, is "nan". */
static void print_latency(FILE *file, const struct histogram *histogram)
{
    fprintf(file, "\t%.0f\t%.0f\t%.0f", histogram_quantile(histogram, 50),
            histogram_quantile(histogram, 99),
            histogram->count ? (double)histogram->max_ns : (double)NAN);
}

int series_write(FILE *file, const struct interval *interval)
{
    const struct part *part = &interval->part;
    double length_s =
        (double)(interval->end_ns - interval->start_ns) / (double)NS_PER_S;

    fprintf(file, "%.9f\t%.9f\t%" PRIu64 "\t%" PRIu64 "\t%.3f",
            (double)interval->start_ns / (double)NS_PER_S, length_s,
            part->counters.requests, part->errors,
            (double)part->counters.requests / length_s);
    print_latency(file, part->latency[interval->felt]);
    fprintf(file, "\t%.4f\t%.4f\n", interval->client_cpu_share,
            interval->server_cpu_share);
    return finish(file);
}

#include "loadgen/outputs/hlog.h"

#include "loadgen/outputs/packed.h"

#include "common/units.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static double seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

static int finish(FILE *file)
{
    return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}

int hlog_begin(FILE *file, uint64_t epoch_ns)
{
    const time_t day_time = (time_t)(epoch_ns / NS_PER_S);
    char text[40];
    struct tm utc;

    gmtime_r(&day_time, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(file,
            "#[Logged with muxbench " MUXBENCH_VERSION ", values in ns]\n"
            "#[Histogram log format version 1.3]\n"
            "#[StartTime: %.3f (seconds since epoch), %s]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
            "\"Interval_Compressed_Histogram\"\n",
            seconds(epoch_ns), text);
    return finish(file);
}

int hlog_write(FILE *file, const char *tag, uint64_t start_ns,
               uint64_t length_ns, const struct histogram *histogram)
{
    char *text = packed_from_histogram(histogram);

    if (!text)
        return -ENOMEM;
    fprintf(file, "Tag=%s,%.6f,%.6f,%.6f,%s\n", tag, seconds(start_ns),
            seconds(length_ns), (double)histogram->max_ns / (double)NS_PER_MS,
            text);
    free(text);
    return finish(file);
}

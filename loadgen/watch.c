#include "loadgen/watch.h"

#include "loadgen/outputs/hlog.h"
#include "loadgen/outputs/live.h"
#include "loadgen/outputs/series.h"

#include "common/clock.h"
#include "common/units.h"

#include <time.h>

/* What the time of day was when the window began. */
static uint64_t epoch_ns(const struct interval *interval)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec -
           (clock_ns() - interval->window_ns);
}

/* A line for each time that is told apart. */
static int log_interval(FILE *file, const struct interval *interval)
{
    int error = 0;

    for (int i = 0; i < LATENCIES && !error; i++) {
        const struct histogram *histogram = interval->part.latency[i];
        /* Few intervals open a connection. */
        if (!histogram || (i == LATENCY_CONNECT && histogram->count == 0))
            continue;
        error =
            hlog_write(file, latency_name((enum latency)i), interval->start_ns,
                       interval->end_ns - interval->start_ns, histogram);
    }
    return error;
}

static void tell(void *whom, const struct interval *interval)
{
    struct watch *watch = whom;

    if (watch->hlog && interval->start_ns == 0)
        watch->hlog_error = hlog_begin(watch->hlog, epoch_ns(interval));
    if (watch->series && !watch->series_error)
        watch->series_error = series_write(watch->series, interval);
    if (watch->hlog && !watch->hlog_error)
        watch->hlog_error = log_interval(watch->hlog, interval);
    if (watch->live)
        live_print(watch->live, interval);
}

const struct watcher *watch_begin(struct watch *watch)
{
    watch->watcher = (struct watcher){tell, watch};
    if (watch->series)
        watch->series_error = series_begin(watch->series);
    return watch->series || watch->hlog || watch->live ? &watch->watcher : NULL;
}

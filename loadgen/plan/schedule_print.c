#include "loadgen/plan/schedule_print.h"

#include "loadgen/plan/schedule.h"

#include <errno.h>
#include <inttypes.h>

int schedule_print(FILE *file, const struct settings *settings)
{
    const uint64_t end_ns = settings->warmup_ns + settings->duration_ns;
    struct schedule schedule;

    for (unsigned i = 0; i < settings->threads; i++) {
        schedule_init(&schedule, settings->arrivals, settings->rate_per_s, i,
                      settings->threads, settings->seed);
        while (schedule.at_ns < end_ns) {
            if (fprintf(file, "%u\t%" PRIu64 "\n", i, schedule.at_ns) < 0)
                return -errno;
            schedule_advance(&schedule);
        }
    }
    return fflush(file) == 0 ? 0 : -errno;
}

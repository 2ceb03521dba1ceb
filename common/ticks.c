#include "common/ticks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE = 4096 };

int ticks_read(const cpu_set_t *cpus, struct ticks *ticks)
{
    const uint64_t tick_ns =
        UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
    char line[LINE];
    FILE *file = fopen("/proc/stat", "re");

    *ticks = (struct ticks){0};
    if (!file)
        return -errno;
    while (fgets(line, sizeof(line), file)) {
        unsigned number;
        uint64_t t[8] = {
            0}; /* user nice system idle iowait irq softirq steal */
        if (sscanf(line,
                   "cpu%u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                   " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
                   &number, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6],
                   &t[7]) < 9 ||
            number >= CPU_SETSIZE || !CPU_ISSET(number, cpus))
            continue;
        ticks->busy_ns += (t[0] + t[1] + t[2] + t[5] + t[6]) * tick_ns;
        ticks->nice_ns += t[1] * tick_ns;
        ticks->idle_ns += (t[3] + t[4]) * tick_ns;
        ticks->steal_ns += t[7] * tick_ns;
    }
    fclose(file);
    return 0;
}

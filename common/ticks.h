/* ticks.h: what a set of CPUs did, whoever used them. */
#ifndef COMMON_TICKS_H
#define COMMON_TICKS_H

#include <sched.h>
#include <stdint.h>

/* Sums since the boot, from /proc/stat, see proc(5): its unit is 10 ms, so the
 * difference of two readings is off by that much for each CPU. Where the timer
 * tick stops on an idle CPU, as it usually does, `idle_ns` counts every rest;
 * `busy_ns` is sampled by the tick and misses much of what runs between two. */
struct ticks {
    uint64_t busy_ns;  /* neither idle, waiting for I/O, nor stolen */
    uint64_t nice_ns;  /* of these, processes that leave others the CPU */
    uint64_t idle_ns;  /* idle or waiting for I/O */
    uint64_t steal_ns; /* taken by the hypervisor for others */
};

/* Reads them for the CPUs in the set, all together. 0 or -errno. */
int ticks_read(const cpu_set_t *cpus, struct ticks *ticks);

#endif

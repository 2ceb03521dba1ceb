/* interval.h: what those who watch a run are told while it goes on. */
#ifndef LOADGEN_INTERVALS_INTERVAL_H
#define LOADGEN_INTERVALS_INTERVAL_H

#include "loadgen/intervals/part.h"

#include <stdint.h>

/* An interval, all threads together. It is longer than was asked for where a
 * thread could not hand over in time: then the next one is a part of it. */
struct interval {
    uint64_t window_ns; /* when the window began, by clock_ns() */
    uint64_t start_ns;  /* since then */
    uint64_t end_ns;
    struct part part;
    enum latency felt;       /* which of part.latency the mode is about */
    double client_cpu_share; /* of one CPU; two busy threads have 2 */
    double server_cpu_share; /* likewise, or NAN if it is not known */
};

/* Told of each interval once it is whole, one after the other, by the thread
 * that called load_run(). The intervals add up to the window. */
struct watcher {
    void (*tell)(void *whom, const struct interval *interval);
    void *whom;
};

#endif

/* part.h: what was counted in a part of the measured window: by one thread in
 * an interval, by all threads in one, or by all in the whole window. */
#ifndef LOADGEN_INTERVALS_PART_H
#define LOADGEN_INTERVALS_PART_H

#include "loadgen/histogram.h"
#include "loadgen/settings.h"

#include <stdbool.h>
#include <stdint.h>

/* The times that are told apart, each in a histogram of its own. */
enum latency {
    LATENCY_RESPONSE,
    LATENCY_SERVICE,
    LATENCY_QUEUE_WAIT,
    LATENCY_SEND_LAG,
    LATENCY_CONNECT,
    LATENCIES,
};

struct counters {
    uint64_t replies; /* right ones; `requests`: those that count */
    uint64_t requests;
    uint64_t bytes_in;
    uint64_t body_bytes; /* of these, right ones of replies' bodies */
    uint64_t bytes_out;
    uint64_t closes[CLOSINGS]; /* connections that came to a regular end */
};

struct part {
    uint32_t first; /* the interval that it begins with, */
    uint32_t end;   /* and the one that it ends before */
    struct counters counters;
    uint64_t errors;
    uint64_t cpu_ns;                      /* of the threads */
    struct histogram *latency[LATENCIES]; /* NULL: not known here */
};

/* The name in records and logs: "queue_wait". */
const char *latency_name(enum latency latency);

/* Does the mode that `settings` ask for know this time? */
bool latency_is_known(enum latency latency, const struct settings *settings);

/* The one that the mode is about: what who waits for a reply feels. */
enum latency latency_felt(const struct settings *settings);

/* An empty one, with histograms of its own for all times that are known. 0 or
 * -ENOMEM; part_free() in both cases. */
int part_init(struct part *part, const struct settings *settings);
void part_free(struct part *part);

/* Empties the counters and the histograms. */
void part_clear(struct part *part);

/* Adds the counters, and those histograms that both have; not the place. */
void part_add(struct part *to, const struct part *from);

#endif

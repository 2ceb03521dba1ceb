/* goal.h: what --find-rate asks of the response time: "p99<1ms". */
#ifndef LOADGEN_PLAN_GOAL_H
#define LOADGEN_PLAN_GOAL_H

#include "loadgen/histogram.h"

#include <stdint.h>

struct goal {
    const char *text;   /* as it was typed; NULL: none */
    const char *metric; /* "p99", "max", "mean" */
    double percent;     /* of a quantile; 100: the maximum; 0: the mean */
    uint64_t limit_ns;  /* the metric has to be below it */
};

/* Parses METRIC<DURATION, with blanks around the `<` if they please; METRIC is
 * p50, p90, p99, p999, p9999, max or mean. `text` is borrowed. 0, or -EINVAL
 * with what is wrong in words in `why` (`size` bytes). */
int goal_parse(const char *text, struct goal *goal, char *why, size_t size);

/* The metric's value; 0 if there is nothing. */
double goal_value(const struct goal *goal, const struct histogram *response);

/* How many values are beyond a quantile, on the average; all of them for the
 * maximum and the mean. */
double goal_samples(const struct goal *goal, const struct histogram *response);

#endif

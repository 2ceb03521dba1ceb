/* find_rate.h: the highest rate that meets a goal, found by measuring. */
#ifndef LOADGEN_PLAN_FIND_RATE_H
#define LOADGEN_PLAN_FIND_RATE_H

#include "loadgen/plan/goal.h"
#include "loadgen/plan/search.h"
#include "loadgen/result.h"
#include "loadgen/settings.h"

#include <stdint.h>
#include <stdio.h>

/* One rate that was measured. */
struct step {
    uint64_t rate_per_s;
    double requests_per_s;
    double p50_ns; /* of the response time; NAN: by too few samples */
    double p99_ns;
    double value_ns; /* of the goal's metric */
    enum answer answer;
    struct verdict verdict;
};

enum { FIND_STEPS_MOST = 128 };

struct found {
    struct goal goal;
    struct search search; /* its end */
    double samples;       /* beyond the goal's quantile, in the last step */
    unsigned n_steps;
    struct step steps[FIND_STEPS_MOST];
};

/* Measures rate after rate, from that of `settings` on, on the same threads and
 * connections, and writes a line of TSV for each to `curve` as soon as it is
 * known, after a line of names. `settings` and `result` are those of the last
 * step at the end, its verdict among them; result_free() the result in any case.
 * 0 or -errno; where a signal has ended it, result->interrupted. */
int find_rate(struct settings *settings, const struct goal *goal, FILE *curve,
              struct found *found, struct result *result);

/* The rate that was found; 0: none. */
uint64_t found_rate(const struct found *found);

/* The exit code, and in words (`size` bytes) what it means: EXIT_FINE found,
 * EXIT_NO not even the first rate meets the goal, or the server is gone,
 * EXIT_UNCLEAR could not tell. */
int found_exit(const struct found *found, char *words, size_t size);

#endif

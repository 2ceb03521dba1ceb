/* verdict_rules.h: the rules that verdict.c asks, and what they share. */
#ifndef LOADGEN_VERDICT_VERDICT_RULES_H
#define LOADGEN_VERDICT_VERDICT_RULES_H

#include "loadgen/result.h"
#include "loadgen/settings.h"
#include "loadgen/verdict/verdict.h"

#include <stdbool.h>

/* From this share of its CPUs on, a side is at its limit: what is missing goes
 * to interrupts and to reading the clocks. */
#define VERDICT_LIMIT_SHARE 0.90

/* Makes the judgement this one, unless a rule has found a worse one. */
void verdict_worsen(struct verdict *verdict, enum judgement judgement);

/* Adds a reason, as long as there is room. */
void verdict_reason(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The share of its CPU that the busiest thread of the generator used, or all
 * threads of the CPUs that they have to share. */
double verdict_generator_share(const struct settings *settings,
                               const struct result *result);

/* The share that the server used of the CPUs that it can use at once; -1 if
 * that is not known. */
double verdict_server_share(const struct result *result);

/* Where there is always something to do, in a closed loop or because the server
 * can't keep up: why is neither side at its limit? */
void verdict_judge_limits(const struct settings *settings,
                          struct result *result);

/* Open loop: was it the plan that was measured, and could the server keep up? */
void verdict_judge_plan(const struct settings *settings, struct result *result);

/* Open loop: were there fewer replies at the end of the window than requests in
 * flight and chance explain, because requests waited for connections? */
bool verdict_falls_behind(const struct settings *settings,
                          const struct result *result);

/* How far the distribution of `gaps` is from the exponential one of this mean:
 * the greatest difference of both, 0 to 1 (Kolmogorov and Smirnov). */
double verdict_gaps_off(const struct histogram *gaps, double mean_ns);

/* Do many replies take about 40 ms? */
void verdict_judge_plateau(struct result *result);

#endif

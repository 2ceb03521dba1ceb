/* doubts.h: what makes a comparison doubtful; no I/O. */
#ifndef BENCH_COMPARE_DOUBTS_H
#define BENCH_COMPARE_DOUBTS_H

#include "bench/compare/members.h"
#include "bench/report/summary.h"
#include "bench/words.h"

#include <stddef.h>

/* Appends a sentence for what of the machines differs between the first run and
 * each other one, and for boots that are but one each. 0 or -ENOMEM. */
int doubts_of_runs(const struct members *members, struct words *warnings);

/* Appends a sentence for each side that is damaged, for each cell that has failed
 * trials or starves on some sides only, and for each side's trials that were
 * noisy or limited by the generator. 0 or -ENOMEM. */
int doubts_of_trials(const struct summary *side, size_t sides,
                     struct words *warnings);

#endif

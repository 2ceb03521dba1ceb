/* compare.h: sides against a base, cell by cell and metric by metric; no I/O. */
#ifndef BENCH_COMPARE_COMPARE_H
#define BENCH_COMPARE_COMPARE_H

#include "bench/compare/comparison.h"
#include "bench/report/summary.h"

#include <stdbool.h>
#include <stddef.h>

/* Compares each of `sides` sides with side[0]. Cells are matched by all axes;
 * what decides is the ratio of each metric: Hodges and Lehmann's estimate on
 * logarithms with its 95 % interval, Mann and Whitney's test. The unit is the
 * trial, or, `by_boot`, the boot: the median of its trials. `min_effect`, 0.03
 * for 3 %, is the least change that matters. Fills `findings` (judged and
 * sorted), `unmatched`, `unit`, `cells`, `trials` and `verdict` of
 * `*comparison`, which is otherwise left alone. 0 or -ENOMEM; free with
 * comparison_free() in both cases. */
int compare_runs(const struct summary *side, size_t sides, bool by_boot,
                 double min_effect, struct comparison *comparison);

#endif

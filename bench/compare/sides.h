/* sides.h: the runs of a comparison, read and put together to sides. */
#ifndef BENCH_COMPARE_SIDES_H
#define BENCH_COMPARE_SIDES_H

#include "bench/compare/comparison.h"
#include "bench/report/summary.h"
#include "bench/words.h"

#include <stdbool.h>
#include <stddef.h>

struct sides {
    struct summary *side; /* `n` of them, the base first */
    size_t n;
    bool by_boot; /* the unit is the boot, not the trial */
};

/* Reads the runs in the folders `run`, and groups them as members.h says. Fills
 * `sides`, `about`, `counts` and `warnings` of `*comparison`. 0, or -1 after
 * telling why. Free with sides_free() and comparison_free() in both cases. */
int sides_read(const struct words *run, struct sides *sides,
               struct comparison *comparison);

void sides_free(struct sides *sides);

#endif

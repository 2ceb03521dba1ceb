/* charted.h: the cells that the charts show, of one run or of several sides. */
#ifndef BENCH_CHARTED_H
#define BENCH_CHARTED_H

#include "bench/summary.h"

#include <stdbool.h>
#include <stddef.h>

struct charted_cell {
    size_t side; /* its place in charted.side */
    const struct summary_cell *cell;
};

struct charted {
    const struct summary *side;
    size_t sides;
    struct charted_cell *cell; /* by side, then as the summary has them */
    size_t n;
    bool compared; /* tables begin with a column `side`, from 1, the base */
};

/* Collects those that have a right trial and belong into one chart: what
 * summary_is_base() says, by the first side that has such a cell. `side`
 * (`sides` of them) is borrowed. 0 or -ENOMEM; charted_free() in both cases. */
int charted_collect(const struct summary *side, size_t sides,
                    struct charted *charted);

/* What a table's row of the cell begins with: the side and a tab, or "" for a
 * single run. Writes to `text` (`size` bytes) and returns it. */
const char *charted_side(const struct charted *charted, size_t cell, char *text,
                         size_t size);

void charted_free(struct charted *charted);

#endif

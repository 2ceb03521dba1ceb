/* charted.h: the cells that the charts show, of one run or of several sides. */
#ifndef BENCH_COMPARE_CHARTED_H
#define BENCH_COMPARE_CHARTED_H

#include "bench/report/summary.h"

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
    enum load load;
    bool compared; /* tables begin with a column `side`, from 1, the base */
};

/* Collects, for each load, those that have a right trial and belong into one
 * chart: those that share charts with the first usual cell of that load
 * (summary.h). `side` (`sides` of them) is borrowed. 0 or -ENOMEM;
 * charted_free() in both cases. */
int charted_collect(const struct summary *side, size_t sides, bool compared,
                    struct charted charted[LOADS]);

/* The number of connections of charts that show only one: 64, or the nearest below
 * that there is, or the least. 0 without cells. */
double charted_connections(const struct charted *charted);

/* What a table's row of the cell begins with: the side and a tab, or "" for a
 * single run. Writes to `text` (`size` bytes) and returns it. */
const char *charted_side(const struct charted *charted, size_t cell, char *text,
                         size_t size);

void charted_free(struct charted charted[LOADS]);

#endif

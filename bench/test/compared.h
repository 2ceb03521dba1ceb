/* compared.h: runs compared as `muxbench compare` does, for tests. */
#ifndef BENCH_TEST_COMPARED_H
#define BENCH_TEST_COMPARED_H

#include "bench/compare/compare.h"
#include "bench/compare/sides.h"

struct compared {
    struct sides sides;
    struct comparison comparison;
};

/* Compares the runs, whose names are separated by blanks; 3 % is the least change
 * that matters. Free with compared_free(). */
void compared_runs(struct compared *compared, const char *runs);

void compared_free(struct compared *compared);

/* What is found of the cell of that name, or NULL. */
const struct finding *compared_find(const struct compared *compared,
                                    const char *cell, enum metric metric);

#endif

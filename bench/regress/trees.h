/* trees.h: what there is to say of two trees before they are measured. */
#ifndef BENCH_REGRESS_TREES_H
#define BENCH_REGRESS_TREES_H

#include "bench/compare/comparison.h"
#include "bench/regress/base_tree.h"
#include "bench/runner/run.h"

/* Names the sides of `comparison`, the base and this tree; leaves out of the run's
 * plan the models that the base does not have, and notes those as unmatched; warns
 * where the trees were built with other commands. 0, or -1 after telling what is
 * wrong, as that no model is left. */
int trees_introduce(struct run *run, const struct base_tree *base,
                    struct comparison *comparison);

#endif

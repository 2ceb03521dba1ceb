/* compare_publish.h: a comparison as charts and as one HTML file. */
#ifndef BENCH_COMPARE_COMPARE_PUBLISH_H
#define BENCH_COMPARE_COMPARE_PUBLISH_H

#include "bench/compare/comparison.h"
#include "bench/paths.h"
#include "bench/report/summary.h"

#include <stddef.h>

/* Writes into `folder`, which it makes: the tables connections.tsv,
 * percentiles.tsv and forest.tsv, labels.gp, the charts that the scripts of
 * plots/compare draw of them (plots/, each as SVG and PNG), and report.html.
 * `side` are what is compared (`sides` of them), the base first; their names
 * are comparison->sides, in the same order. 0, or -1 after telling why; where
 * charts can't be drawn the rest is written all the same. */
int compare_publish(const struct paths *paths, const struct summary *side,
                    size_t sides, const struct comparison *comparison,
                    const char *folder);

#endif

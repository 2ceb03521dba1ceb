/* labels.h: what the charts' scripts must know besides the tables. */
#ifndef BENCH_REPORT_LABELS_H
#define BENCH_REPORT_LABELS_H

#include "bench/compare/charted.h"
#include "bench/words.h"

#include <stdio.h>

/* Writes what every script loads as labels.gp: the lines of the title, the
 * lists of models, protocols, connections and rates, and how much there is to
 * draw. 0 or -ENOMEM. */
int labels_write(const struct charted charted[LOADS],
                 const struct words *titles, FILE *file);

/* Writes a list as the scripts take it: a string with blanks between. */
void labels_write_list(FILE *file, const char *name,
                       const struct words *values);

#endif

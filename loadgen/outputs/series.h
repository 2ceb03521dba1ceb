/* series.h: a run over time, as TSV: a row an interval. */
#ifndef LOADGEN_OUTPUTS_SERIES_H
#define LOADGEN_OUTPUTS_SERIES_H

#include "loadgen/intervals/interval.h"

#include <stdio.h>

/* Writes the line that names the columns. 0 or -EIO. */
int series_begin(FILE *file);

/* Writes a row, and flushes it: who reads from a pipe sees it at once. What is
 * not known is "nan", as in the other tables. 0 or -EIO. */
int series_write(FILE *file, const struct interval *interval);

#endif

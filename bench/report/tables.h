/* tables.h: a summary as files for gnuplot, and as a table for people. */
#ifndef BENCH_REPORT_TABLES_H
#define BENCH_REPORT_TABLES_H

#include "bench/compare/charted.h"

#include <stdio.h>

/* Writes into the folder `run`: cells.tsv (a row a cell), the tables that charts are
 * drawn from (chart_tables.h), heat.tsv (heat.h), and labels.gp (titles and lists
 * for the charts). 0, or -1 after telling why. */
int tables_write(const struct summary *summary, const char *run);

/* Writes the header and the rows of a table of cells to `file`. */
void tables_write_rows(const struct charted *charted, FILE *file);

/* Prints the table of all cells, with what must be known to read it. */
void tables_print(const struct summary *summary, FILE *to);

/* Writes the title of a run for people: "NAME, kernel 6.18, MODEL" to `text`
 * (`size` bytes) and returns it. */
const char *tables_title(const struct summary *summary, const char *run,
                         char *text, size_t size);

#endif

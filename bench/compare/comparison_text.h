/* comparison_text.h: what the tables of a comparison are made of. */
#ifndef BENCH_COMPARE_COMPARISON_TEXT_H
#define BENCH_COMPARE_COMPARISON_TEXT_H

#include "bench/compare/comparison.h"

#include <stddef.h>

/* A block of the table: what gates comes first, in the findings' order. */
struct comparison_part {
    const struct finding *finding;
    size_t n;
};
struct comparison_part comparison_gating(const struct comparison *comparison);
struct comparison_part
comparison_describing(const struct comparison *comparison);

/* Whether there is a ratio, and whether its interval is a 95 % one. */
bool comparison_has_ratio(const struct finding *finding);
bool comparison_has_interval(const struct finding *finding);

/* Write to `text` (`size` bytes) and return it: the change, "+5.3 %", and its
 * interval, "+4.1 .. +6.5 %"; each "-" where there is none. */
const char *comparison_change(const struct finding *finding, char *text,
                              size_t size);
const char *comparison_interval(const struct finding *finding, char *text,
                                size_t size);

/* The metric in words: "total CPU/request". */
const char *comparison_metric(enum metric metric);

enum comparison_column {
    COLUMN_VERDICT,
    COLUMN_SIDE, /* only where there are several besides the base */
    COLUMN_CHANGE,
    COLUMN_INTERVAL,
    COLUMN_METRIC,
    COLUMN_UNITS,
    COLUMN_CELL,
    COLUMNS
};

/* Whether the tables of this comparison have the column. */
bool comparison_has_column(const struct comparison *comparison,
                           enum comparison_column column);

/* Whether its entries end in line, as numbers do. */
bool comparison_is_number(enum comparison_column column);

/* Its head. */
const char *comparison_head(const struct comparison *comparison,
                            enum comparison_column column);

/* What it has for the finding. Writes at most `size` bytes to `text`; the
 * result may point elsewhere. */
const char *comparison_entry(const struct finding *finding,
                             enum comparison_column column, char *text,
                             size_t size);

/* "2 slower, 0 faster, 38 same, 4 unclear of 44 that gate". As above. */
const char *comparison_count(const struct comparison *comparison, char *text,
                             size_t size);

/* How many cells and trials it rests on, and how to read it: a sentence. As
 * above. */
const char *comparison_rests_on(const struct comparison *comparison, char *text,
                                size_t size);

/* What n counts: "boots, 3 of 6.1, 2 of 6.12". As above. */
const char *comparison_unit(const struct comparison *comparison, char *text,
                            size_t size);

#endif

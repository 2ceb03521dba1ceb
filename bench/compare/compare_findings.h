/* compare_findings.h: findings as parts of a page. */
#ifndef BENCH_COMPARE_COMPARE_FINDINGS_H
#define BENCH_COMPARE_COMPARE_FINDINGS_H

#include "bench/compare/comparison.h"

#include <stdio.h>

/* The verdict, how many findings that gate say so, and which are slower or
 * faster. */
void compare_findings_verdict(FILE *to, const struct comparison *comparison);

/* All findings, in their order: a table of those that gate, and one of those
 * that describe. */
void compare_findings_tables(FILE *to, const struct comparison *comparison);

#endif

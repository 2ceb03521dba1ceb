/* comparison.h: sides against a base, as people and programs read them. Runs
 * are compared by compare_runs() (compare.h), two trees by regress_run(). All
 * texts in it are plain (plain.h). */
#ifndef BENCH_COMPARE_COMPARISON_H
#define BENCH_COMPARE_COMPARISON_H

#include "bench/statistics/findings.h"
#include "bench/words.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Sides are called by a letter, "A" being the base. */
enum { COMPARISON_SIDES_MOST = 26 };
char comparison_letter(size_t side);

struct comparison {
    struct words sides; /* their names, the base first */
    struct words about; /* what those do not say: "kernel 6.1"; may be empty */
    struct words warnings;  /* what makes it doubtful, a sentence each */
    struct words unmatched; /* cells that only some sides have, in words */
    const char *command;    /* that made it: "compare", "regress" */
    const char *unit;       /* what n counts: "trials", "boots", "blocks" */
    const char *windows;    /* what was measured: "trials", "slices" */
    struct words counts;    /* "3 of 6.1", a side each; may be empty */
    size_t cells;           /* how many are compared */
    size_t trials;          /* that it rests on, or slices */
    struct findings findings;
    enum change verdict;
};

void comparison_free(struct comparison *comparison);

/* Prints sides, warnings, and the table in the findings' order. */
void comparison_print(const struct comparison *comparison, FILE *to);

/* The same as it is pasted into a mail or a pull request. */
void comparison_print_markdown(const struct comparison *comparison, FILE *to);

/* A row a finding, with a header; comma-separated as RFC 4180 has it. */
void comparison_print_csv(const struct comparison *comparison, FILE *to);

/* Every cell as a test case that fails when it is slower, is skipped when
 * unclear, and is an error when it could not be measured: in the XML that CI
 * systems read as JUnit's. */
void comparison_print_junit(const struct comparison *comparison, FILE *to);

/* Writes that object, which comparison_json() makes. 0, -ENOMEM or -EIO. */
int comparison_write_json(const struct comparison *comparison, FILE *to);

/* The object of --json. A new reference; NULL when out of memory. */
json_t *comparison_json(const struct comparison *comparison);

#endif

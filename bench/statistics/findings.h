/* findings.h: what the metrics of cells say of one side against the base; no
 * I/O. */
#ifndef BENCH_STATISTICS_FINDINGS_H
#define BENCH_STATISTICS_FINDINGS_H

#include "bench/report/summary.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum change {
    CHANGE_SAME,
    CHANGE_FASTER,
    CHANGE_SLOWER,
    CHANGE_UNCLEAR,
    CHANGE_TOO_FEW, /* unclear, and so few data could never be clear */
};

/* "same", "faster", "slower", "unclear", "unclear (n too small)". */
const char *change_word(enum change change);

/* One metric of one cell, on one side and on the base. */
struct finding {
    char *cell;   /* in words, owned */
    json_t *axes; /* its values by their record keys, owned */
    size_t side;  /* 1: the first one after the base */
    enum metric metric;
    double min_effect; /* the least change that matters: 0.03 is 3 % */
    double ratio;      /* side / base */
    double low;        /* of its interval */
    double high;
    double p;       /* two-sided, of no difference */
    double least_p; /* the least that so few data can give */
    double q;       /* p adjusted over all that gate; NAN for others */
    size_t n_base;  /* trials, boots or blocks */
    size_t n_side;
    bool given_up; /* it could not be measured to its end */
    enum change change;
};

struct findings {
    struct finding *finding;
    size_t n;
};

/* Whether the metric decides a verdict; the others describe. */
bool finding_gates(enum metric metric);

/* A ratio as a change in per cent: 1.05 is 5. */
static inline double finding_percent(double ratio)
{
    return (ratio - 1) * 100;
}

/* Whether more of the metric is better. */
bool finding_more_is_better(enum metric metric);

/* Appends a copy of `finding`, which takes its `cell` and `axes`, also after an
 * error. 0 or -ENOMEM. */
int findings_add(struct findings *findings, const struct finding *finding);

/* Drops what only describes and rests on no data of either side. */
void findings_drop_empty(struct findings *findings);

/* Sets each q, by Benjamini and Hochberg over all that gate, and each change:
 * `slower` or `faster` where the interval excludes 1, the ratio differs by at
 * least the minimum effect, and q <= 5 % (of those that gate); `same` where the
 * interval lies within the minimum effect; else unclear. 0 or -ENOMEM. */
int findings_judge(struct findings *findings);

/* The verdict of all that gate: slower if any is; else unclear if any is, or
 * there is none; else faster if any is; else same. */
enum change findings_verdict(const struct findings *findings);

/* What is worse first, then what changed most; gating ones before others. */
void findings_sort(struct findings *findings);

/* Takes out `n` of them, from number `from` on. */
void findings_drop(struct findings *findings, size_t from, size_t n);

void findings_free(struct findings *findings);

#endif

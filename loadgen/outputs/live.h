/* live.h: a run for people who watch it: a line an interval. */
#ifndef LOADGEN_OUTPUTS_LIVE_H
#define LOADGEN_OUTPUTS_LIVE_H

#include "loadgen/intervals/interval.h"

#include <stdio.h>

/* Prints the time since the window began, the rate, p50 and p99 of what a
 * client feels, and the errors of the interval. Who can't see it, can't be
 * told: errors of writing are ignored. */
void live_print(FILE *file, const struct interval *interval);

#endif

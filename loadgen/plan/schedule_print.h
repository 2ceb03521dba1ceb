/* schedule_print.h: the plan of a run, for people and for tests. */
#ifndef LOADGEN_PLAN_SCHEDULE_PRINT_H
#define LOADGEN_PLAN_SCHEDULE_PRINT_H

#include "loadgen/settings.h"

#include <stdio.h>

/* Writes what the open loop of `settings` plans for its warm-up and its
 * duration, a line a request: THREAD, a tab, and the nanoseconds from the
 * beginning of the plan; one thread after the other, in the order of time. 0 or
 * -errno. */
int schedule_print(FILE *file, const struct settings *settings);

#endif

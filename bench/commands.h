/* commands.h: what `muxbench COMMAND` does. Each takes the command line from
 * its own name on, and returns an exit code. */
#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H

#include "bench/paths.h"

#include <stdbool.h>

int command_run(const struct paths *paths, int argc, char **argv);
int command_regress(const struct paths *paths, int argc, char **argv);
int command_report(const struct paths *paths, int argc, char **argv);
int command_compare(const struct paths *paths, int argc, char **argv);
int command_list(const struct paths *paths, int argc, char **argv);
int command_baseline(const struct paths *paths, int argc, char **argv);

/* Summarises the run in the folder `run`: tables, charts, and unless
 * `only_charts` the report. With `print`, the table also goes to stdout.
 * Returns an exit code. */
int report_run(const struct paths *paths, const char *run, bool only_charts,
               bool print);

#endif

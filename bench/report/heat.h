/* heat.h: how the latency of some trials went over time. */
#ifndef BENCH_REPORT_HEAT_H
#define BENCH_REPORT_HEAT_H

#include "bench/compare/charted.h"

#include <stdio.h>

/* Writes the header and the rows of heat.tsv to `file`: how many requests of an
 * interval had a response time of such a span, of one trial of each server in open
 * loop. The rate is the highest share up to 80 %, where queues show and every
 * server still keeps up, else the first. The trial is, of those that kept their
 * intervals, the one whose p99 is nearest to the median of all. What can't be read
 * is told. 0 or -errno. */
int heat_write(const struct charted *open, FILE *file);

/* Writes what the script must know: heat_servers, heat_protocols, heat_rate. 0 or
 * -ENOMEM. */
int heat_labels_write(const struct charted *open, FILE *file);

#endif

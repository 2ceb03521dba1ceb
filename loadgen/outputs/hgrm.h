/* hgrm.h: a histogram as the HdrHistogram tools and gnuplot read it. */
#ifndef LOADGEN_OUTPUTS_HGRM_H
#define LOADGEN_OUTPUTS_HGRM_H

#include "loadgen/histogram.h"

#include <stdio.h>

/* Writes the percentile distribution in microseconds, five steps for each
 * halving of the distance to 100 %. 0 or -EIO. */
int hgrm_write(FILE *file, const struct histogram *histogram);

#endif

/* compare_folder.h: where the charts and the report of a comparison are. */
#ifndef BENCH_COMPARE_COMPARE_FOLDER_H
#define BENCH_COMPARE_COMPARE_FOLDER_H

#include "bench/paths.h"
#include "bench/words.h"

/* The folder results/compare-A-B of these sides, which may be named by paths.
 * A name below 200 bytes: what would be longer is cut, and ends with a number
 * that is that of these sides. To be freed; NULL when out of memory. */
char *compare_folder(const struct paths *paths, const struct words *sides);

#endif

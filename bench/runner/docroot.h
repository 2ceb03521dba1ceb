/* docroot.h: the files that servers serve in a run: one of each size that its
 * cells ask for, in a folder of their own. */
#ifndef BENCH_RUNNER_DOCROOT_H
#define BENCH_RUNNER_DOCROOT_H

#include "bench/runner/plan.h"

#include <stdint.h>

/* All zero: there are none. */
struct docroot {
    char *path;
    struct words names; /* "/1024.bin", as they are asked for */
};

/* Makes FOLDER/files with the files that cells of `plan` ask for, of random bytes
 * that follow from `seed`, and has them on disk and in the page cache; nothing at
 * all if no cell asks for one. What an earlier session has left there is replaced.
 * 0, or -1 after telling why. docroot_remove() in both cases. */
int docroot_make(struct docroot *docroot, const char *folder,
                 const struct plan *plan, uint64_t seed);

/* Reads the file that the cell asks for, if there is one, so that the page cache
 * has it. A failure is left to the server to tell. */
void docroot_warm(const struct docroot *docroot, const struct cell *cell);

/* Removes the files and their folder. */
void docroot_remove(struct docroot *docroot);

#endif

/* paths.h: where the programs, suites, plots and results are. */
#ifndef BENCH_PATHS_H
#define BENCH_PATHS_H

#include "bench/words.h"

struct paths {
    char *programs; /* the folder of this program: build/ */
    char *root;     /* the checkout that it was built in */
};

/* Finds both from /proc/self/exe: the checkout is the nearest folder above
 * that has bench/suites. 0, or -1 after telling why. */
int paths_find(struct paths *paths);

void paths_free(struct paths *paths);

/* The names of the servers that were built, sorted. 0, or -1 after telling
 * that there are none. */
int paths_servers(const struct paths *paths, struct words *names);

/* The names of the suites of the checkout, sorted. 0 or -1 after telling. */
int paths_suites(const struct paths *paths, struct words *names);

/* Appends the names in `folder` that end with `ending`, without it, sorted. 0 or
 * -errno. */
int paths_list(const char *folder, const char *ending, struct words *names);

/* What follows the last slash of `path`; all of it if nothing does. */
const char *paths_last_part(const char *path);

/* The file of a suite: `name` itself if it has a slash or ends with ".ini",
 * else that suite of the checkout. To be freed; NULL after telling that it
 * doesn't exist. */
char *paths_suite_file(const struct paths *paths, const char *name);

/* The folder of a run: `name` if that is a folder, else results/`name`, else the
 * baseline results/baselines/`name`; with NULL the newest run. To be freed; NULL
 * after telling that it doesn't exist. */
char *paths_run(const struct paths *paths, const char *name);

#endif

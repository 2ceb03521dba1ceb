/* watch.h: those that are told of each interval: files and a terminal. */
#ifndef LOADGEN_WATCH_H
#define LOADGEN_WATCH_H

#include "loadgen/intervals/interval.h"

#include <stdio.h>

struct watch {
    FILE *series; /* NULL: not wanted, like the others */
    FILE *hlog;
    FILE *live;
    int series_error; /* 0 or -errno: the first that could not be written */
    int hlog_error;
    struct watcher watcher;
};

/* The watcher for the files in `watch`, which must stay where it is; NULL if
 * none is wanted. */
const struct watcher *watch_begin(struct watch *watch);

#endif

/* hlog.h: histograms over time, in the log format of the HdrHistogram tools: a
 * line an interval and tag, "Tag=service,START,LENGTH,MAX,HISTOGRAM"; times in
 * seconds, MAX in ms, HISTOGRAM as in packed.h, in ns. */
#ifndef LOADGEN_OUTPUTS_HLOG_H
#define LOADGEN_OUTPUTS_HLOG_H

#include "loadgen/histogram.h"

#include <stdint.h>
#include <stdio.h>

/* Writes the head; `epoch_ns` is the time of day that the intervals' starts
 * count from. 0 or -EIO. */
int hlog_begin(FILE *file, uint64_t epoch_ns);

/* Writes a line. `tag` has no comma. 0, -ENOMEM or -EIO. */
int hlog_write(FILE *file, const char *tag, uint64_t start_ns,
               uint64_t length_ns, const struct histogram *histogram);

enum { HLOG_TAG = 32 };

/* A line that has been read. */
struct hlog_entry {
    char tag[HLOG_TAG]; /* "" if it has none */
    uint64_t start_ns;  /* as written: the head is not looked at */
    uint64_t length_ns;
    struct histogram histogram;
};

/* Reads the whole file and gives each entry to `take(whom, entry)`, which keeps
 * nothing of it, until that returns other than 0. Then that is the result; else
 * 0, -ENOMEM, -EIO, or -EBADMSG if a line is damaged or no such line: `*line` is
 * its number, and what came before it has been given. */
int hlog_read(FILE *file,
              int (*take)(void *whom, const struct hlog_entry *entry),
              void *whom, unsigned long *line);

#endif

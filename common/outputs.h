/* outputs.h: files that options name, written at the end but opened before the
 * work, so that what can't be written is found at once. */
#ifndef COMMON_OUTPUTS_H
#define COMMON_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct output {
    const char *option; /* "--json" */
    const char *path;   /* "-": stdout; NULL: not wanted */
    FILE *file;         /* NULL: not wanted */
};

/* Opens those that are wanted, and refuses two in one place. 0, or -1 after
 * telling. Close each with output_close(). */
int outputs_open(struct output *output, size_t n);

/* Whether one of them is stdout: then what is for people belongs to stderr. */
bool outputs_take_stdout(const struct output *output, size_t n);

/* Closes what was written; stdout is flushed and stays open. `error` is what the
 * writing returned: 0 or -errno. 0, or -1 after telling that it could not be
 * written. */
int output_close(struct output *output, int error);

#endif

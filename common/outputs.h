/* outputs.h: files that options name, written at the end but opened before the
 * work, so that what can't be written is found at once. A file appears whole, in
 * place of a former one, or not at all. */
#ifndef COMMON_OUTPUTS_H
#define COMMON_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct output {
    const char *option; /* "--json" */
    const char *path;   /* "-": stdout; NULL: not wanted */
    FILE *file;         /* NULL: not wanted */
    bool unnamed;       /* `file` gets its name when it is whole */
};

/* Opens those that are wanted, and refuses two in one place. A regular file, or
 * one that is yet to be, has no name until it is closed (O_TMPFILE, see
 * open(2)), so that nothing is left behind however the program ends. What is
 * not regular (a pipe, /dev/stdout, any symbolic link), and every file where
 * the folder can't have files without a name, is emptied and written in place.
 * 0, or -1 after telling, with all of them closed. Close each with
 * output_close(), or all with outputs_discard(). */
int outputs_open(struct output *output, size_t n);

/* Whether one of them is stdout: then what is for people belongs to stderr. */
bool outputs_take_stdout(const struct output *output, size_t n);

/* Closes what was written, and puts it in its place; stdout is flushed and stays
 * open. `error` is what the writing returned: 0 or -errno, and then a former
 * file stays. 0, or -1 after telling that it could not be written. */
int output_close(struct output *output, int error);

/* Closes all that are open, and leaves former files as they were. */
void outputs_discard(struct output *output, size_t n);

#endif

/* files.h: files that are made from records, and can be made again. */
#ifndef BENCH_FILES_H
#define BENCH_FILES_H

#include <stddef.h>
#include <stdio.h>

/* Writes the file `name` in `folder` anew with what `write(what, file)` writes,
 * which returns 0 or -errno. 0, or -1 after telling why. */
int files_write(const char *folder, const char *name,
                int (*write)(const void *what, FILE *file), const void *what);

struct product {
    const char *name;
    int (*write)(const void *what, FILE *file);
};

/* The same for several files, `n` of them, up to the first that fails. */
int files_write_all(const char *folder, const struct product *outputs, size_t n,
                    const void *what);

#endif

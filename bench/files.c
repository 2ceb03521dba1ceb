#include "bench/files.h"

#include "bench/runner/run_dir.h"
#include "common/msg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Closes it; the first error is what counts. */
static int finish(FILE *file, int error)
{
    bool failed = ferror(file) != 0;

    if (fclose(file) != 0 && !error)
        error = -errno;
    return failed && !error ? -EIO : error;
}

int files_write(const char *folder, const char *name,
                int (*write)(const void *what, FILE *file), const void *what)
{
    char *path = run_dir_file(folder, name);
    FILE *file = path ? fopen(path, "we") : NULL;
    int error = file ? write(what, file) : -errno;

    if (file)
        error = finish(file, error);
    if (error)
        msg_error("%s: can't be written: %s", path ? path : name,
                  strerror(-error));
    free(path);
    return error ? -1 : 0;
}

int files_write_all(const char *folder, const struct product *outputs, size_t n,
                    const void *what)
{
    int error = 0;

    for (size_t i = 0; i < n && !error; i++)
        error = files_write(folder, outputs[i].name, outputs[i].write, what);
    return error;
}

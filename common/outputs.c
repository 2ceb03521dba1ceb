#include "common/outputs.h"

#include "common/msg.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int open_one(struct output *output)
{
    output->file =
        strcmp(output->path, "-") == 0 ? stdout : fopen(output->path, "we");
    if (output->file)
        return 0;
    msg_error("%s: cannot write '%s': %s", output->option, output->path,
              strerror(errno));
    return -1;
}

static bool same_file(const struct output *a, const struct output *b)
{
    struct stat x;
    struct stat y;

    return fstat(fileno(a->file), &x) == 0 && fstat(fileno(b->file), &y) == 0 &&
           S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Tells if `earlier` is where `output` would go. */
static int check_apart(const struct output *output,
                       const struct output *earlier)
{
    if (!earlier->file)
        return 0;
    if (earlier->file == output->file)
        msg_error("%s: stdout is already taken by %s", output->option,
                  earlier->option);
    else if (same_file(output, earlier))
        msg_error("%s: '%s' is the file of %s", output->option, output->path,
                  earlier->option);
    else
        return 0;
    return -1;
}

int outputs_open(struct output *output, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (output[i].path && open_one(&output[i]) != 0)
            return -1;
    }
    for (size_t i = 1; i < n; i++) {
        for (size_t k = 0; k < i && output[i].file; k++) {
            if (check_apart(&output[i], &output[k]) != 0)
                return -1;
        }
    }
    return 0;
}

bool outputs_take_stdout(const struct output *output, size_t n)
{
    bool taken = false;

    for (size_t i = 0; i < n; i++)
        taken |= output[i].file == stdout;
    return taken;
}

int output_close(struct output *output, int error)
{
    FILE *file = output->file;

    output->file = NULL;
    if (!file)
        return 0;
    if (ferror(file) && !error)
        error = -EIO;
    if ((file == stdout ? fflush(file) : fclose(file)) != 0)
        error = -errno;
    if (error)
        msg_error("%s: cannot write '%s': %s", output->option, output->path,
                  strerror(-error));
    return error ? -1 : 0;
}

#include "common/outputs.h"

#include "common/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MOST = 100 }; /* that are tried for a file on its way */

/* What stands before the last slash of a path, or ".". Returns `folder`. */
static const char *folder_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        snprintf(folder, PATH_MAX, ".");
    else
        snprintf(folder, PATH_MAX, "%.*s",
                 slash == path ? 1 : (int)(slash - path), path);
    return folder;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* A file without a name, on its way to `path`; NULL where that can't be. */
static FILE *open_unnamed(const char *path)
{
    char folder[PATH_MAX];
    struct stat former;
    bool there = lstat(path, &former) == 0;

    if (there && (!S_ISREG(former.st_mode) || access(path, W_OK) != 0))
        return NULL;
    int fd =
        open(folder_of(path, folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    FILE *file = !there || fchmod(fd, former.st_mode & 0777) == 0
                     ? fdopen(fd, "w")
                     : NULL;
    if (!file)
        close(fd);
    return file;
}

static int open_one(struct output *output)
{
    const char *path = output->path;

    if (strcmp(path, "-") == 0) {
        output->file = stdout;
        return 0;
    }
    if (strlen(path) < PATH_MAX && *name_of(path) &&
        strlen(name_of(path)) <= NAME_MAX)
        output->file = open_unnamed(path);
    output->unnamed = output->file != NULL;
    if (!output->file)
        output->file = fopen(path, "we");
    if (output->file)
        return 0;
    msg_error("%s: cannot write '%s': %s", output->option, path,
              strerror(errno));
    return -1;
}

/* What stands where the output goes to. False if nothing does. */
static bool look_at(const struct output *output, struct stat *about)
{
    return (output->file == stdout ? fstat(STDOUT_FILENO, about)
                                   : stat(output->path, about)) == 0;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Neither is there yet, and they would be one file. */
static bool same_name(const char *a, const char *b)
{
    char folder[PATH_MAX];
    struct stat x;
    struct stat y;

    return strcmp(name_of(a), name_of(b)) == 0 &&
           stat(folder_of(a, folder), &x) == 0 &&
           stat(folder_of(b, folder), &y) == 0 && same_inode(&x, &y);
}

static bool same_place(const struct output *a, const struct output *b)
{
    struct stat x;
    struct stat y;
    bool a_there = look_at(a, &x);
    bool b_there = look_at(b, &y);

    if (a_there && b_there)
        return S_ISREG(x.st_mode) && same_inode(&x, &y);
    return !a_there && !b_there && same_name(a->path, b->path);
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
    else if (same_place(output, earlier))
        msg_error("%s: '%s' is the file of %s", output->option, output->path,
                  earlier->option);
    else
        return 0;
    return -1;
}

static int open_all(struct output *output, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        output[i].file = NULL;
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

int outputs_open(struct output *output, size_t n)
{
    int error = open_all(output, n);

    if (error)
        outputs_discard(output, n);
    return error;
}

bool outputs_take_stdout(const struct output *output, size_t n)
{
    bool taken = false;

    for (size_t i = 0; i < n; i++)
        taken |= output[i].file == stdout;
    return taken;
}

/* Gives the file its name, by way of another: only rename(2) puts it in the
 * place of a former one. 0 or -errno. */
static int put_in_place(int fd, const char *path)
{
    char unnamed[40];
    char folder[PATH_MAX];
    char passing[PATH_MAX + 60];
    int error = -EEXIST;

    snprintf(unnamed, sizeof(unnamed), "/proc/self/fd/%d", fd);
    folder_of(path, folder);
    /* somebody who was killed may have left such a name */
    for (unsigned i = 0; i < NAMES_MOST && error == -EEXIST; i++) {
        snprintf(passing, sizeof(passing), "%s/.%ld-%u.tmp", folder,
                 (long)getpid(), i);
        error =
            linkat(AT_FDCWD, unnamed, AT_FDCWD, passing, AT_SYMLINK_FOLLOW) == 0
                ? 0
                : -errno;
    }
    if (error)
        return error;
    if (rename(passing, path) != 0) {
        error = -errno;
        unlink(passing);
    }
    return error;
}

int output_close(struct output *output, int error)
{
    FILE *file = output->file;

    output->file = NULL;
    if (!file)
        return 0;
    if (ferror(file) && !error)
        error = -EIO;
    if (fflush(file) != 0)
        error = -errno;
    if (!error && output->unnamed)
        error = put_in_place(fileno(file), output->path);
    if (file != stdout && fclose(file) != 0 && !error)
        error = -errno;
    if (error)
        msg_error("%s: cannot write '%s': %s", output->option, output->path,
                  strerror(-error));
    return error ? -1 : 0;
}

void outputs_discard(struct output *output, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (output[i].file && output[i].file != stdout)
            fclose(output[i].file);
        output[i].file = NULL;
    }
}

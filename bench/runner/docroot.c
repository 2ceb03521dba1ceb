#include "bench/runner/docroot.h"

#include "bench/runner/run_dir.h"
#include "common/msg.h"
#include "common/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_WORDS = 4096, BLOCK_BYTES = 256 * 1024, NAME_SIZE = 32 };

/* PATH/NAME, to be freed, of a name that begins with a slash. */
static char *file_path(const struct docroot *docroot, const char *name)
{
    return run_dir_file(docroot->path, name + 1);
}

/* Fills the file, and has it on disk: its writing shall disturb no trial. */
static int fill(FILE *file, uint64_t bytes, uint64_t state)
{
    uint64_t block[BLOCK_WORDS];

    while (bytes > 0) {
        const size_t n = bytes < sizeof(block) ? (size_t)bytes : sizeof(block);
        for (size_t i = 0; i < BLOCK_WORDS; i++)
            block[i] = random_next(&state);
        if (fwrite(block, 1, n, file) != n)
            return -errno;
        bytes -= n;
    }
    return fflush(file) == 0 && fsync(fileno(file)) == 0 ? 0 : -errno;
}

static int make_file(const struct docroot *docroot, const char *name,
                     uint64_t bytes, uint64_t seed)
{
    char *path = file_path(docroot, name);
    FILE *file = path ? fopen(path, "we") : NULL;
    int error = file ? fill(file, bytes, seed ^ bytes) : -errno;

    if (file && fclose(file) != 0 && !error)
        error = -errno;
    free(path);
    return error;
}

/* The file of one cell, unless another one has the same. */
static int add_file(struct docroot *docroot, const struct cell *cell,
                    uint64_t seed)
{
    char name[NAME_SIZE];

    if (!cell_has_file(cell) ||
        words_have(&docroot->names, cell_path(cell, name, sizeof(name))))
        return 0;
    int error = docroot->names.n > 0 || mkdir(docroot->path, 0777) == 0 ||
                        errno == EEXIST
                    ? 0
                    : -errno;
    if (!error)
        error = words_add(&docroot->names, name, strlen(name));
    if (!error)
        error =
            make_file(docroot, name, cell_count(cell, AXIS_FILE_BYTES), seed);
    return error;
}

int docroot_make(struct docroot *docroot, const char *folder,
                 const struct plan *plan, uint64_t seed)
{
    int error = 0;

    *docroot = (struct docroot){.path = run_dir_file(folder, "files")};
    if (!docroot->path)
        error = -ENOMEM;
    for (size_t i = 0; i < plan->cells && !error; i++)
        error = add_file(docroot, &plan->cell[i], seed);
    if (error)
        msg_error("%s: the files to be served can't be made: %s",
                  docroot->path ? docroot->path : folder, strerror(-error));
    return error ? -1 : 0;
}

void docroot_warm(const struct docroot *docroot, const struct cell *cell)
{
    char name[NAME_SIZE];
    char *path = cell_has_file(cell)
                     ? file_path(docroot, cell_path(cell, name, sizeof(name)))
                     : NULL;
    char *block = malloc(BLOCK_BYTES);
    int fd = path && block ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    while (fd >= 0 && read(fd, block, BLOCK_BYTES) > 0)
        ;
    if (fd >= 0)
        close(fd);
    free(block);
    free(path);
}

void docroot_remove(struct docroot *docroot)
{
    for (size_t i = 0; i < docroot->names.n; i++) {
        char *path = file_path(docroot, docroot->names.word[i]);
        if (path)
            unlink(path);
        free(path);
    }
    if (docroot->names.n > 0)
        rmdir(docroot->path);
    words_free(&docroot->names);
    free(docroot->path);
    *docroot = (struct docroot){0};
}

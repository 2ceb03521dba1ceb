#include "bench/baseline.h"

#include "bench/runner/run_dir.h"
#include "common/msg.h"
#include "common/nearest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const files[] = {"meta.json", "suite.ini", "trials.jsonl"};
enum { FILES = sizeof(files) / sizeof(files[0]) };

/* "ROOT/results/baselines/BEFORE NAME AFTER", without the blanks. To be freed;
 * NULL after telling. */
static char *folder_of(const struct paths *paths, const char *before,
                       const char *name, const char *after)
{
    char *folder;

    if (asprintf(&folder, "%s/results/baselines/%s%s%s", paths->root, before,
                 name, after) >= 0)
        return folder;
    msg_error("out of memory");
    return NULL;
}

static int check_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    if (name[0] != '.' && name[strspn(name, allowed)] == '\0')
        return 0;
    msg_error("'%s' can't name a baseline: letters, digits, '.', '_' and '-' "
              "can, with no '.' at the start",
              name);
    return -1;
}

static int check_absent(const char *folder, const char *name)
{
    struct stat about;

    if (lstat(folder, &about) != 0 && errno == ENOENT)
        return 0;
    msg_error("baseline '%s' exists already: remove %s to replace it, or save "
              "under another name",
              name, folder);
    return -1;
}

/* What a baseline holds of a run. */
struct kept {
    json_t *meta;
    json_t *trials;
    int suite_fd;
};

static bool has_right_trial(const json_t *trials)
{
    size_t i;
    const json_t *record;

    json_array_foreach(trials, i, record)
    {
        const char *status =
            json_string_value(json_object_get(record, "status"));
        if (status && strcmp(status, "ok") == 0)
            return true;
    }
    return false;
}

/* An interrupted run can be a baseline, but not unnoticed. */
static void tell_unfinished(const char *run, const struct kept *kept)
{
    json_int_t planned =
        json_integer_value(json_object_get(kept->meta, "trials"));
    json_int_t done = 0;
    size_t i;
    const json_t *record;

    json_array_foreach(kept->trials, i, record)
    {
        done += json_integer_value(json_object_get(record, "retry")) == 0;
    }
    if (done < planned)
        msg_error("%s: has %lld of its %lld trials; the rest: %s run --resume "
                  "%s",
                  run, (long long)done, (long long)planned, msg_program(), run);
}

static int open_suite(const char *run)
{
    char *name = run_dir_file(run, "suite.ini");
    int fd = name ? open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;

    if (fd < 0)
        msg_error("%s: %s", name ? name : run, strerror(errno));
    free(name);
    return fd;
}

static int read_kept(const char *run, struct kept *kept)
{
    kept->meta = run_dir_read_meta(run);
    kept->trials = kept->meta ? run_dir_read_trials(run, NULL) : NULL;
    if (!kept->trials)
        return -1;
    if (!has_right_trial(kept->trials)) {
        msg_error("%s: holds no finished trial to compare with", run);
        return -1;
    }
    tell_unfinished(run, kept);
    kept->suite_fd = open_suite(run);
    return kept->suite_fd < 0 ? -1 : 0;
}

static void free_kept(struct kept *kept)
{
    json_decref(kept->meta);
    json_decref(kept->trials);
    if (kept->suite_fd >= 0)
        close(kept->suite_fd);
}

/* The records, without what leads to files that are not kept. 0 or -errno. */
static int write_trials(const struct run_dir *dir, json_t *trials)
{
    int fd = memfd_create("trials", MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");
    size_t i;
    json_t *record;
    int error = 0;

    if (!file)
        return -errno;
    json_array_foreach(trials, i, record)
    {
        (void)json_object_del(record, "histogram"); /* may have none */
        (void)json_object_del(record, "hlog");
        if (json_dumpf(record, file, JSON_COMPACT) != 0 ||
            fputc('\n', file) == EOF)
            error = -EIO;
    }
    if (fflush(file) != 0)
        error = -errno;
    if (!error)
        error = run_dir_keep(dir, "trials.jsonl", fileno(file));
    fclose(file);
    return error;
}

/* Makes the folder, or takes one that a killed program left behind. Returns a
 * descriptor that locks it, or -errno. */
static int make_folder(const char *path)
{
    int fd;

    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return -errno;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}

static void remove_folder(const char *path)
{
    for (size_t i = 0; i < FILES; i++) {
        char *name = run_dir_file(path, files[i]);
        if (name)
            unlink(name);
        free(name);
    }
    rmdir(path);
}

/* Writes all into `fresh`, which becomes `folder` when it is whole. 0 or
 * -errno. */
static int write_kept(const struct kept *kept, char *fresh, const char *folder)
{
    const struct run_dir dir = {.path = fresh, .trials_fd = -1};
    int fd = make_folder(fresh);
    int error = fd < 0 ? fd : run_dir_write_meta(&dir, kept->meta);

    if (fd < 0)
        return error;
    if (!error)
        error = run_dir_keep(&dir, "suite.ini", kept->suite_fd);
    if (!error)
        error = write_trials(&dir, kept->trials);
    if (!error && (fsync(fd) != 0 || rename(fresh, folder) != 0))
        error = -errno;
    if (error)
        remove_folder(fresh);
    close(fd);
    return error;
}

/* A checkout may lack them: git keeps no empty folder. */
static int make_parents(const struct paths *paths)
{
    static const char *const names[] = {"results", "results/baselines"};
    int error = 0;

    for (size_t i = 0; i < 2 && !error; i++) {
        char *path = run_dir_file(paths->root, names[i]);
        if (!path || (mkdir(path, 0777) != 0 && errno != EEXIST)) {
            msg_error("%s: can't be made: %s", names[i], strerror(errno));
            error = -1;
        }
        free(path);
    }
    return error;
}

int baseline_save(const struct paths *paths, const char *run, const char *name)
{
    struct kept kept = {.suite_fd = -1};
    char *folder = folder_of(paths, "", name, "");
    char *fresh = folder_of(paths, ".", name, ".new");
    int error = -1;

    if (folder && fresh && check_name(name) == 0 &&
        check_absent(folder, name) == 0 && read_kept(run, &kept) == 0 &&
        make_parents(paths) == 0) {
        error = write_kept(&kept, fresh, folder);
        if (error == -EWOULDBLOCK)
            msg_error("baseline '%s' is being saved by another muxbench", name);
        else if (error)
            msg_error("%s: can't be written: %s", folder, strerror(-error));
    }
    free_kept(&kept);
    free(folder);
    free(fresh);
    return error ? -1 : 0;
}

static bool is_folder(const struct paths *paths, const char *name)
{
    struct stat about;
    char *folder = folder_of(paths, "", name, "");
    bool is = folder && stat(folder, &about) == 0 && S_ISDIR(about.st_mode);

    free(folder);
    return is;
}

int baseline_names(const struct paths *paths, struct words *names)
{
    char *folder = folder_of(paths, "", "", "");
    struct words all = {0};
    int error = folder ? paths_list(folder, "", &all) : -ENOMEM;

    if (error && error != -ENOENT)
        msg_error("%s: %s", folder ? folder : "baselines", strerror(-error));
    if (error == -ENOENT)
        error = 0;
    for (size_t i = 0; i < all.n && !error; i++) {
        if (all.word[i][0] != '.' && is_folder(paths, all.word[i]))
            error = words_add(names, all.word[i], strlen(all.word[i]));
    }
    words_free(&all);
    free(folder);
    return error ? -1 : 0;
}

char *baseline_folder(const struct paths *paths, const char *name)
{
    struct words known = {0};
    char phrase[96];
    char *folder = NULL;

    if (baseline_names(paths, &known) == 0 && words_have(&known, name))
        folder = folder_of(paths, "", name, "");
    else
        msg_error("there is no baseline '%s'%s; see: %s baseline list", name,
                  nearest_phrase(phrase, sizeof(phrase), name,
                                 (const char *const *)known.word, known.n),
                  msg_program());
    words_free(&known);
    return folder;
}

double baseline_kib(const char *folder)
{
    double bytes = 0;

    for (size_t i = 0; i < FILES; i++) {
        struct stat about;
        char *name = run_dir_file(folder, files[i]);
        if (name && stat(name, &about) == 0)
            bytes += (double)about.st_size;
        free(name);
    }
    return bytes / 1024;
}

#include "bench/runner/run_dir.h"

#include "common/msg.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

char *run_dir_file(const char *path, const char *name)
{
    char *joined;

    return asprintf(&joined, "%s/%s", path, name) < 0 ? NULL : joined;
}

/* Replaces what would be awkward in a file name. */
static void tidy(char *text)
{
    for (; *text; text++) {
        if (!isalnum((unsigned char)*text) && !strchr("._+", *text))
            *text = '_';
    }
}

static char *default_path(const char *root, const char *label)
{
    struct utsname machine;
    char stamp[32];
    char *path;
    time_t now = time(NULL);
    struct tm utc;

    if (uname(&machine) != 0 || !gmtime_r(&now, &utc))
        return NULL;
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
    tidy(machine.nodename);
    tidy(machine.release);
    if (asprintf(&path, "%s/results/%s-%s-%s%s%s", root, stamp,
                 machine.nodename, machine.release, label ? "-" : "",
                 label ? label : "") < 0)
        return NULL;
    return path;
}

static int make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return -errno;
}

static int make_folders(const char *path)
{
    static const char *const names[] = {"hist", "log", "plots"};
    int error = make_folder(path);

    for (size_t i = 0; i < 3 && !error; i++) {
        char *name = run_dir_file(path, names[i]);
        error = name ? make_folder(name) : -ENOMEM;
        free(name);
    }
    return error;
}

/* A new link renamed over the old, so that there is always one. */
void run_dir_point_latest(const char *root, const struct run_dir *dir)
{
    char *link = run_dir_file(root, "results/latest");
    char *fresh = run_dir_file(root, "results/.latest.new");

    if (link && fresh) {
        unlink(fresh);
        if (symlink(strrchr(dir->path, '/') + 1, fresh) != 0 ||
            rename(fresh, link) != 0)
            msg_error("%s: can't be made to point to this run: %s", link,
                      strerror(errno));
    }
    free(link);
    free(fresh);
}

static int open_trials(struct run_dir *dir, int flags)
{
    char *name = run_dir_file(dir->path, "trials.jsonl");
    int error = 0;

    if (!name)
        return -ENOMEM;
    dir->trials_fd = open(name, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0666);
    if (dir->trials_fd < 0 || flock(dir->trials_fd, LOCK_EX | LOCK_NB) != 0)
        error = -errno;
    free(name);
    return error;
}

static bool has_file(const char *path, const char *file)
{
    char *name = run_dir_file(path, file);
    bool there = name && access(name, F_OK) == 0;

    free(name);
    return there;
}

/* Trials, or the slices of two trees. */
static bool holds_run(const char *path)
{
    return has_file(path, "trials.jsonl") || has_file(path, "slices.tsv");
}

static int tell_holds_run(const char *path)
{
    if (has_file(path, "trials.jsonl"))
        msg_error("%s: holds a run already; name another folder, or go on with "
                  "it: --resume %s",
                  path, path);
    else
        msg_error("%s: holds a run already; name another folder", path);
    return -1;
}

int run_dir_create(const char *root, const char *path, const char *label,
                   struct run_dir *dir)
{
    *dir = (struct run_dir){.trials_fd = -1};
    dir->path = path ? strdup(path) : default_path(root, label);
    if (!dir->path) {
        msg_error("out of memory");
        return -1;
    }
    for (size_t n = strlen(dir->path); n > 1 && dir->path[n - 1] == '/'; n--)
        dir->path[n - 1] = '\0';
    if (holds_run(dir->path))
        return tell_holds_run(dir->path);
    int error = make_folders(dir->path);
    if (error)
        msg_error("%s: can't be used for a run: %s", dir->path,
                  strerror(-error));
    return error ? -1 : 0;
}

int run_dir_begin(struct run_dir *dir)
{
    int error = open_trials(dir, O_CREAT | O_EXCL);

    if (error == -EEXIST)
        return tell_holds_run(dir->path);
    if (error)
        msg_error("%s: trials.jsonl: %s", dir->path, strerror(-error));
    return error ? -1 : 0;
}

/* Cuts a torn last line off. What else is wrong is told when it is read. */
static int cut_torn(const char *path, struct run_dir *dir)
{
    struct words faults = {0};
    json_t *trials = run_dir_scan_trials(path, &faults, &dir->size);
    struct stat about;
    int error = trials ? 0 : -1;

    if (error)
        run_dir_tell(&faults);
    if (!error && fstat(dir->trials_fd, &about) == 0 &&
        about.st_size > dir->size)
        msg_error("%s/trials.jsonl: the torn last line is cut off", path);
    if (!error && (ftruncate(dir->trials_fd, dir->size) != 0 ||
                   make_folders(path) != 0)) {
        msg_error("%s: can't be written: %s", path, strerror(errno));
        error = -1;
    }
    words_free(&faults);
    json_decref(trials);
    return error;
}

int run_dir_open(const char *path, struct run_dir *dir)
{
    int error;

    *dir = (struct run_dir){.path = realpath(path, NULL), .trials_fd = -1};
    error = dir->path ? open_trials(dir, 0) : -errno;
    if (error == -EWOULDBLOCK)
        msg_error("%s: another runner is at work in it", path);
    else if (error)
        msg_error("%s: holds no run to go on with: %s", path, strerror(-error));
    return error ? -1 : cut_torn(path, dir);
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        bytes += written;
        n -= (size_t)written;
    }
    return 0;
}

int run_dir_append(struct run_dir *dir, const json_t *record)
{
    char *text = json_dumps(record, JSON_COMPACT);
    char *line;
    int length = text ? asprintf(&line, "%s\n", text) : -1;

    free(text);
    if (length < 0)
        return -ENOMEM;
    int error = write_all(dir->trials_fd, line, (size_t)length);
    if (!error && fsync(dir->trials_fd) != 0)
        error = -errno;
    free(line);
    if (!error)
        dir->size += length;
    else if (ftruncate(dir->trials_fd, dir->size) != 0)
        msg_error("%s/trials.jsonl: the torn last line stays: %s", dir->path,
                  strerror(errno));
    return error;
}

static int copy(int from, int to)
{
    char block[65536];
    off_t at = 0;
    ssize_t n;
    int error = 0;

    while ((n = pread(from, block, sizeof(block), at)) > 0 && !error) {
        error = write_all(to, block, (size_t)n);
        at += n;
    }
    if (n < 0)
        error = -errno;
    if (!error && fsync(to) != 0)
        error = -errno;
    return error;
}

/* Writes a file under another name first, so that it appears whole. */
static int write_whole(const struct run_dir *dir, const char *name, int from)
{
    char *path = run_dir_file(dir->path, name);
    char *fresh = run_dir_file(dir->path, ".new");
    int to = path && fresh
                 ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
                 : -1;
    int error = to < 0 ? -errno : copy(from, to);

    if (to >= 0 && close(to) != 0 && !error)
        error = -errno;
    if (!error && rename(fresh, path) != 0)
        error = -errno;
    if (error && fresh)
        unlink(fresh);
    free(path);
    free(fresh);
    return error;
}

int run_dir_keep(const struct run_dir *dir, const char *name, int from)
{
    struct stat about;

    if (fstat(from, &about) != 0)
        return -errno;
    return about.st_size == 0 ? 0 : write_whole(dir, name, from);
}

int run_dir_write_meta(const struct run_dir *dir, const json_t *meta)
{
    int fd = memfd_create("meta", MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");
    int error = 0;

    if (!file)
        return -errno;
    if (json_dumpf(meta, file, JSON_INDENT(2)) != 0 ||
        fputc('\n', file) == EOF || fflush(file) != 0)
        error = -EIO;
    if (!error)
        error = write_whole(dir, "meta.json", fileno(file));
    fclose(file);
    return error;
}

void run_dir_drop(const struct run_dir *dir)
{
    static const char *const names[] = {"suite.ini", "meta.json", "slices.tsv",
                                        "hist",      "log",       "plots"};

    if (!dir->path)
        return;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *name = run_dir_file(dir->path, names[i]);
        if (name)
            (void)remove(name);
        free(name);
    }
    (void)rmdir(dir->path);
}

void run_dir_close(struct run_dir *dir)
{
    if (dir->trials_fd >= 0)
        close(dir->trials_fd);
    free(dir->path);
    *dir = (struct run_dir){.trials_fd = -1};
}

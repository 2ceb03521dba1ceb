#include "servers/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* POSIX locks belong to a process, so they keep processes apart that have the
 * descriptor from the same parent, and they end with a process that is killed
 * (fcntl(2), "Advisory record locking"). */
static int lock_file(const struct recorder *recorder, short type)
{
    struct flock all = {.l_type = type, .l_whence = SEEK_SET};

    while (fcntl(recorder->fd, F_SETLKW, &all) != 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* Where the file ends. -ESTALE: the path leads to another one, or to none. As
 * long as it is open, its number is not used again. */
static off_t end_of(const struct recorder *recorder)
{
    struct stat file;

    if (stat(recorder->path, &file) != 0)
        return errno == ENOENT || errno == ENOTDIR ? -ESTALE : -errno;
    if (file.st_dev != recorder->device || file.st_ino != recorder->inode)
        return -ESTALE;
    return file.st_size;
}

/* The last line has no end: somebody else wrote it so, or its writer was
 * killed. */
static bool lacks_end(const struct recorder *recorder, off_t end)
{
    char last;

    return end > 0 && pread(recorder->fd, &last, 1, end - 1) == 1 &&
           last != '\n';
}

static int write_all(int fd, struct iovec *parts, size_t n)
{
    while (n > 0) {
        ssize_t written = writev(fd, parts, (int)n);
        size_t done = (size_t)written;
        if (written <= 0)
            return written < 0 ? -errno : -EIO;
        for (; n > 0 && done >= parts->iov_len; parts++, n--)
            done -= parts->iov_len;
        if (n > 0) {
            parts->iov_base = (char *)parts->iov_base + done;
            parts->iov_len -= done;
        }
    }
    return 0;
}

/* writev() only reads what a part points to, but is not declared so. */
static struct iovec part(const char *bytes, size_t n)
{
    return (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = n};
}

static int write_lines(const struct recorder *recorder, off_t end,
                       const struct text *lines, size_t n)
{
    struct iovec parts[2 * RECORDER_LINES + 1];
    size_t n_parts = 0;

    if (lacks_end(recorder, end))
        parts[n_parts++] = part("\n", 1);
    for (size_t i = 0; i < n; i++) {
        if (lines[i].n > 0)
            parts[n_parts++] = part(lines[i].at, lines[i].n);
        parts[n_parts++] = part("\n", 1);
    }
    return write_all(recorder->fd, parts, n_parts);
}

static int append(const struct recorder *recorder, const struct text *lines,
                  size_t n)
{
    off_t end = end_of(recorder);
    int error;

    if (end < 0)
        return (int)end;
    error = write_lines(recorder, end, lines, n);
    if (!error && recorder->syncs && fdatasync(recorder->fd) != 0)
        error = -errno;
    /* What a full disk has taken of them goes; a device has no length. */
    if (error && ftruncate(recorder->fd, end) != 0 && errno != EINVAL)
        error = -errno;
    return error;
}

int recorder_append(struct recorder *recorder, const struct text *lines,
                    size_t n)
{
    int error;

    pthread_mutex_lock(&recorder->turn);
    error = lock_file(recorder, F_WRLCK);
    if (!error) {
        error = append(recorder, lines, n);
        lock_file(recorder, F_UNLCK);
    }
    pthread_mutex_unlock(&recorder->turn);
    return error;
}

/* The file may be new, and then its name is to be on the disk, too; what can't
 * be synced, such as a device, is found out before it is needed. */
static int sync_all(const struct recorder *recorder)
{
    int folder_fd = open(recorder->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = 0;

    if (folder_fd < 0)
        return -errno;
    if (fsync(folder_fd) != 0 || fdatasync(recorder->fd) != 0)
        error = -errno;
    close(folder_fd);
    return error;
}

static void name_folder(struct recorder *recorder)
{
    const char *slash = strrchr(recorder->path, '/');
    int n = slash ? (int)(slash - recorder->path) + 1 : 0;

    snprintf(recorder->folder, sizeof(recorder->folder), "%.*s.", n,
             recorder->path);
}

/* Looks at what was opened. */
static int begin(struct recorder *recorder)
{
    struct stat file;

    if (fstat(recorder->fd, &file) != 0)
        return -errno;
    if (!S_ISREG(file.st_mode) && !S_ISCHR(file.st_mode))
        return -ESPIPE;
    recorder->device = file.st_dev;
    recorder->inode = file.st_ino;
    name_folder(recorder);
    return recorder->syncs ? sync_all(recorder) : 0;
}

int recorder_open(struct recorder *recorder, const char *path, bool syncs)
{
    /* O_NONBLOCK: a pipe, which is refused, is not waited for. */
    int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int error;

    *recorder = (struct recorder){
        .path = path, .fd = open(path, flags, 0644), .syncs = syncs};
    if (recorder->fd < 0)
        return -errno;
    error = begin(recorder);
    if (error) {
        close(recorder->fd);
        return error;
    }
    pthread_mutex_init(&recorder->turn, NULL);
    return 0;
}

void recorder_close(struct recorder *recorder)
{
    pthread_mutex_destroy(&recorder->turn);
    close(recorder->fd);
}

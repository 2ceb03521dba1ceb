/* direct: pread(2) past the page cache (O_DIRECT), then send(2).
 *
 * What it costs: each read goes to the disk, every time, and the thread waits
 * for it; reads begin and end at blocks, into aligned memory. What it gives:
 * the page cache is left to those who need it, and a file larger than memory
 * does not push it out.
 * Where it breaks: file systems that have no O_DIRECT refuse it. There the
 * server does not start, rather than measure something else. */
#include "servers/files/way.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int make_direct(int fd)
{
    return fcntl(fd, F_SETFL, O_DIRECT) == 0 ? 0 : -errno;
}

/* Tries it with the entry `name`, if that is a regular file; -EAGAIN if it is
 * none. */
static int try_entry(int dir_fd, const struct dirent *entry)
{
    int fd;
    int error;

    if (entry->d_type != DT_REG)
        return -EAGAIN;
    fd = openat(dir_fd, entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -EAGAIN;
    error = make_direct(fd);
    close(fd);
    return error;
}

/* A folder itself can't be opened so, and whether a file can, only a file
 * tells: the first one that is there. */
static int probe(int dir_fd)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int error = -EAGAIN;

    if (!list) {
        error = -errno;
        if (fd >= 0)
            close(fd);
        return error;
    }
    while (error == -EAGAIN && (entry = readdir(list)))
        error = try_entry(dir_fd, entry);
    closedir(list);
    return error == -EAGAIN ? 0 : error;
}

static int begin(struct transfer *file, struct spares *spares)
{
    int error = make_direct(file->fd);

    return error ? error : chunk_begin(file, spares);
}

const struct file_way way_direct = {
    .name = "direct",
    .probe = probe,
    .begin = begin,
    .send = chunk_send,
    .end = chunk_end,
    .fill = chunk_pread,
    .block = FILE_BLOCK,
};

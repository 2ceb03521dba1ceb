/* root.h: the folder whose files are served, and nothing outside of it. */
#ifndef SERVERS_FILES_ROOT_H
#define SERVERS_FILES_ROOT_H

#include "servers/files/transfer.h"
#include "servers/files/way.h"

#include <sys/stat.h>

/* Read-only while serving. Connections know files by these calls only, so a
 * test can put its own in their place. */
struct root {
    int dir_fd;
    const struct file_way *way;

    /* Opens the regular file at `path`, relative to the folder, and fills in
     * `file`, to be sent whole. 0 or -errno: -EISDIR for a folder; -EXDEV for
     * what lies outside, such as at the end of a symbolic link; -ENXIO for a
     * device, a FIFO or a socket. */
    int (*open)(const struct root *root, const char *path,
                struct transfer *file);

    /* Before the first byte is sent: 0 or -errno; close() is due then, too. */
    int (*begin)(struct transfer *file, struct spares *spares);

    void (*close)(struct transfer *file, struct spares *spares);
};

/* Opens the folder `dir`, whose files will be read by `way`. 0 or -errno;
 * -ENOSYS: the kernel has no openat2(2) (Linux 5.6), or forbids it; and
 * -EOPNOTSUPP: its file system can't do `way`. root_close() is due after 0
 * only. */
int root_open(struct root *root, const char *dir, const struct file_way *way);
void root_close(struct root *root);

struct file_facts root_facts(const struct stat *status);

#endif

/* recorder.h: the file to which --protocol record appends lines, for all
 * threads and processes that serve, and also for other servers. */
#ifndef SERVERS_RECORDER_H
#define SERVERS_RECORDER_H

#include "servers/protocols/text.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { RECORDER_LINES = 64 }; /* at most so many in one append */

struct recorder {
    const char *path;
    char folder[PATH_MAX]; /* where it is: for files of the same file system */
    int fd;
    bool syncs;
    dev_t device; /* of the file */
    ino_t inode;
    pthread_mutex_t turn; /* of threads; processes lock the file */
};

/* Opens the file at `path`, which is borrowed, or makes it; with `syncs` lines
 * are on the disk before they count as appended. It can be shared with child
 * processes. 0; -ESPIPE if it is neither a file nor a character device; or
 * another -errno. */
int recorder_open(struct recorder *recorder, const char *path, bool syncs);
void recorder_close(struct recorder *recorder);

/* Appends `n` lines, at most RECORDER_LINES, in this order and with nothing in
 * between, each with an end: all of them or none. Waits for its turn. 0;
 * -ESTALE if the path no longer leads to the file; or another -errno. */
int recorder_append(struct recorder *recorder, const struct text *lines,
                    size_t n);

#endif

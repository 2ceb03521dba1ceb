/* way.h: a way of getting a file's bytes into a socket; each is a small file
 * of its own, and --file-io chooses. */
#ifndef SERVERS_FILES_WAY_H
#define SERVERS_FILES_WAY_H

#include "servers/files/transfer.h"

#include <sys/types.h>

struct file_way {
    const char *name;

    /* At start: 0, or -errno if files of the folder `dir_fd` can't be read
     * this way; or NULL. */
    int (*probe)(int dir_fd);

    /* What one transfer needs: 0 or -errno; or NULL. */
    int (*begin)(struct transfer *file, struct spares *spares);

    /* Sends at most `n` > 0 bytes from file->at on; returns how many went, 0
     * if the file ends there, or -1 and errno, by transfer_failed() if it is
     * the file's fault. Sets file->full. */
    ssize_t (*send)(struct transfer *file, int socket, size_t n);

    /* Gives back what begin() and send() got, if they did; or NULL. */
    void (*end)(struct transfer *file, struct spares *spares);

    /* For chunk_send(): reads `n` bytes at `at` into file->mem, fewer where
     * the file ends. Returns how many, or -1 and errno. */
    ssize_t (*fill)(const struct transfer *file, size_t n, off_t at);

    /* Reads begin at a multiple of it and are a multiple long. */
    unsigned block;
};

extern const struct file_way way_read, way_mmap, way_sendfile, way_splice,
    way_direct, way_aio;

/* All of them, as --file-io names them; the first is the default: sendfile,
 * which takes the fewest calls and never copies into this process. */
enum { WAYS = 6 };
extern const struct file_way *const ways[WAYS];

/* For ways that read into memory of this process: a chunk of it, for as long
 * as the transfer takes. */
int chunk_begin(struct transfer *file, struct spares *spares);
ssize_t chunk_send(struct transfer *file, int socket, size_t n);
void chunk_end(struct transfer *file, struct spares *spares);

/* pread(2) into the chunk. */
ssize_t chunk_pread(const struct transfer *file, size_t n, off_t at);

/* send(2) from memory; sets file->full. */
ssize_t transfer_send_memory(struct transfer *file, int socket,
                             const char *bytes, size_t n);

/* Puts down that the file failed, with `error`, and returns -1 with it; only
 * returns -1 for EINTR and EAGAIN, after which it is worth another try. */
ssize_t transfer_failed(struct transfer *file, int error);

#endif

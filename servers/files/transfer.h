/* transfer.h: a file on its way into a socket. */
#ifndef SERVERS_FILES_TRANSFER_H
#define SERVERS_FILES_TRANSFER_H

#include "servers/pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct root;

/* The same for every way of reading, or their comparison would be worthless. */
enum {
    FILE_CHUNK = 65536, /* bytes of one send at most; what a pipe holds */
    FILE_BLOCK = 4096,  /* what O_DIRECT wants all to be a multiple of */
    SPARE_CHUNKS = 16,  /* that a worker keeps for the next transfers */
    SPARE_PIPES = 16,
};

/* What a worker keeps from one transfer to the next; zeroed: nothing. */
struct spares {
    struct pool chunks; /* of FILE_CHUNK bytes, aligned to FILE_BLOCK */
    unsigned n_pipes;
    int pipes[SPARE_PIPES][2]; /* empty ones */
};

/* What a file was when it was opened. Another size or time later means that
 * it holds something else. */
struct file_facts {
    uint64_t size; /* bytes */
    int64_t modified_s;
    uint32_t modified_ns;
    uint32_t inode; /* its low bits: this is part of every connection's slot */
};

struct transfer {
    const struct root *root; /* where it was opened */
    int fd;
    int error; /* errno if it was the file that failed; ESTALE: it changed */
    struct file_facts facts;
    uint64_t at;  /* the next byte to send */
    uint64_t end; /* one past the last one */
    bool seen;    /* the facts still hold: there was no wait since */
    bool full;    /* the socket took less than it was offered */
    /* The way's own: */
    uint32_t held; /* bytes in `mem`, or in the pipe */
    char *mem;     /* read or mapped */
    union {
        uint64_t mem_at; /* where in the file that begins */
        int pipe[2];
    };
};

/* Gets what the way of reading needs, once `at` and `end` are set. 0 or
 * -errno. In either case transfer_end() is due. */
int transfer_begin(struct transfer *file, struct spares *spares);

/* Sends at most FILE_CHUNK bytes from `at` on, which is the caller's to move.
 * Returns how many went, or -1 and errno; then `error` tells if it was the
 * file. Never 0. */
ssize_t transfer_send(struct transfer *file, int socket);

/* Closes it and gives back what it used. */
void transfer_end(struct transfer *file, struct spares *spares);

/* The path that the file was opened by, for messages; a number if that can't
 * be told. */
void transfer_name(const struct transfer *file, char *name, size_t size);

/* Closes and frees what is kept. */
void spares_free(struct spares *spares);

#endif

#include "servers/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Not every file system has O_TMPFILE, and not every folder may be written. */
static int open_elsewhere(void)
{
    FILE *file = tmpfile();
    int fd = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 0) : -1;
    int error = errno;

    if (file)
        fclose(file);
    errno = error;
    return fd;
}

struct spool *spool_new(const char *near)
{
    struct spool *spool = calloc(1, sizeof(*spool));
    int error;

    if (!spool)
        return NULL;
    spool->fd = open(near, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spool->fd < 0 && errno != EMFILE && errno != ENFILE)
        spool->fd = open_elsewhere();
    if (spool->fd >= 0)
        return spool;
    error = errno;
    free(spool);
    errno = error;
    return NULL;
}

int spool_add(struct spool *spool, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(spool->fd, bytes, n);
        if (written < 0)
            return -errno;
        bytes += written;
        n -= (size_t)written;
        spool->n += (size_t)written;
        spool->last = bytes[-1];
    }
    return 0;
}

const char *spool_map(struct spool *spool)
{
    void *mem = mmap(NULL, spool->n, PROT_READ, MAP_SHARED, spool->fd, 0);

    if (mem == MAP_FAILED)
        return NULL;
    spool->mem = mem;
    return spool->mem;
}

void spool_free(struct spool *spool)
{
    if (spool->mem)
        munmap(spool->mem, spool->n);
    close(spool->fd);
    free(spool);
}

#include "servers/files/transfer.h"

#include "servers/files/root.h"
#include "servers/files/way.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever truncates a file, or writes into it, while it is served would make
 * a mixture of the reply, or one with an end of zeros (a mapping's last page).
 * One that has no name any more was replaced: who asks again gets the new one. */
static bool has_changed(const struct transfer *file)
{
    struct stat now;
    struct file_facts facts;

    if (fstat(file->fd, &now) != 0)
        return true;
    facts = root_facts(&now);
    return now.st_nlink == 0 || facts.size != file->facts.size ||
           facts.modified_s != file->facts.modified_s ||
           facts.modified_ns != file->facts.modified_ns;
}

int transfer_begin(struct transfer *file, struct spares *spares)
{
    const struct file_way *way = file->root->way;

    return way->begin ? way->begin(file, spares) : 0;
}

ssize_t transfer_send(struct transfer *file, int socket)
{
    uint64_t left = file->end - file->at;
    ssize_t n;

    file->full = false;
    if (!file->seen && has_changed(file))
        return transfer_failed(file, ESTALE);
    file->seen = false;
    n = file->root->way->send(file, socket,
                              left < FILE_CHUNK ? (size_t)left : FILE_CHUNK);
    return n == 0 ? transfer_failed(file, ESTALE) : n;
}

ssize_t transfer_failed(struct transfer *file, int error)
{
    if (error != EINTR && error != EAGAIN)
        file->error = error;
    errno = error;
    return -1;
}

void transfer_end(struct transfer *file, struct spares *spares)
{
    const struct file_way *way = file->root->way;

    if (way->end)
        way->end(file, spares);
    close(file->fd);
    *file = (struct transfer){0};
}

void transfer_name(const struct transfer *file, char *name, size_t size)
{
    char link[32];
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", file->fd);
    n = readlink(link, name, size - 1);
    if (n >= 0)
        name[n] = '\0';
    else
        snprintf(name, size, "inode %lu", (unsigned long)file->facts.inode);
}

void spares_free(struct spares *spares)
{
    pool_empty(&spares->chunks);
    while (spares->n_pipes > 0) {
        const int *pipe = spares->pipes[--spares->n_pipes];
        close(pipe[0]);
        close(pipe[1]);
    }
}

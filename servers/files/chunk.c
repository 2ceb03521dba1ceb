/* What the ways share that read into memory and send from there: one chunk a
 * transfer. What the socket does not take stays in it, so no byte is read
 * twice. */
#include "servers/files/root.h"
#include "servers/files/way.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int chunk_begin(struct transfer *file, struct spares *spares)
{
    file->mem = pool_take(&spares->chunks);
    if (!file->mem)
        file->mem = aligned_alloc(FILE_BLOCK, FILE_CHUNK);
    return file->mem ? 0 : -ENOMEM;
}

void chunk_end(struct transfer *file, struct spares *spares)
{
    if (file->mem)
        pool_give_back(&spares->chunks, file->mem, SPARE_CHUNKS);
}

ssize_t chunk_pread(const struct transfer *file, size_t n, off_t at)
{
    return pread(file->fd, file->mem, n, at);
}

/* Reads what comes at file->at, `n` bytes if there is nothing in the way;
 * false if that fails. */
static bool fill(struct transfer *file, size_t n)
{
    const struct file_way *way = file->root->way;
    size_t before = (size_t)(file->at % way->block);
    size_t need = before + n + way->block - 1;
    ssize_t got;

    need -= need % way->block;
    file->mem_at = file->at - before;
    got = way->fill(file, need < FILE_CHUNK ? need : FILE_CHUNK,
                    (off_t)file->mem_at);
    file->held = got > 0 ? (uint32_t)got : 0;
    return got >= 0;
}

ssize_t transfer_send_memory(struct transfer *file, int socket,
                             const char *bytes, size_t n)
{
    ssize_t sent = send(socket, bytes, n, MSG_NOSIGNAL);

    file->full = sent < (ssize_t)n;
    return sent;
}

ssize_t chunk_send(struct transfer *file, int socket, size_t n)
{
    uint64_t mem_end = file->mem_at + file->held;

    if (file->at >= mem_end) {
        if (!fill(file, n))
            return transfer_failed(file, errno);
        mem_end = file->mem_at + file->held;
    }
    if (file->at >= mem_end)
        return 0;
    if (n > mem_end - file->at)
        n = (size_t)(mem_end - file->at);
    return transfer_send_memory(file, socket,
                                file->mem + (file->at - file->mem_at), n);
}

/* mmap: the file is mapped, a window at a time, and sent from there.
 *
 * What it costs: a call a chunk, and two a window to move it; page tables are
 * filled and torn down, which other threads of the process feel, too. Each
 * byte is copied once, from the page cache to the socket.
 * Where it breaks: a page that is no longer in the file, because somebody has
 * truncated it, can't be read, and a program that tries gets SIGBUS. Here only
 * the kernel reads the pages, within send(2), which then fails with EFAULT: so
 * no handler is needed, nor any siglongjmp() out of one. The rest of a file's
 * last page reads as zeros instead, which is why the file's size is asked for
 * before every send (see transfer.c), as in all ways. */
#include "servers/files/way.h"

#include <errno.h>
#include <sys/mman.h>

enum { WINDOW = 1024 * 1024 };

static void unmap(struct transfer *file)
{
    if (file->mem)
        munmap(file->mem, file->held);
    file->mem = NULL;
    file->held = 0;
}

/* Maps the window that file->at is in; populated, as taking each page by a
 * fault would cost more. */
static bool map(struct transfer *file)
{
    uint64_t at = file->at - file->at % FILE_BLOCK;
    uint64_t left = file->end - at;
    size_t n = left < WINDOW ? (size_t)left : WINDOW;
    void *mem = mmap(NULL, n, PROT_READ, MAP_SHARED | MAP_POPULATE, file->fd,
                     (off_t)at);

    if (mem == MAP_FAILED)
        return false;
    file->mem = mem;
    file->mem_at = at;
    file->held = (uint32_t)n;
    return true;
}

static ssize_t send_mapped(struct transfer *file, int socket, size_t n)
{
    uint64_t mem_end = file->mem_at + file->held;
    ssize_t sent;

    if (file->at >= mem_end) {
        unmap(file);
        if (!map(file))
            return transfer_failed(file, errno);
        mem_end = file->mem_at + file->held;
    }
    if (n > mem_end - file->at)
        n = (size_t)(mem_end - file->at);
    sent = transfer_send_memory(file, socket,
                                file->mem + (file->at - file->mem_at), n);
    if (sent < 0 && errno == EFAULT)
        return transfer_failed(file, ESTALE);
    return sent;
}

static void end(struct transfer *file, struct spares *spares)
{
    (void)spares;
    unmap(file);
}

const struct file_way way_mmap = {
    .name = "mmap", .send = send_mapped, .end = end};

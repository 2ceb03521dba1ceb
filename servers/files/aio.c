/* aio: POSIX aio_read(3) into memory of this process, then send(2).
 *
 * What it costs: glibc has no asynchronous read in the kernel to call; it
 * hands each request to a thread of its own, which calls pread(2), and wakes
 * whoever waits. So a chunk costs a read, a send, and two changes of thread.
 * The wait is aio_suspend(3), in event loops, too: a loop could go on and ask
 * aio_error() later, but to be woken it would need a signal or a thread for
 * each read, which costs more than what it hides: the page cache has the
 * bytes nearly always. From a cold disk a loop stands still, as it does with
 * every other way here.
 * Where it breaks: at many requests at a time: there are 20 threads. */
#include "servers/files/way.h"

#include <aio.h>
#include <errno.h>

static ssize_t fill(const struct transfer *file, size_t n, off_t at)
{
    struct aiocb read = {
        .aio_fildes = file->fd,
        .aio_buf = file->mem,
        .aio_nbytes = n,
        .aio_offset = at,
        .aio_sigevent = {.sigev_notify = SIGEV_NONE},
    };
    const struct aiocb *const list[] = {&read};
    int error;

    if (aio_read(&read) != 0)
        return -1;
    /* A signal ends the wait, not the request, which writes into our memory
     * until it is done. */
    while ((error = aio_error(&read)) == EINPROGRESS)
        aio_suspend(list, 1, NULL);
    errno = error;
    return aio_return(&read);
}

const struct file_way way_aio = {
    .name = "aio",
    .begin = chunk_begin,
    .send = chunk_send,
    .end = chunk_end,
    .fill = fill,
    .block = 1,
};

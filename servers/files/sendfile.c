/* sendfile: sendfile(2), from the file to the socket within the kernel.
 *
 * What it costs: one call a chunk. The socket's queue refers to the pages of
 * the page cache themselves; nothing is copied until the receiver reads.
 * Where it breaks: where the program must see the bytes, and on files that
 * have no page cache behind them. */
#include "servers/files/way.h"

#include <errno.h>
#include <sys/sendfile.h>

static ssize_t send_file(struct transfer *file, int socket, size_t n)
{
    off_t at = (off_t)file->at;
    ssize_t sent = sendfile(socket, file->fd, &at, n);

    file->full = sent < (ssize_t)n;
    if (sent < 0 && (errno == EIO || errno == EINVAL))
        return transfer_failed(file, errno);
    return sent;
}

const struct file_way way_sendfile = {.name = "sendfile", .send = send_file};

/* splice: splice(2) from the file into a pipe, and from the pipe into the
 * socket.
 *
 * What it costs: two calls a chunk, and a pipe, which is two descriptors, for
 * each transfer under way; a few pipes are kept for the next ones. Nothing is
 * copied: the pipe holds references to pages. It is what sendfile does with a
 * pipe of its own.
 * Where it breaks: what the socket does not take stays in the pipe, so a pipe
 * can't be shared, and slow readers take up descriptors. */
#include "servers/files/way.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int begin(struct transfer *file, struct spares *spares)
{
    file->pipe[0] = file->pipe[1] = -1;
    if (spares->n_pipes > 0) {
        const int *pipe = spares->pipes[--spares->n_pipes];
        file->pipe[0] = pipe[0];
        file->pipe[1] = pipe[1];
        return 0;
    }
    return pipe2(file->pipe, O_CLOEXEC) == 0 ? 0 : -errno;
}

static void end(struct transfer *file, struct spares *spares)
{
    if (file->pipe[1] <= 0)
        return;
    if (file->held == 0 && spares->n_pipes < SPARE_PIPES) {
        int *pipe = spares->pipes[spares->n_pipes++];
        pipe[0] = file->pipe[0];
        pipe[1] = file->pipe[1];
        return;
    }
    close(file->pipe[0]);
    close(file->pipe[1]);
}

static ssize_t send_spliced(struct transfer *file, int socket, size_t n)
{
    ssize_t moved;

    if (file->held == 0) {
        off_t at = (off_t)file->at;
        moved = splice(file->fd, &at, file->pipe[1], NULL, n, SPLICE_F_MOVE);
        if (moved < 0)
            return transfer_failed(file, errno);
        if (moved == 0)
            return 0;
        file->held = (uint32_t)moved;
    }
    moved =
        splice(file->pipe[0], NULL, socket, NULL, file->held, SPLICE_F_MOVE);
    if (moved > 0)
        file->held -= (uint32_t)moved;
    file->full = file->held > 0;
    return moved;
}

const struct file_way way_splice = {
    .name = "splice", .begin = begin, .send = send_spliced, .end = end};

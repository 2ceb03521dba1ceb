#include "loadgen/engines/uring.h"

#include <errno.h>
#include <poll.h>

void uring_submitted(struct uring *uring)
{
    uring->outbox_bytes = 0;
    if (io_uring_sq_ready(&uring->ring) > 0)
        uring->error = -EBUSY;
}

void uring_submit(struct uring *uring)
{
    int n = io_uring_submit(&uring->ring);

    if (n < 0)
        uring->error = n;
    else
        uring_submitted(uring);
}

struct io_uring_sqe *uring_entry(struct uring *uring)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);

    if (sqe)
        return sqe;
    uring_submit(uring);
    sqe = io_uring_get_sqe(&uring->ring);
    if (sqe)
        return sqe;
    if (!uring->error)
        uring->error = -EBUSY;
    return &uring->spare;
}

void uring_quietly(struct io_uring_sqe *sqe, uint64_t name)
{
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, name);
}

void uring_aim(const struct uring *uring, struct io_uring_sqe *sqe,
               const struct conn *conn)
{
    if (!uring->registered)
        return;
    sqe->fd = (int)uring_number(uring, conn);
    sqe->flags |= IOSQE_FIXED_FILE;
}

void uring_watch(struct uring *uring, int fd, enum op op)
{
    struct io_uring_sqe *sqe = uring_entry(uring);

    io_uring_prep_poll_multishot(sqe, fd, POLLIN);
    io_uring_sqe_set_data64(sqe, (uint64_t)op << 56);
}

void uring_await_room(struct uring *uring, const struct conn *conn, enum op op)
{
    struct io_uring_sqe *sqe = uring_entry(uring);

    io_uring_prep_poll_add(sqe, conn->fd, POLLOUT);
    io_uring_sqe_set_data64(sqe, uring_name(uring, op, conn));
}

void uring_receive(struct uring *uring, const struct conn *conn)
{
    struct io_uring_sqe *sqe = uring_entry(uring);

    io_uring_prep_recv_multishot(sqe, conn->fd, NULL, 0, 0);
    uring_aim(uring, sqe, conn);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = BUFFERS_GROUP;
    io_uring_sqe_set_data64(sqe, uring_name(uring, OP_RECEIVE, conn));
    uring_side(uring, conn)->receiving = true;
}

void uring_cancel(struct uring *uring, const struct conn *conn, enum op op)
{
    struct io_uring_sqe *sqe = uring_entry(uring);

    io_uring_prep_cancel64(sqe, uring_name(uring, op, conn), 0);
    uring_quietly(sqe, OP_NOTHING);
}

void uring_register(struct uring *uring, const struct conn *conn, int *fd)
{
    if (!uring->registered)
        return;
    struct io_uring_sqe *sqe = uring_entry(uring);
    io_uring_prep_files_update(sqe, fd, 1, (int)uring_number(uring, conn));
    uring_quietly(sqe, uring_name(uring, OP_RECEIVE, conn));
}

#include "loadgen/engines/uring.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* More than that gains nothing from a batch, and is sent at once. */
enum { SMALL_BYTES = 4096 };

void uring_flush_later(struct loop *loop, struct conn *conn)
{
    struct uring *uring = (struct uring *)loop;
    struct side *side = uring_side(uring, conn);

    if (side->marked)
        return;
    side->marked = true;
    uring->marked[uring->n_marked++] = uring_number(uring, conn);
}

static void wait_for_room(struct uring *uring, struct conn *conn)
{
    conn->blocked = true;
    uring_await_room(uring, conn, OP_ROOM);
}

/* Sends as far as there is room. */
static void send_at_once(struct uring *uring, struct conn *conn,
                         struct span out)
{
    struct worker *worker = uring->loop.worker;

    while (out.len) {
        ssize_t n = send(conn->fd, out.bytes, out.len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            loop_fail(&uring->loop, conn, FAULT_RESET, strerror(errno));
            return;
        }
        if (n > 0)
            worker_sent(worker, conn, (size_t)n);
        if (n < (ssize_t)out.len) {
            wait_for_room(uring, conn);
            return;
        }
        out = worker_out(worker, conn);
    }
}

/* Hands over a copy: what the worker gave is valid only for now. Whole or
 * short, the kernel is through with it when the system call returns, because
 * it is told not to wait; MSG_WAITALL makes a short send a failure, of which
 * it tells. That is rare: meanwhile it counts as sent. */
static void send_with_batch(struct uring *uring, struct conn *conn,
                            struct span out)
{
    if (uring->outbox_bytes + out.len > URING_OUTBOX)
        uring_submit(uring);
    struct io_uring_sqe *sqe = uring_entry(uring);
    char *copy = uring->outbox + uring->outbox_bytes;

    memcpy(copy, out.bytes, out.len);
    uring->outbox_bytes += out.len;
    io_uring_prep_send(sqe, (int)uring_number(uring, conn), copy, out.len,
                       MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL);
    sqe->flags |= IOSQE_FIXED_FILE;
    uring_quietly(sqe, uring_name(uring, OP_SEND, conn));
    uring_side(uring, conn)->queued = (uint32_t)out.len;
    worker_sent(uring->loop.worker, conn, out.len);
}

void uring_send_marked(struct uring *uring)
{
    struct worker *worker = uring->loop.worker;
    uint32_t n = uring->n_marked;

    uring->n_marked = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct conn *conn = &worker->conns[uring->marked[i]];
        uring_side(uring, conn)->marked = false;
        if (conn->state != CONN_OPEN || conn->blocked)
            continue;
        struct span out = worker_out(worker, conn);
        if (out.len > SMALL_BYTES)
            send_at_once(uring, conn, out);
        else if (out.len > 0)
            send_with_batch(uring, conn, out);
    }
}

void uring_sent_short(struct uring *uring, struct conn *conn, int result)
{
    size_t sent = result > 0 ? (size_t)result : 0;

    worker_unsent(uring->loop.worker, conn,
                  uring_side(uring, conn)->queued - sent);
    if (result >= 0 || result == -EAGAIN)
        wait_for_room(uring, conn);
    else
        loop_fail(&uring->loop, conn, FAULT_RESET, strerror(-result));
}

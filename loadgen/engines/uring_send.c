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
static void send_at_once(struct uring *uring, struct conn *conn)
{
    struct worker *worker = uring->loop.worker;
    struct span out = worker_out(worker, conn);

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

/* Hands over what is in the outbox from `at` on. Whole or short, the kernel is
 * through with it when the system call returns, because it is told not to wait;
 * MSG_WAITALL makes a short send a failure, of which it tells. That is rare:
 * meanwhile it counts as sent. */
static void hand_over(struct uring *uring, const struct conn *conn, char *at,
                      size_t n)
{
    struct io_uring_sqe *sqe = uring_entry(uring);

    io_uring_prep_send(sqe, conn->fd, at, n,
                       MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL);
    uring_aim(uring, sqe, conn);
    uring_quietly(sqe, uring_name(uring, OP_SEND, conn));
    uring_side(uring, conn)->queued = (uint32_t)n;
    /* To get the entry, what was in the outbox before may have been sent. */
    uring->outbox_bytes = (size_t)(at - uring->outbox) + n;
}

/* Sends with the batch if all of it is small, as a copy: what the worker gives
 * is valid only for now. */
static void send_out(struct uring *uring, struct conn *conn)
{
    struct worker *worker = uring->loop.worker;
    struct span out = worker_out(worker, conn);
    size_t n = 0;

    if (uring->outbox_bytes + SMALL_BYTES > URING_OUTBOX)
        uring_submit(uring);
    char *at = uring->outbox + uring->outbox_bytes;
    while (out.len && n + out.len <= SMALL_BYTES) {
        memcpy(at + n, out.bytes, out.len);
        n += out.len;
        worker_sent(worker, conn, out.len);
        out = worker_out(worker, conn);
    }
    if (out.len) {
        worker_unsent(worker, conn, n);
        send_at_once(uring, conn);
    } else if (n) {
        hand_over(uring, conn, at, n);
    }
}

void uring_send_marked(struct uring *uring)
{
    struct worker *worker = uring->loop.worker;
    uint32_t n = uring->n_marked;

    uring->n_marked = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct conn *conn = &worker->conns[uring->marked[i]];
        uring_side(uring, conn)->marked = false;
        if (conn->state == CONN_OPEN && !conn->blocked)
            send_out(uring, conn);
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

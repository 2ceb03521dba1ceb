/* The io_uring engine: one thread, one ring, and one system call a batch.
 * Receiving is armed once a connection (multishot), into buffers that the
 * kernel takes from a ring; sockets are registered files; what the completions
 * of a batch give reason to send goes out with the system call that waits for
 * the next batch. See io_uring(7). */
#include "loadgen/engine.h"

#include "loadgen/engines/uring.h"

#include "common/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUFFERS_LEAST = 16,
    BUFFERS_MOST = 4096,
    BUFFER_LEAST = 16 * 1024,
    BUFFER_MOST = 64 * 1024,
};

static int opening(struct loop *loop, struct conn *conn)
{
    uring_await_room((struct uring *)loop, conn, OP_CONNECT);
    return 0;
}

static int opened(struct loop *loop, struct conn *conn)
{
    struct uring *uring = (struct uring *)loop;

    uring_register(uring, conn, &conn->fd);
    uring_receive(uring, conn);
    return 0;
}

static void closing(struct loop *loop, struct conn *conn)
{
    static int none = -1;
    struct uring *uring = (struct uring *)loop;
    struct side *side = uring_side(uring, conn);

    if (conn->state == CONN_CONNECTING)
        uring_cancel(uring, conn, OP_CONNECT);
    if (conn->blocked)
        uring_cancel(uring, conn, OP_ROOM);
    if (side->receiving)
        uring_cancel(uring, conn, OP_RECEIVE);
    side->generation++;
    side->receiving = false;
    if (conn->state == CONN_OPEN)
        uring_register(uring, conn, &none);
}

static void on_receive(struct uring *uring, struct conn *conn,
                       const struct io_uring_cqe *cqe)
{
    struct loop *loop = &uring->loop;
    struct side *side = uring_side(uring, conn);
    uint32_t generation = side->generation;

    side->receiving = cqe->flags & IORING_CQE_F_MORE;
    if (cqe->res >= 0) {
        const char *bytes =
            buffers_at(&uring->buffers, cqe->flags >> IORING_CQE_BUFFER_SHIFT);
        if (loop_received(loop, conn, bytes, (size_t)cqe->res, uring->now_ns))
            uring_flush_later(loop, conn);
    } else if (cqe->res != -ENOBUFS) {
        loop_fail(loop, conn, FAULT_RESET, strerror(-cqe->res));
    }
    /* Without a buffer, or for want of room for completions, it has ended. */
    if (side->generation == generation && !side->receiving)
        uring_receive(uring, conn);
}

static void on_room(struct uring *uring, struct conn *conn)
{
    conn->blocked = false;
    uring_flush_later(&uring->loop, conn);
}

static void on_conn(struct uring *uring, enum op op,
                    const struct io_uring_cqe *cqe)
{
    struct conn *conn = &uring->loop.worker->conns[(uint32_t)cqe->user_data];

    if (cqe->user_data != uring_name(uring, op, conn))
        return;
    if (op == OP_RECEIVE)
        on_receive(uring, conn, cqe);
    else if (op == OP_SEND)
        uring_sent_short(uring, conn, cqe->res);
    else if (op == OP_ROOM)
        on_room(uring, conn);
    else
        loop_connected(&uring->loop, conn);
}

static void on_completion(struct uring *uring, const struct io_uring_cqe *cqe)
{
    struct loop *loop = &uring->loop;
    enum op op = (enum op)(cqe->user_data >> 56);

    if (op == OP_WAKE || op == OP_TIMER) {
        loop->woken |= op == OP_WAKE;
        loop->timer_fired |= op == OP_TIMER;
        if (cqe->res < 0)
            uring->error = cqe->res;
        else if (!(cqe->flags & IORING_CQE_F_MORE))
            uring_watch(uring,
                        op == OP_WAKE ? loop->worker->wake_fd : loop->timer_fd,
                        op);
    } else if (op != OP_NOTHING) {
        on_conn(uring, op, cqe);
    }
    if (cqe->flags & IORING_CQE_F_BUFFER)
        buffers_give(&uring->buffers, cqe->flags >> IORING_CQE_BUFFER_SHIFT);
}

static void take_completions(struct uring *uring)
{
    const struct io_uring_cqe *cqe;
    unsigned head;
    unsigned n = 0;

    io_uring_for_each_cqe(&uring->ring, head, cqe)
    {
        if (worker_done(uring->loop.worker))
            break;
        on_completion(uring, cqe);
        n++;
    }
    io_uring_cq_advance(&uring->ring, n);
    buffers_show(&uring->buffers);
}

/* Submits, and then waits: the library's call that does both would begin its
 * time anew when it has submitted. */
static int submit_and_sleep(struct io_uring *ring, uint64_t until_ns)
{
    int n = io_uring_submit(ring);

    if (n < 0)
        return n;
    const struct timespec left = clock_left(until_ns);
    struct __kernel_timespec most = {left.tv_sec, left.tv_nsec};
    struct io_uring_cqe *first;
    return io_uring_wait_cqe_timeout(ring, &first, &most);
}

/* Submits, and waits until there is something, or until `until_ns`. */
static int wait_for_some(struct uring *uring, uint64_t until_ns)
{
    struct io_uring *ring = &uring->ring;
    int n;

    if (until_ns == NOT_YET)
        n = io_uring_submit_and_wait(ring, 1);
    else if (until_ns == LOOP_LOOK)
        n = io_uring_submit_and_get_events(ring);
    else
        n = submit_and_sleep(ring, until_ns);
    if (n < 0 && n != -EINTR && n != -ETIME)
        return n;
    uring_submitted(uring);
    uring->now_ns = clock_ns();
    return uring->error;
}

static int run_loop(struct uring *uring)
{
    struct loop *loop = &uring->loop;

    uring_watch(uring, loop->worker->wake_fd, OP_WAKE);
    uring_watch(uring, loop->timer_fd, OP_TIMER);
    int error = loop_start(loop);
    while (!error && !worker_done(loop->worker)) {
        uint64_t until_ns = loop_wait_until(loop);
        uring_send_marked(uring);
        error = uring->error ? uring->error : wait_for_some(uring, until_ns);
        if (error)
            break;
        take_completions(uring);
        error = loop_between_batches(loop);
    }
    return error;
}

static int allocate(struct uring *uring)
{
    const struct worker *worker = uring->loop.worker;

    uring->sides = calloc(worker->n_conns, sizeof(*uring->sides));
    uring->marked = calloc(worker->n_conns, sizeof(*uring->marked));
    uring->outbox = malloc(URING_OUTBOX);
    if (!uring->sides || !uring->marked || !uring->outbox)
        return -ENOMEM;
    return buffers_init(
        &uring->buffers, &uring->ring,
        ring_round(2 * (uint64_t)worker->n_conns, BUFFERS_LEAST, BUFFERS_MOST),
        ring_round(worker->settings->payload_most_bytes, BUFFER_LEAST,
                   BUFFER_MOST));
}

static int set_up_and_run(struct uring *uring)
{
    const char *lacks;
    int error = ring_open(&uring->ring, uring->loop.worker->n_conns, &lacks);

    if (error)
        return error;
    error = allocate(uring);
    if (!error)
        error = run_loop(uring);
    ring_close(&uring->ring);
    buffers_free(&uring->buffers);
    free(uring->outbox);
    free(uring->marked);
    free(uring->sides);
    return error;
}

static int run(struct worker *worker)
{
    static const struct loop_ops ops = {
        .opening = opening,
        .opened = opened,
        .closing = closing,
        .flush = uring_flush_later,
    };
    struct uring uring = {
        .registered = worker->settings->requests_per_connection == 0,
    };
    int error = loop_init(&uring.loop, worker, &ops);

    if (!error)
        error = set_up_and_run(&uring);
    loop_free(&uring.loop);
    return error;
}

const struct engine engine_uring = {
    .name = "uring",
    .summary = "completions, by io_uring",
    .probe = ring_probe,
    .run = run,
};

/* uring.h: what the files of the uring engine share: its state, the queue of
 * what the kernel is asked to do, and sending. */
#ifndef LOADGEN_URING_H
#define LOADGEN_URING_H

#include "loadgen/engines/loop.h"
#include "loadgen/engines/ring.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { URING_OUTBOX = 64 * 1024 };

/* What a completion is about; the connection and its generation beside it. */
enum op {
    OP_NOTHING, /* nobody waits for it */
    OP_WAKE,
    OP_TIMER,
    OP_CONNECT,
    OP_RECEIVE,
    OP_SEND,
    OP_ROOM,
};

/* What the engine keeps of a connection. */
struct side {
    uint32_t generation; /* of its socket: older completions mean nothing */
    uint32_t queued;     /* bytes that were handed over last */
    bool receiving;
    bool marked; /* is in `marked` */
};

struct uring {
    struct loop loop; /* first: the same address */
    struct io_uring ring;
    struct buffers buffers;
    struct side *sides;
    /* Sockets are registered files, unless connections come and go: to enter
     * and to remove one costs more than it saves, and Linux 6.1 lets go of it,
     * so that it is closed, up to a second late. */
    bool registered;
    uint32_t *marked; /* connections that may have something to send */
    uint32_t n_marked;
    char *outbox; /* what is sent with the next system call */
    size_t outbox_bytes;
    uint64_t now_ns; /* when the batch was there */
    int error;       /* -errno: the ring is out of order */
    struct io_uring_sqe spare;
};

static inline uint32_t uring_number(const struct uring *uring,
                                    const struct conn *conn)
{
    return (uint32_t)(conn - uring->loop.worker->conns);
}

static inline struct side *uring_side(const struct uring *uring,
                                      const struct conn *conn)
{
    return &uring->sides[uring_number(uring, conn)];
}

/* What stands for it in completions. */
static inline uint64_t uring_name(const struct uring *uring, enum op op,
                                  const struct conn *conn)
{
    return (uint64_t)op << 56 |
           (uint64_t)(uring_side(uring, conn)->generation & 0xffffff) << 32 |
           uring_number(uring, conn);
}

/* Has the kernel take what is in the queue; does not wait. */
void uring_submit(struct uring *uring);

/* The kernel has taken what was in the queue, and what that was about is in the
 * outbox no more. If it has left some, for want of memory, the ring is out of
 * order. */
void uring_submitted(struct uring *uring);

/* A place in the queue; one that leads nowhere if the ring is out of order. */
struct io_uring_sqe *uring_entry(struct uring *uring);

/* Has the operation complete without a word, unless it fails. */
void uring_quietly(struct io_uring_sqe *sqe, uint64_t name);

/* Completes with `op` each time that `fd` gets readable. */
void uring_watch(struct uring *uring, int fd, enum op op);

/* Completes with `op` when the connection's socket gets writable. */
void uring_await_room(struct uring *uring, const struct conn *conn, enum op op);

/* Receives what comes, again and again. */
void uring_receive(struct uring *uring, const struct conn *conn);

/* Ends an operation of the connection before its time. */
void uring_cancel(struct uring *uring, const struct conn *conn, enum op op);

/* Has the operation be about the connection's socket. */
void uring_aim(const struct uring *uring, struct io_uring_sqe *sqe,
               const struct conn *conn);

/* Puts the descriptor `*fd`, or none if that is -1, into the connection's
 * place among the registered files, if sockets are. `fd` is read with the next
 * submission. */
void uring_register(struct uring *uring, const struct conn *conn, int *fd);

/* The connection may have something to send: it goes with the batch. */
void uring_flush_later(struct loop *loop, struct conn *conn);

/* Hands over what the marked connections have to send. */
void uring_send_marked(struct uring *uring);

/* Not all could be sent: what the completion says. */
void uring_sent_short(struct uring *uring, struct conn *conn, int result);

#endif

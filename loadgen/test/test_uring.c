/* The io_uring engine's sending, on a real ring and a pair of sockets that have
 * little room. */
#include "common/test/test.h"

#include "loadgen/engines/uring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One connection of an echo target; a message fits the engine's batches, but
 * not the socket's buffer. */
struct fixture {
    struct settings settings;
    struct course course;
    struct reference reference;
    struct worker worker;
    struct uring uring;
    struct conn *conn;
    int peer_fd;
    int shorts; /* sends that were not whole */
};

enum { MESSAGE = 4000 };

static void set_up(struct fixture *f)
{
    const int least = 1;
    const char *lacks;
    int fds[2];

    if (ring_probe(&lacks) != 0)
        skip();
    *f = (struct fixture){.settings = {
                              .target.protocol = TARGET_ECHO,
                              .connections = 1,
                              .pipeline = 1,
                              .payload_bytes = MESSAGE,
                              .payload_most_bytes = MESSAGE,
                              .timeout_ns = 1000,
                          }};
    atomic_init(&f->course.go, true);
    atomic_init(&f->course.start_ns, NOT_YET);
    atomic_init(&f->course.end_ns, NOT_YET);
    reference_init(&f->reference);
    assert_int_equal(
        worker_init(&f->worker, 0, 1, &f->settings, &f->course, &f->reference),
        0);
    f->conn = &f->worker.conns[0];
    f->uring.loop.worker = &f->worker;
    f->uring.registered = true;
    f->uring.sides = calloc(1, sizeof(*f->uring.sides));
    f->uring.marked = calloc(1, sizeof(*f->uring.marked));
    f->uring.outbox = malloc(URING_OUTBOX);
    assert_true(f->uring.sides && f->uring.marked && f->uring.outbox);
    assert_int_equal(ring_open(&f->uring.ring, 1, &lacks), 0);

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
                     0);
    assert_int_equal(
        setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), 0);
    f->conn->fd = fds[0];
    f->peer_fd = fds[1];
    uring_register(&f->uring, f->conn, &f->conn->fd);
    worker_opening(&f->worker, f->conn, 1);
    worker_opened(&f->worker, f->conn, 2);
    assert_true(worker_look(&f->worker, 3));
}

static void tear_down(struct fixture *f)
{
    ring_close(&f->uring.ring);
    worker_close_all(&f->worker);
    close(f->peer_fd);
    free(f->uring.sides);
    free(f->uring.marked);
    free(f->uring.outbox);
    worker_free(&f->worker);
    reference_free(&f->reference);
}

/* Sends, and takes the completions as the engine's loop does. */
static void turn(struct fixture *f)
{
    struct io_uring_cqe *cqe;

    uring_send_marked(&f->uring);
    assert_true(io_uring_submit_and_get_events(&f->uring.ring) >= 0);
    while (io_uring_peek_cqe(&f->uring.ring, &cqe) == 0) {
        if (cqe->user_data == uring_name(&f->uring, OP_SEND, f->conn)) {
            f->shorts++;
            uring_sent_short(&f->uring, f->conn, cqe->res);
        } else {
            assert_true(cqe->user_data ==
                        uring_name(&f->uring, OP_ROOM, f->conn));
            f->conn->blocked = false;
            uring_flush_later(&f->uring.loop, f->conn);
        }
        io_uring_cqe_seen(&f->uring.ring, cqe);
    }
    f->uring.outbox_bytes = 0;
}

/* Takes up to `most` bytes that have come at the other end. */
static size_t take(const struct fixture *f, char *bytes, size_t most)
{
    ssize_t n = recv(f->peer_fd, bytes, most, 0);

    if (n < 0)
        assert_int_equal(errno, EAGAIN);
    return n < 0 ? 0 : (size_t)n;
}

static void short_sends_go_on(void **state)
{
    struct fixture f;
    char message[MESSAGE];
    char came[MESSAGE + 1];
    size_t n = 0;

    (void)state;
    set_up(&f);
    /* Leaves room for half of it: it takes two of the socket's buffers. */
    assert_int_equal(send(f.conn->fd, "x", 1, 0), 1);
    worker_fill(&f.worker, f.conn, 4);
    memcpy(message, worker_out(&f.worker, f.conn).bytes, MESSAGE);
    uring_flush_later(&f.uring.loop, f.conn);
    turn(&f);
    assert_int_equal(f.shorts, 1);
    assert_true(f.conn->blocked);
    assert_int_equal(f.conn->unsent, 1);
    assert_true(f.worker.counters.bytes_out > 0);
    assert_true(f.worker.counters.bytes_out < MESSAGE);
    assert_int_equal(f.conn->sent_bytes, f.worker.counters.bytes_out);
    assert_int_equal(take(&f, came, 1), 1);
    while (f.conn->unsent) {
        n += take(&f, came + n, sizeof(came) - n);
        turn(&f);
    }
    n += take(&f, came + n, sizeof(came) - n);
    assert_int_equal(n, MESSAGE);
    assert_memory_equal(came, message, MESSAGE);
    assert_int_equal(f.worker.counters.bytes_out, MESSAGE);
    tear_down(&f);
}

static void no_room_at_all_is_no_failure(void **state)
{
    struct fixture f;
    char bytes[MESSAGE];

    (void)state;
    set_up(&f);
    memset(bytes, 'x', sizeof(bytes));
    while (send(f.conn->fd, bytes, sizeof(bytes), 0) > 0)
        ;
    worker_fill(&f.worker, f.conn, 4);
    uring_flush_later(&f.uring.loop, f.conn);
    turn(&f);
    assert_int_equal(f.shorts, 1);
    assert_true(f.conn->blocked);
    assert_int_equal(f.conn->sent_bytes, 0);
    assert_int_equal(f.worker.counters.bytes_out, 0);
    while (f.conn->unsent) {
        while (take(&f, bytes, sizeof(bytes)))
            ;
        turn(&f);
    }
    assert_int_equal(f.worker.counters.bytes_out, MESSAGE);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_sends_go_on),
        cmocka_unit_test(no_room_at_all_is_no_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

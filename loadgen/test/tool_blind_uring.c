/* The least work with which a server can answer HTTP: io_uring, multishot
 * accept and receive, one fixed reply to whatever arrives, unread. No model to
 * compare, but the floor below all of them: only against it is the generator,
 * not the server, the limit. Usage: tool_blind_uring [keep-alive]; it prints
 * "ready blind-uring ADDRESS PORT" and serves until it is killed. With the
 * argument, replies say that the connection stays open, as HTTP/1.0 clients
 * want to hear. */
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ENTRIES = 1024,
    BUFFERS = 1024,
    BUFFER_BYTES = 4096,
    GROUP = 1,
};

enum op { OP_ACCEPT, OP_RECEIVE, OP_SEND, OP_CLOSE };

#define HEAD                                                                   \
    "HTTP/1.1 200 OK\r\n"                                                      \
    "Date: Tue, 24 Nov 2026 12:00:00 GMT\r\n"                                  \
    "Content-Type: text/plain\r\n"                                             \
    "Content-Length: 13\r\n"
#define BODY "\r\nHello, World!"

struct blind {
    struct io_uring ring;
    struct io_uring_buf_ring *buffers;
    char *memory;
    int listen_fd;
    const char *reply;
    size_t reply_len;
};

static void fail(const char *what, int error)
{
    fprintf(stderr, "tool_blind_uring: %s: %s\n", what, strerror(error));
    exit(2);
}

static struct io_uring_sqe *entry(struct blind *blind, enum op op, int fd)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&blind->ring);

    if (!sqe) {
        io_uring_submit(&blind->ring);
        sqe = io_uring_get_sqe(&blind->ring);
    }
    if (!sqe)
        fail("submission queue", ENOSPC);
    /* Before the prep function, which leaves this alone. */
    io_uring_sqe_set_data64(sqe, (uint64_t)op << 32 | (uint32_t)fd);
    return sqe;
}

static void give_buffer(struct blind *blind, unsigned id)
{
    io_uring_buf_ring_add(
        blind->buffers, blind->memory + (size_t)id * BUFFER_BYTES, BUFFER_BYTES,
        (unsigned short)id, io_uring_buf_ring_mask(BUFFERS), 0);
    io_uring_buf_ring_advance(blind->buffers, 1);
}

static void set_up_ring(struct blind *blind)
{
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                 IORING_SETUP_CQSIZE,
        .cq_entries = 8 * ENTRIES,
    };
    int error = io_uring_queue_init_params(ENTRIES, &blind->ring, &params);

    if (error)
        fail("io_uring", -error);
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, BUFFERS * sizeof(struct io_uring_buf)) !=
        0)
        fail("buffer ring", ENOMEM);
    blind->buffers = memory;
    blind->memory = calloc(BUFFERS, BUFFER_BYTES);
    if (!blind->memory)
        fail("buffers", ENOMEM);
    struct io_uring_buf_reg reg = {
        .ring_addr = (uint64_t)(uintptr_t)blind->buffers,
        .ring_entries = BUFFERS,
        .bgid = GROUP,
    };
    error = io_uring_register_buf_ring(&blind->ring, &reg, 0);
    if (error)
        fail("buffer ring", -error);
    io_uring_buf_ring_init(blind->buffers);
    for (unsigned id = 0; id < BUFFERS; id++)
        give_buffer(blind, id);
}

static void set_up_socket(struct blind *blind)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t len = sizeof(address);
    const int on = 1;

    blind->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* Accepted connections inherit it. */
    if (blind->listen_fd < 0 ||
        setsockopt(blind->listen_fd, IPPROTO_TCP, TCP_NODELAY, &on,
                   sizeof(on)) != 0 ||
        bind(blind->listen_fd, (struct sockaddr *)&address, len) != 0 ||
        listen(blind->listen_fd, 4096) != 0 ||
        getsockname(blind->listen_fd, (struct sockaddr *)&address, &len) != 0)
        fail("listen", errno);
    printf("ready blind-uring 127.0.0.1 %d\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void accept_all(struct blind *blind)
{
    io_uring_prep_multishot_accept(entry(blind, OP_ACCEPT, blind->listen_fd),
                                   blind->listen_fd, NULL, NULL, SOCK_CLOEXEC);
}

static void receive_all(struct blind *blind, int fd)
{
    struct io_uring_sqe *sqe = entry(blind, OP_RECEIVE, fd);

    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
}

static void answer(struct blind *blind, int fd)
{
    struct io_uring_sqe *sqe = entry(blind, OP_SEND, fd);

    io_uring_prep_send(sqe, fd, blind->reply, blind->reply_len, MSG_NOSIGNAL);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

static void on_receive(struct blind *blind, int fd,
                       const struct io_uring_cqe *cqe)
{
    if (cqe->flags & IORING_CQE_F_BUFFER)
        give_buffer(blind, cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    if (cqe->res > 0)
        answer(blind, fd);
    if (cqe->flags & IORING_CQE_F_MORE)
        return;
    if (cqe->res > 0 || cqe->res == -ENOBUFS)
        receive_all(blind, fd);
    else
        io_uring_prep_close(entry(blind, OP_CLOSE, fd), fd);
}

static void on_completion(struct blind *blind, const struct io_uring_cqe *cqe)
{
    enum op op = (enum op)(cqe->user_data >> 32);
    int fd = (int)(uint32_t)cqe->user_data;

    if (op == OP_ACCEPT) {
        if (cqe->res >= 0)
            receive_all(blind, cqe->res);
        if (!(cqe->flags & IORING_CQE_F_MORE))
            accept_all(blind);
    } else if (op == OP_RECEIVE) {
        on_receive(blind, fd, cqe);
    }
    /* A failed send shows in the receive that is pending there, too. */
}

int main(int argc, char **argv)
{
    bool keep_alive = argc > 1 && strcmp(argv[1], "keep-alive") == 0;
    struct blind blind = {
        .listen_fd = -1,
        .reply =
            keep_alive ? HEAD "Connection: keep-alive\r\n" BODY : HEAD BODY,
    };

    blind.reply_len = strlen(blind.reply);
    set_up_ring(&blind);
    set_up_socket(&blind);
    accept_all(&blind);
    for (;;) {
        const struct io_uring_cqe *cqe;
        unsigned head;
        unsigned n = 0;
        int error = io_uring_submit_and_wait(&blind.ring, 1);
        if (error < 0 && error != -EINTR)
            fail("waiting", -error);
        io_uring_for_each_cqe(&blind.ring, head, cqe)
        {
            on_completion(&blind, cqe);
            n++;
        }
        io_uring_cq_advance(&blind.ring, n);
    }
}

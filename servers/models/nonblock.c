/* nonblock: one thread that asks every socket in turn, and never waits.
 *
 * How it waits: not at all. It asks the listening socket, then each connection,
 * whether there is something to do, and begins again; mostly the answer is
 * EAGAIN. How many system calls a request costs depends on how long it was in
 * coming.
 * As connections grow: each round costs a call for every open one, however few
 * have anything to say, and a request waits for its turn in the round. That is
 * what select, poll and epoll save.
 * Limits: one CPU, which is busy even while nobody asks for anything.
 * What it is not: bad at full load. Where every socket has a request, no call
 * is in vain. */
#include "servers/net.h"

#include <errno.h>
#include <stdlib.h>

struct loop {
    struct worker worker;
    int *open;  /* the `n` open descriptors, in no order */
    int *place; /* by descriptor: where in `open` it is */
    int n;
};

static void begin(struct loop *loop, const struct conn *conn)
{
    loop->place[conn->fd] = loop->n;
    loop->open[loop->n++] = conn->fd;
}

/* The last of the list takes the place of the one that goes. */
static void end(struct loop *loop, struct conn *conn)
{
    int last = loop->open[--loop->n];

    loop->place[last] = loop->place[conn->fd];
    loop->open[loop->place[last]] = last;
    net_close(&loop->worker, conn);
}

static void accept_some(struct loop *loop)
{
    struct worker *worker = &loop->worker;

    for (int i = 0; i < ACCEPTS_PER_WAKE && worker_accepting(worker); i++) {
        struct conn *conn = net_accept(worker);
        if (!conn)
            return;
        net_signal_urgent(worker, conn->fd);
        begin(loop, conn);
    }
}

/* From the last to the first, so that who takes the place of one that ends has
 * had its turn. */
static void ask_all(struct loop *loop)
{
    struct worker *worker = &loop->worker;

    for (int i = loop->n - 1; i >= 0; i--) {
        struct conn *conn = &worker->server->conns[loop->open[i]];
        if (net_turn(worker, conn) == WANT_CLOSE)
            end(loop, conn);
    }
}

static void run(struct loop *loop)
{
    struct worker *worker = &loop->worker;

    while (!worker_done(worker)) {
        struct conn *conn;
        accept_some(loop);
        ask_all(loop);
        worker_tick(worker);
        while ((conn = worker_expired(worker)))
            end(loop, conn);
    }
}

static int serve(const struct server *server)
{
    static struct loop loop;
    size_t most = (size_t)server->max_fd;
    int error = 0;

    /* Zeroed memory costs nothing before it is written to. */
    loop.open = calloc(most, sizeof(*loop.open));
    loop.place = calloc(most, sizeof(*loop.place));
    if (loop.open && loop.place) {
        worker_start(&loop.worker, server, 0);
        run(&loop);
        worker_end(&loop.worker);
    } else {
        error = -ENOMEM;
    }
    free(loop.open);
    free(loop.place);
    return error;
}

const struct model model = {
    .name = "nonblock",
    .summary = "one thread that asks every socket in turn and never waits: "
               "what multiplexing saves",
    .waits = "never: asks every socket in turn",
    .limit = "one CPU, busy at rest as well; a call for each, each round",
    .kernel = "any",
    .spins = true,
    .max_workers = 1,
    .serve = serve,
};

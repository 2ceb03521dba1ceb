/* blocking: one thread serves one connection after another.
 *
 * How it waits: in accept, recv and send. Deadlines are the socket's own
 * time-outs. A request costs two system calls, recv and send, and no call
 * that only asks who is ready: nothing here is cheaper.
 * As connections grow: one is served at full speed and all others wait in the
 * kernel's queue until it leaves. An idle client stops everybody.
 * Limits: one connection at a time, whatever the machine.
 * What it is not: fast, even though its one client sees the best latency of
 * all. It is where every course on servers starts, and why there are others. */
#include "servers/net.h"

static int serve(const struct server *server)
{
    static struct worker worker;

    worker_start(&worker, server, 0);
    while (!worker_done(&worker)) {
        struct conn *conn = net_accept(&worker);
        if (!conn)
            continue;
        while (net_turn(&worker, conn) != WANT_CLOSE)
            ;
        net_close(&worker, conn);
    }
    worker_end(&worker);
    return 0;
}

const struct model model = {
    .name = "blocking",
    .summary = "one connection at a time, the others wait: the baseline",
    .waits = "in recv and send, for the one it serves",
    .limit = "one connection at a time",
    .kernel = "any",
    .blocking = true,
    .max_workers = 1,
    .one_each = true,
    .syscalls_per_request = 2,
    .serve = serve,
};

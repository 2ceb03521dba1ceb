#include "loadgen/engines/loop_open.h"

#include "loadgen/connections/socket.h"

#include "common/clock.h"
#include "common/units.h"

#include <string.h>
#include <sys/eventfd.h>

/* At once: less than a usual listen backlog. */
enum { OPENING_MOST = 128 };

#define NOBODY UINT32_MAX
#define RETRY_NS NS_PER_MS

void loop_open_init(struct loop *loop)
{
    loop->waiting_first = NOBODY;
}

/* Begins to connect, now or when the timer says so. */
static void begin_to_connect(struct loop *loop, struct conn *conn)
{
    struct worker *worker = loop->worker;
    int fd = socket_connect(&worker->settings->target, &worker->source);

    if (socket_may_connect_later(fd)) {
        worker->postponed++;
        if (!loop->retry_ns)
            loop->retry_ns = clock_ns() + RETRY_NS;
        loop->rearm = true;
        return;
    }
    conn->fd = fd < 0 ? -1 : fd;
    int error = fd < 0 ? fd : loop->ops->opening(loop, conn);
    if (error)
        loop_fail(loop, conn, FAULT_CONNECT, strerror(-error));
}

static void open_conn(struct loop *loop, struct conn *conn)
{
    worker_opening(loop->worker, conn, clock_ns());
    loop->opening++;
    begin_to_connect(loop, conn);
}

void loop_open_late(struct loop *loop)
{
    struct worker *worker = loop->worker;

    loop->retry_ns = 0;
    for (uint32_t i = 0; i < worker->n_conns && !loop->retry_ns; i++) {
        struct conn *conn = &worker->conns[i];
        if (conn->state == CONN_CONNECTING && conn->fd < 0)
            begin_to_connect(loop, conn);
    }
}

void loop_open_again(struct loop *loop, struct conn *conn)
{
    struct conn *conns = loop->worker->conns;
    uint32_t at = (uint32_t)(conn - conns);

    if (loop->opening < OPENING_MOST) {
        open_conn(loop, conn);
        return;
    }
    conn->behind = NOBODY;
    if (loop->waiting_first == NOBODY)
        loop->waiting_first = at;
    else
        conns[loop->waiting_last].behind = at;
    loop->waiting_last = at;
}

void loop_open_waiting(struct loop *loop)
{
    while (loop->waiting_first != NOBODY && loop->opening < OPENING_MOST) {
        struct conn *conn = &loop->worker->conns[loop->waiting_first];
        loop->waiting_first = conn->behind;
        open_conn(loop, conn);
    }
}

void loop_open_more(struct loop *loop)
{
    struct worker *worker = loop->worker;

    while (loop->next < worker->n_conns && loop->opening < OPENING_MOST)
        open_conn(loop, &worker->conns[loop->next++]);
    if (loop->next < worker->n_conns || loop->opening > 0 ||
        loop->waiting_first != NOBODY)
        return;
    loop->settled = true;
    atomic_fetch_add(&worker->course->settled, 1);
    eventfd_write(worker->course->news_fd, 1);
}

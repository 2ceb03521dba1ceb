#include "loadgen/worker.h"

#include "loadgen/plan/plan.h"
#include "loadgen/worker_parts.h"
#include "loadgen/worker_plan.h"

#include "common/clock.h"
#include "common/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Does one end leave each port that was used in TIME_WAIT? */
static bool ports_pile_up(const struct settings *settings)
{
    return settings->requests_per_connection > 0 &&
           settings->closing != CLOSING_RESET;
}

int worker_init(struct worker *worker, unsigned index, uint32_t n_conns,
                const struct settings *settings, struct course *course,
                struct reference *reference)
{
    *worker = (struct worker){
        .settings = settings,
        .course = course,
        .wake_fd = -1,
        .index = index,
        .edge_ns = NOT_YET,
        .n_conns = n_conns,
        .n_alive = n_conns,
    };
    uint32_t ends = worker_ends(worker);
    int error = request_init(&worker->request, settings);
    if (!error && settings->rate_per_s)
        error = worker_plan_init(worker);
    if (!error)
        error = handover_init(&worker->handover, settings);
    checker_init(&worker->checker, &worker->request, reference);
    source_init(&worker->source, &settings->target, index + 1,
                ports_pile_up(settings)
                    ? UINT64_MAX
                    : (uint64_t)settings->idle + settings->connections);
    worker->conns = calloc(n_conns, sizeof(*worker->conns));
    for (uint32_t i = 0; worker->conns && i < n_conns; i++)
        worker->conns[i].fd = -1;
    worker->flights = calloc(ends + 1, sizeof(*worker->flights));
    worker->buffer = malloc(WORKER_BUFFER);
    worker->service = malloc(sizeof(*worker->service));
    worker->connect = malloc(sizeof(*worker->connect));
    worker->connect_first = malloc(sizeof(*worker->connect_first));
    if (error || !worker->conns || !worker->flights || !worker->buffer ||
        !worker->service || !worker->connect || !worker->connect_first)
        return -ENOMEM;
    flights_clear(worker->flights, ends);
    histogram_clear(worker->service);
    histogram_clear(worker->connect);
    histogram_clear(worker->connect_first);
    return 0;
}

void worker_free(struct worker *worker)
{
    for (uint32_t i = 0; worker->conns && i < worker->n_conns; i++)
        inbox_free(&worker->conns[i].inbox);
    worker_plan_free(worker);
    free(worker->conns);
    free(worker->flights);
    free(worker->buffer);
    free(worker->service);
    free(worker->connect);
    free(worker->connect_first);
    handover_free(&worker->handover);
    checker_free(&worker->checker);
    request_free(&worker->request);
}

void worker_close_all(struct worker *worker)
{
    for (uint32_t i = 0; i < worker->n_conns; i++) {
        if (worker->conns[i].fd >= 0)
            close(worker->conns[i].fd);
        worker->conns[i].fd = -1;
    }
}

uint64_t worker_timer_ns(const struct worker *worker, uint64_t now_ns)
{
    uint32_t ends = worker_ends(worker);
    uint32_t oldest = flights_oldest(worker->flights, ends);
    uint64_t start_ns =
        oldest == ends ? now_ns : worker->flights[oldest].start_ns;
    uint64_t deadline_ns = start_ns + worker->settings->timeout_ns;

    return deadline_ns < worker->edge_ns ? deadline_ns : worker->edge_ns;
}

struct conn *worker_expired(struct worker *worker, uint64_t now_ns,
                            enum fault *fault)
{
    uint32_t ends = worker_ends(worker);
    uint32_t oldest = flights_oldest(worker->flights, ends);
    uint64_t timeout_ns = worker->settings->timeout_ns;
    char limit[24];

    if (oldest == ends ||
        now_ns < worker->flights[oldest].start_ns + timeout_ns)
        return NULL;
    struct conn *conn = &worker->conns[oldest / worker->settings->pipeline];
    bool connecting = conn->state == CONN_CONNECTING;
    *fault = connecting ? FAULT_CONNECT : FAULT_TIMEOUT;
    snprintf(worker->checker.why, sizeof(worker->checker.why), "%s within %s",
             connecting     ? "no connection"
             : conn->ending ? "the server did not close"
                            : "no whole reply",
             units_format_exact(limit, sizeof(limit), timeout_ns));
    return conn;
}

void worker_opening(struct worker *worker, struct conn *conn, uint64_t now_ns)
{
    conn->state = CONN_CONNECTING;
    conn->blocked = false;
    conn->ending = false;
    conn->proven = false;
    conn->left = worker->settings->requests_per_connection
                     ? worker->settings->requests_per_connection
                     : UINT64_MAX;
    conn->first = 0;
    conn->sent_bytes = 0;
    conn->sequence = 0;
    inbox_reset(&conn->inbox,
                ((uint64_t)worker->index << 48) | worker->opened++);
    flights_append(worker->flights, worker_ends(worker),
                   worker_place(worker, conn, 0), now_ns);
}

void worker_opened(struct worker *worker, struct conn *conn, uint64_t now_ns)
{
    uint32_t at = worker_place(worker, conn, 0);
    uint64_t took_ns = now_ns - worker->flights[at].start_ns;

    if (worker->phase == PHASE_WINDOW)
        histogram_record(worker->connect, took_ns);
    else if (!conn->established)
        histogram_record(worker->connect_first, took_ns);
    worker->connects++;
    conn->state = CONN_OPEN;
    conn->established = true;
    flights_remove(worker->flights, at);
    if (worker->plan)
        worker_plan_opened(worker, conn, now_ns);
}

void worker_fill(struct worker *worker, struct conn *conn, uint64_t now_ns)
{
    if (worker->phase == PHASE_OPENING || worker->plan)
        return;
    while (worker_has_room(worker, conn))
        worker_start(worker, conn, now_ns);
}

struct span worker_out(struct worker *worker, const struct conn *conn)
{
    if (conn->unsent == 0)
        return (struct span){NULL, 0};
    return request_span(&worker->request, conn->inbox.tag, conn->sequence,
                        conn->sent_bytes, conn->unsent);
}

void worker_sent(struct worker *worker, struct conn *conn, size_t n)
{
    worker->counters.bytes_out += n;
    conn->sent_bytes += n;
    for (;;) {
        size_t len =
            request_len(&worker->request, conn->inbox.tag, conn->sequence);
        if (conn->sent_bytes < len)
            return;
        conn->sent_bytes -= len;
        conn->sequence++;
        conn->unsent--;
    }
}

void worker_unsent(struct worker *worker, struct conn *conn, size_t n)
{
    worker->counters.bytes_out -= n;
    while (conn->sent_bytes < n) {
        conn->sequence--;
        conn->unsent++;
        conn->sent_bytes +=
            request_len(&worker->request, conn->inbox.tag, conn->sequence);
    }
    conn->sent_bytes -= n;
}

/* The oldest `replies` requests of `conn` have been answered. Returns how many
 * of them count. */
static uint32_t count_replies(struct worker *worker, struct conn *conn,
                              uint32_t replies, uint64_t now_ns)
{
    uint32_t counted = 0;

    for (uint32_t i = 0; i < replies; i++) {
        uint32_t at = worker_place(worker, conn, 0);
        uint64_t sent_ns = worker->flights[at].start_ns;
        if (!worker->plan || plan_answer(worker->plan, at, sent_ns, now_ns)) {
            histogram_record(worker->service, now_ns - sent_ns);
            counted++;
        }
        flights_remove(worker->flights, at);
        if (++conn->first == worker->settings->pipeline)
            conn->first = 0;
    }
    conn->in_flight -= replies;
    return counted;
}

struct checked worker_received(struct worker *worker, struct conn *conn,
                               const char *bytes, size_t n, uint64_t now_ns)
{
    uint32_t sent = conn->in_flight - conn->unsent;
    /* One that is still being sent may be answered in part. */
    struct checked checked =
        n == 0 ? reply_end(&worker->checker, &conn->inbox)
               : reply_check(&worker->checker, &conn->inbox, bytes, n,
                             sent + (conn->sent_bytes > 0));

    if (checked.replies > sent) {
        checked.replies = sent;
        checked.fault = FAULT_SURPLUS;
        snprintf(worker->checker.why, sizeof(worker->checker.why),
                 "a whole reply came before its request was sent");
    }
    uint32_t counted = count_replies(worker, conn, checked.replies, now_ns);
    worker->counters.bytes_in += n;
    worker->counters.body_bytes += checked.body_bytes;
    worker->counters.replies += checked.replies;
    worker->counters.requests += counted;
    if (checked.replies || checked.body_bytes) {
        worker->last_heard_ns = now_ns;
        conn->heard = true;
    }
    if (checked.replies) {
        conn->requests += counted;
        conn->served = true;
        conn->proven = true;
        if (worker->plan && worker_has_room(worker, conn))
            worker_plan_room(worker, conn);
    }
    return checked;
}

void worker_ending(struct worker *worker, struct conn *conn, uint64_t now_ns)
{
    conn->ending = true;
    flights_append(worker->flights, worker_ends(worker),
                   worker_place(worker, conn, 0), now_ns);
}

bool worker_closed(struct worker *worker, struct conn *conn, enum fault fault,
                   const char *why)
{
    bool again = conn->proven && !worker_done(worker);

    if (conn->state == CONN_CONNECTING || conn->ending)
        flights_remove(worker->flights, worker_place(worker, conn, 0));
    conn->ending = false;
    if (worker->plan)
        worker_plan_closed(worker, conn);
    for (uint32_t i = 0; i < conn->in_flight; i++)
        flights_remove(worker->flights, worker_place(worker, conn, i));
    conn->in_flight = 0;
    conn->unsent = 0;
    if (fault != FAULT_NONE)
        faults_add(&worker->faults, fault, why);
    conn->fault = fault;
    conn->state = again ? CONN_NEW : CONN_GONE;
    if (!again)
        worker->n_alive--;
    return again;
}

#include "loadgen/sum.h"

#include "common/cost.h"
#include "common/cpus.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static void add_conns(struct result *result, const struct worker *worker,
                      uint64_t *counts)
{
    for (uint32_t i = 0; i < worker->n_conns; i++) {
        const struct conn *conn = &worker->conns[i];
        result->lost += conn->state == CONN_GONE;
        result->served += conn->served;
        result->starved += conn->established && !conn->heard &&
                           ((conn->state == CONN_OPEN && conn->in_flight > 0) ||
                            conn->fault == FAULT_TIMEOUT);
        if (conn->established)
            counts[result->established++] = conn->requests;
    }
}

/* How long the worker has had nothing of a reply when it ended. */
static uint64_t silence_ns(const struct worker *worker)
{
    uint64_t last_ns = worker->last_heard_ns > worker->started_ns
                           ? worker->last_heard_ns
                           : worker->started_ns;

    return worker->ended_ns > last_ns ? worker->ended_ns - last_ns : 0;
}

static void add_plan(struct result *result, const struct worker *worker)
{
    const struct plan_counts *counts = &worker->plan->counts;

    result->plan.planned += counts->planned;
    result->plan.failed += counts->failed;
    result->plan.unsent += counts->unsent;
    result->plan.waited += counts->waited;
    result->plan.spun_ns += counts->spun_ns;
    if (worker->started_ns)
        histogram_merge(result->times.gaps, worker->plan->times.gaps);
}

static void add_worker(struct result *result, const struct worker *worker)
{
    result->unfinished += worker->unfinished;
    if (worker->unfinished_oldest_ns > result->unfinished_oldest_ns)
        result->unfinished_oldest_ns = worker->unfinished_oldest_ns;
    if (worker->started_ns &&
        worker->ended_ns - worker->started_ns > result->duration_ns)
        result->duration_ns = worker->ended_ns - worker->started_ns;
    faults_merge(&result->faults, &worker->faults);
    histogram_merge(result->connect_first, worker->connect_first);
    result->connects += worker->connects;
    result->postponed += worker->postponed;
    if (worker->plan)
        add_plan(result, worker);
    result->client.cpu_ns += worker->cost.cpu_ns;
    result->client.user_ns += worker->cost.user_ns;
    result->client.sys_ns += worker->cost.sys_ns;
    result->client.switches_voluntary += worker->cost.switches_voluntary;
    result->client.switches_involuntary += worker->cost.switches_involuntary;
}

int sum_up(const struct settings *settings, const struct worker *workers,
           const struct part *total, struct result *result)
{
    struct cost own;
    cpu_set_t cpus = settings->cpus;
    uint64_t *counts = calloc(settings->connections, sizeof(*counts));

    if (!counts)
        return -ENOMEM;
    result->requests = total->counters.requests;
    result->replies = total->counters.replies;
    result->bytes_in = total->counters.bytes_in;
    result->body_bytes = total->counters.body_bytes;
    result->bytes_out = total->counters.bytes_out;
    for (int i = 0; i < CLOSINGS; i++)
        result->closes[i] = total->counters.closes[i];
    result->silent_ns = UINT64_MAX;
    for (unsigned i = 0; i < settings->threads; i++) {
        if (silence_ns(&workers[i]) < result->silent_ns)
            result->silent_ns = silence_ns(&workers[i]);
        add_conns(result, &workers[i], counts);
        add_worker(result, &workers[i]);
    }
    for (unsigned i = 0; i < settings->threads && result->duration_ns; i++)
        result->thread_shares[i] =
            (double)workers[i].cost.cpu_ns / (double)result->duration_ns;
    if (!settings->pinned && cpus_allowed(&cpus) != 0)
        CPU_ZERO(&cpus);
    result->client_cpus = (unsigned)CPU_COUNT(&cpus);
    result->jain = verdict_jain(counts, result->established);
    free(counts);
    int error = cost_of_tree(getpid(), &own);
    result->client.rss_peak_bytes = own.rss_peak_bytes;
    result->client.pss_bytes = own.pss_bytes;
    return error;
}

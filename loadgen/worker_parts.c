#include "loadgen/worker_parts.h"

#include "loadgen/plan/plan.h"

#include "common/clock.h"

#include <sys/eventfd.h>

/* Where the worker has the histogram of `latency`; NULL if it has none. */
static struct histogram **place(struct worker *worker, enum latency latency)
{
    struct plan_times *times = worker->plan ? &worker->plan->times : NULL;

    switch (latency) {
    case LATENCY_SERVICE:
        return &worker->service;
    case LATENCY_CONNECT:
        return &worker->connect;
    case LATENCY_RESPONSE:
        return times ? &times->response : NULL;
    case LATENCY_QUEUE_WAIT:
        return times ? &times->queue_wait : NULL;
    case LATENCY_SEND_LAG:
        return times ? &times->send_lag : NULL;
    case LATENCIES:
        break;
    }
    return NULL;
}

/* Takes the CPU time since the last time, up to `cpu_ns` of the thread's clock,
 * without what was spent spinning, which is no cost of the requests. */
static uint64_t take_cpu(struct worker *worker, uint64_t cpu_ns)
{
    uint64_t spun_ns = worker->plan ? worker->plan->spun_ns : 0;
    uint64_t busy_ns = cpu_ns > spun_ns ? cpu_ns - spun_ns : 0;
    uint64_t before_ns = worker->part_cpu_ns;

    worker->part_cpu_ns = busy_ns;
    return busy_ns > before_ns ? busy_ns - before_ns : 0;
}

/* What was counted since the last time, for the intervals up to `end`. */
static void count_off(struct worker *worker, struct part *part, uint32_t end)
{
    uint64_t errors = faults_total(&worker->faults);

    part->first = worker->part_first;
    part->end = end;
    part->counters = worker->counters;
    part->errors = errors - worker->part_errors;
    worker->part_first = end;
    worker->part_errors = errors;
}

/* Gives the box the worker's histograms for its empty ones. */
static void exchange(struct worker *worker, struct part *box)
{
    for (int i = 0; i < LATENCIES; i++) {
        struct histogram **own = place(worker, (enum latency)i);
        struct histogram *empty = box->latency[i];
        if (!own || !empty)
            continue;
        box->latency[i] = *own;
        *own = empty;
    }
}

/* The end of the interval that number `interval` is, or of the window. */
static void set_edge(struct worker *worker, uint64_t interval)
{
    const struct settings *settings = worker->settings;
    uint64_t length_ns = settings->interval_ns;
    uint64_t left_ns =
        worker->window_end_ns - worker->started_ns - interval * length_ns;

    worker->edge_ns = worker->window_end_ns;
    if (settings->watcher && length_ns < left_ns)
        worker->edge_ns = worker->started_ns + (interval + 1) * length_ns;
}

void worker_parts_begin(struct worker *worker, uint64_t cpu_ns)
{
    worker->part_first = 0;
    worker->part_errors = faults_total(&worker->faults);
    worker->part_cpu_ns = cpu_ns;
    set_edge(worker, 0);
}

void worker_parts_pass(struct worker *worker, uint64_t now_ns)
{
    struct part *box = handover_box(&worker->handover);
    uint64_t interval =
        (now_ns - worker->started_ns) / worker->settings->interval_ns;

    if (box) {
        count_off(worker, box, (uint32_t)interval);
        box->cpu_ns = take_cpu(worker, clock_thread_ns());
        worker->counters = (struct counters){0};
        exchange(worker, box);
        handover_fill(&worker->handover);
        eventfd_write(worker->course->news_fd, 1);
    }
    set_edge(worker, interval);
}

/* How many intervals had begun when the worker or the window ended. */
static uint32_t intervals_begun(const struct worker *worker)
{
    uint64_t end_ns = worker->ended_ns < worker->window_end_ns
                          ? worker->ended_ns
                          : worker->window_end_ns;
    uint64_t past_ns = end_ns - worker->started_ns;
    uint64_t length_ns = worker->settings->interval_ns;

    if (!worker->settings->watcher)
        return 1;
    return (uint32_t)(past_ns / length_ns + (past_ns % length_ns > 0));
}

void worker_parts_end_window(struct worker *worker, uint64_t cpu_ns)
{
    worker->handover.last.cpu_ns = take_cpu(worker, cpu_ns);
}

void worker_parts_end(struct worker *worker)
{
    struct part *last = &worker->handover.last;
    bool begun = worker->started_ns > 0;

    if (begun) {
        count_off(worker, last, intervals_begun(worker));
        /* Replies are awaited beyond the window; the rest is counted within. */
        last->counters = worker->in_window;
        last->counters.requests = worker->counters.requests;
    }
    for (int i = 0; i < LATENCIES; i++) {
        struct histogram **own = place(worker, (enum latency)i);
        last->latency[i] = own && begun ? *own : NULL;
    }
    handover_end(&worker->handover);
}

/* A worker's way through the phases of a step, as the course and the time
 * demand. */
#include "loadgen/worker.h"

#include "loadgen/plan/plan.h"
#include "loadgen/worker_parts.h"
#include "loadgen/worker_plan.h"

#include "common/clock.h"
#include "common/units.h"

#include <sys/eventfd.h>
#include <sys/resource.h>

/* The CPU clock is exact here, because it is the thread's own. */
static struct cost own_cost(void)
{
    struct rusage usage;
    uint64_t cpu_ns = clock_thread_ns();

    getrusage(RUSAGE_THREAD, &usage);
    return (struct cost){
        .cpu_ns = cpu_ns,
        .user_ns = (uint64_t)usage.ru_utime.tv_sec * NS_PER_S +
                   (uint64_t)usage.ru_utime.tv_usec * NS_PER_US,
        .sys_ns = (uint64_t)usage.ru_stime.tv_sec * NS_PER_S +
                  (uint64_t)usage.ru_stime.tv_usec * NS_PER_US,
        .switches_voluntary = (uint64_t)usage.ru_nvcsw,
        .switches_involuntary = (uint64_t)usage.ru_nivcsw,
    };
}

static void begin_window(struct worker *worker)
{
    worker->phase = PHASE_WINDOW;
    worker->started_ns = worker->edge_ns;
    worker->window_end_ns = atomic_load(&worker->course->end_ns);
    worker->counters = (struct counters){0};
    histogram_clear(worker->service);
    for (uint32_t i = 0; i < worker->n_conns; i++)
        worker->conns[i].requests = 0;
    if (worker->plan)
        plan_window(worker->plan, worker->started_ns, worker->window_end_ns);
    worker->cost = own_cost();
    worker_parts_begin(worker, worker->cost.cpu_ns);
}

/* The cost of spinning is no cost of the requests: it is kept apart. Which part of
 * it was spent in the kernel, nobody knows; it is taken to be as of the rest. */
static void leave_out_spinning(struct worker *worker)
{
    struct cost *cost = &worker->cost;
    uint64_t all_ns = cost->cpu_ns;

    cost->cpu_ns -= plan_end_window(worker->plan, all_ns);
    double share = all_ns ? (double)cost->cpu_ns / (double)all_ns : 0;
    cost->user_ns = (uint64_t)((double)cost->user_ns * share);
    cost->sys_ns = (uint64_t)((double)cost->sys_ns * share);
}

static void end_window(struct worker *worker, uint64_t now_ns)
{
    struct cost now = own_cost();

    worker_parts_end_window(worker, now.cpu_ns);
    worker->cost = cost_between(&worker->cost, &now);
    if (worker->plan)
        leave_out_spinning(worker);
    worker->ended_ns = now_ns;
    worker->in_window = worker->counters;
}

static void count_unfinished(struct worker *worker, uint64_t now_ns)
{
    for (uint32_t i = 0; i < worker->n_conns; i++) {
        const struct conn *conn = &worker->conns[i];
        if (conn->in_flight == 0)
            continue;
        uint64_t age_ns =
            now_ns - worker->flights[worker_place(worker, conn, 0)].start_ns;
        worker->unfinished += conn->in_flight;
        if (age_ns > worker->unfinished_oldest_ns)
            worker->unfinished_oldest_ns = age_ns;
    }
}

void worker_finish(struct worker *worker, uint64_t now_ns)
{
    if (worker->phase == PHASE_WINDOW)
        end_window(worker, now_ns);
    if (worker->phase < PHASE_WINDOW) {
        worker->counters = (struct counters){0};
        worker->ended_ns = now_ns;
    }
    worker->phase = PHASE_DONE;
    if (worker->plan)
        worker_plan_finish(worker, now_ns);
    else
        count_unfinished(worker, now_ns);
    worker_parts_end(worker);
}

bool worker_rest(struct worker *worker)
{
    struct course *course = worker->course;

    atomic_fetch_add(&course->finished, 1);
    eventfd_write(course->news_fd, 1);
    while (sem_wait(&course->release) != 0)
        ;
    return !atomic_load(&course->over);
}

void worker_again(struct worker *worker)
{
    worker->phase = PHASE_OPENING;
    worker->edge_ns = NOT_YET;
    worker->counters = (struct counters){0};
    worker->in_window = (struct counters){0};
    worker->faults = (struct faults){0};
    worker->cost = (struct cost){0};
    worker->postponed = 0;
    handover_again(&worker->handover);
    histogram_clear(worker->service);
    histogram_clear(worker->connect);
    worker->started_ns = 0;
    worker->last_heard_ns = 0;
    worker->unfinished = 0;
    worker->unfinished_oldest_ns = 0;
    for (uint32_t i = 0; i < worker->n_conns; i++)
        worker->conns[i].requests = 0;
}

void worker_revive(struct worker *worker, struct conn *conn)
{
    conn->state = CONN_NEW;
    conn->fault = FAULT_NONE;
    worker->n_alive++;
}

/* The window is over, and what was planned in it is awaited. */
static void begin_drain(struct worker *worker)
{
    end_window(worker, worker->window_end_ns);
    worker->phase = PHASE_DRAIN;
    worker->edge_ns = worker->window_end_ns + worker->settings->timeout_ns;
}

/* The end of an interval or of the window. */
static void pass_edge(struct worker *worker, uint64_t now_ns)
{
    if (now_ns < worker->window_end_ns)
        worker_parts_pass(worker, now_ns);
    else if (worker->plan)
        begin_drain(worker);
    else
        worker_finish(worker, worker->window_end_ns);
}

void worker_pass(struct worker *worker, uint64_t now_ns)
{
    if (worker->phase == PHASE_WARMUP && now_ns >= worker->edge_ns)
        begin_window(worker);
    if (worker->phase == PHASE_WINDOW && now_ns >= worker->edge_ns)
        pass_edge(worker, now_ns);
    if (worker->plan)
        worker_plan_pass(worker, now_ns);
}

bool worker_look(struct worker *worker, uint64_t now_ns)
{
    bool begins = false;

    if (atomic_load(&worker->course->stop)) {
        worker_finish(worker, now_ns);
        return false;
    }
    if (worker->phase == PHASE_OPENING && atomic_load(&worker->course->go)) {
        worker->phase = PHASE_WARMUP;
        if (worker->plan)
            plan_begin(worker->plan, worker->settings, worker->index,
                       atomic_load(&worker->course->plan_ns));
        begins = true;
    }
    if (worker->phase == PHASE_WARMUP)
        worker->edge_ns = atomic_load(&worker->course->start_ns);
    worker_pass(worker, now_ns);
    return begins;
}

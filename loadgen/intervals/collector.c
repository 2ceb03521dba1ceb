#include "loadgen/intervals/collector.h"

#include "common/clock.h"
#include "common/units.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A worker that has ended has reached every interval. */
#define FOR_EVER UINT32_MAX

/* The clock of another process's running thread may be a timer tick late, up to
 * 10 ms: in shorter intervals that would be most of the figure. */
static const uint64_t server_least_ns = 100 * NS_PER_MS;

int collector_init(struct collector *collector, const struct settings *settings,
                   struct worker *workers, struct part *total)
{
    int error = 0;

    *collector = (struct collector){
        .settings = settings,
        .workers = workers,
        .total = total,
        .now.felt = latency_felt(settings),
        .target = 1,
    };
    if (settings->watcher)
        error = part_init(&collector->now.part, settings);
    collector->reached = calloc(settings->threads, sizeof(*collector->reached));
    return collector->reached ? error : -ENOMEM;
}

void collector_again(struct collector *collector)
{
    part_clear(collector->total);
    collector->over = false;
    collector->target = 1;
    collector->now.part.first = 0;
    collector->server_end_ns = 0;
    for (unsigned i = 0; i < collector->settings->threads; i++)
        collector->reached[i] = 0;
}

void collector_free(struct collector *collector)
{
    part_free(&collector->now.part);
    free(collector->reached);
}

void collector_begin(struct collector *collector, const struct cost *server)
{
    const struct settings *settings = collector->settings;

    collector->server_known =
        server && settings->watcher && settings->interval_ns >= server_least_ns;
    collector->server_cpu_ns = server ? server->cpu_ns : 0;
    collector->server_read_ns = clock_ns();
}

void collector_end(struct collector *collector, const struct cost *server)
{
    collector->server_end_ns = clock_ns();
    collector->server_end_cpu_ns = server->cpu_ns;
}

/* Reads what the server has cost until now, or until the window's end. False
 * if that can't be told. */
static bool read_server(const struct collector *collector, uint64_t *at_ns,
                        uint64_t *cpu_ns)
{
    struct cost cost;

    if (collector->over && collector->server_end_ns) {
        *at_ns = collector->server_end_ns;
        *cpu_ns = collector->server_end_cpu_ns;
        return true;
    }
    *at_ns = clock_ns();
    if (cost_of_tree_cpu(collector->settings->server_pid, &cost) != 0)
        return false;
    *cpu_ns = cost.cpu_ns;
    return true;
}

/* What the server used since the last reading, as a share of one CPU; NAN if
 * that can't be told. */
static double server_share(struct collector *collector)
{
    uint64_t at_ns;
    uint64_t cpu_ns;

    if (!collector->server_known || !read_server(collector, &at_ns, &cpu_ns) ||
        at_ns < collector->server_read_ns + server_least_ns / 2)
        return NAN;
    uint64_t past_ns = at_ns - collector->server_read_ns;
    uint64_t before_ns = collector->server_cpu_ns;
    collector->server_cpu_ns = cpu_ns;
    collector->server_read_ns = at_ns;
    /* It shrinks where a descendant has ended. */
    if (cpu_ns < before_ns)
        return NAN;
    return (double)(cpu_ns - before_ns) / (double)past_ns;
}

/* Has every worker ended, and been taken in? */
static bool all_ended(const struct collector *collector)
{
    for (unsigned i = 0; i < collector->settings->threads; i++) {
        if (collector->reached[i] != FOR_EVER)
            return false;
    }
    return true;
}

/* When the window began; workers that ended before that know nothing of it. */
static uint64_t window_began_ns(const struct collector *collector)
{
    uint64_t began_ns = 0;

    for (unsigned i = 0; i < collector->settings->threads; i++) {
        if (collector->workers[i].started_ns > began_ns)
            began_ns = collector->workers[i].started_ns;
    }
    return began_ns;
}

/* How long the window was for the worker that had most of it. */
static uint64_t window_length_ns(const struct collector *collector)
{
    uint64_t longest_ns = 0;

    for (unsigned i = 0; i < collector->settings->threads; i++) {
        const struct worker *worker = &collector->workers[i];
        uint64_t end_ns = worker->ended_ns < worker->window_end_ns
                              ? worker->ended_ns
                              : worker->window_end_ns;
        if (worker->started_ns && end_ns - worker->started_ns > longest_ns)
            longest_ns = end_ns - worker->started_ns;
    }
    return longest_ns;
}

/* Takes the next part of worker `i` in. False if it has not come yet. */
static bool take_part(struct collector *collector, unsigned i)
{
    struct handover *handover = &collector->workers[i].handover;
    const struct part *part = handover_look(handover);
    bool last = part == &handover->last;

    if (!part)
        return false;
    part_add(collector->settings->watcher ? &collector->now.part
                                          : collector->total,
             part);
    if (part->end > collector->target)
        collector->target = part->end;
    collector->reached[i] = last ? FOR_EVER : part->end;
    handover_take(handover);
    return true;
}

/* Takes in what belongs to the interval. True if that is all: no worker has a
 * part that goes beyond where the others have come. */
static bool gather(struct collector *collector)
{
    uint32_t before;

    do {
        before = collector->target;
        for (unsigned i = 0; i < collector->settings->threads; i++) {
            while (collector->reached[i] < collector->target) {
                if (!take_part(collector, i))
                    return false;
            }
        }
    } while (collector->target != before);
    return true;
}

/* Tells of the interval, and begins the next one. */
static void conclude(struct collector *collector)
{
    const struct settings *settings = collector->settings;
    struct interval *now = &collector->now;

    now->part.end = collector->target;
    now->window_ns = window_began_ns(collector);
    now->start_ns = now->part.first * settings->interval_ns;
    now->end_ns = now->part.end * settings->interval_ns;
    if (collector->over && now->end_ns > window_length_ns(collector))
        now->end_ns = window_length_ns(collector);
    part_add(collector->total, &now->part);
    if (now->end_ns > now->start_ns) {
        now->client_cpu_share =
            (double)now->part.cpu_ns / (double)(now->end_ns - now->start_ns);
        now->server_cpu_share = server_share(collector);
        settings->watcher->tell(settings->watcher->whom, now);
    }
    part_clear(&now->part);
    now->part.first = collector->target++;
}

void collector_take(struct collector *collector)
{
    while (!collector->over && gather(collector)) {
        collector->over = all_ended(collector);
        if (collector->settings->watcher)
            conclude(collector);
    }
}

#include "loadgen/plan/plan.h"

#include "common/units.h"

#include <errno.h>
#include <stdlib.h>

/* A look does not take so long: meanwhile somebody else had the CPU. */
#define LONGEST_LOOK_NS (20 * NS_PER_US)

int plan_times_init(struct plan_times *times)
{
    *times = (struct plan_times){
        .response = malloc(sizeof(*times->response)),
        .queue_wait = malloc(sizeof(*times->queue_wait)),
        .send_lag = malloc(sizeof(*times->send_lag)),
        .gaps = malloc(sizeof(*times->gaps)),
    };
    if (!times->response || !times->queue_wait || !times->send_lag ||
        !times->gaps)
        return -ENOMEM;
    plan_times_clear(times);
    return 0;
}

void plan_times_free(struct plan_times *times)
{
    free(times->response);
    free(times->queue_wait);
    free(times->send_lag);
    free(times->gaps);
}

void plan_times_clear(struct plan_times *times)
{
    histogram_clear(times->response);
    histogram_clear(times->queue_wait);
    histogram_clear(times->send_lag);
    histogram_clear(times->gaps);
}

int plan_init(struct plan *plan, uint32_t n_conns, uint32_t places)
{
    *plan = (struct plan){
        .next_ns = NEVER_NS,
        .start_ns = NEVER_NS,
        .end_ns = NEVER_NS,
        .tickets = calloc(places, sizeof(*plan->tickets)),
        .ring = calloc(n_conns, sizeof(*plan->ring)),
        .ring_size = n_conns,
    };
    int error = plan_times_init(&plan->times);
    return plan->tickets && plan->ring ? error : -ENOMEM;
}

void plan_free(struct plan *plan)
{
    free(plan->tickets);
    free(plan->ring);
    plan_times_free(&plan->times);
}

/* Takes over the schedule's next moment, if that is not beyond the end. */
static void look_up(struct plan *plan)
{
    uint64_t at_ns = plan->origin_ns + plan->schedule.at_ns;

    plan->next_ns = at_ns < plan->end_ns ? at_ns : NEVER_NS;
}

void plan_begin(struct plan *plan, const struct settings *settings,
                unsigned thread, uint64_t origin_ns)
{
    schedule_init(&plan->schedule, settings->arrivals, settings->rate_per_s,
                  thread, settings->threads, settings->seed);
    plan->origin_ns = origin_ns;
    plan->start_ns = NEVER_NS;
    plan->end_ns = NEVER_NS;
    plan->counts = (struct plan_counts){0};
    plan_times_clear(&plan->times);
    plan->sent_ns = 0;
    plan->looked_ns = 0;
    look_up(plan);
}

void plan_window(struct plan *plan, uint64_t start_ns, uint64_t end_ns)
{
    plan->start_ns = start_ns;
    plan->end_ns = end_ns;
    plan->spun_ns = 0;
    look_up(plan);
}

void plan_offer(struct plan *plan, uint32_t conn)
{
    uint32_t last = plan->ring_first + plan->ring_count++;

    plan->ring[last < plan->ring_size ? last : last - plan->ring_size] = conn;
}

uint32_t plan_pick(struct plan *plan)
{
    uint32_t conn = plan->ring[plan->ring_first];

    if (++plan->ring_first == plan->ring_size)
        plan->ring_first = 0;
    plan->ring_count--;
    return conn;
}

/* The next request leaves the plan. True if it counts. */
static bool take(struct plan *plan)
{
    bool counted = plan->next_ns >= plan->start_ns;

    plan->counts.planned += counted;
    schedule_advance(&plan->schedule);
    look_up(plan);
    return counted;
}

void plan_send(struct plan *plan, uint32_t at, uint64_t now_ns)
{
    struct ticket *ticket = &plan->tickets[at];

    ticket->planned_ns = plan->next_ns;
    ticket->counted = take(plan);
    plan->in_flight++;
    if (!ticket->counted)
        return;
    plan->counts.waited += ticket->free_ns > ticket->planned_ns;
    if (plan->sent_ns)
        histogram_record(plan->times.gaps, now_ns - plan->sent_ns);
    plan->sent_ns = now_ns;
}

void plan_give_up(struct plan *plan)
{
    plan->counts.failed += take(plan);
}

bool plan_answer(struct plan *plan, uint32_t at, uint64_t sent_ns,
                 uint64_t now_ns)
{
    struct ticket *ticket = &plan->tickets[at];
    const uint64_t planned_ns = ticket->planned_ns;
    const uint64_t ready_ns =
        ticket->free_ns > planned_ns ? ticket->free_ns : planned_ns;

    ticket->free_ns = now_ns;
    plan->in_flight--;
    if (!ticket->counted)
        return false;
    histogram_record(plan->times.response, now_ns - planned_ns);
    histogram_record(plan->times.queue_wait, ready_ns - planned_ns);
    histogram_record(plan->times.send_lag, sent_ns - ready_ns);
    return true;
}

void plan_lose(struct plan *plan, uint32_t at)
{
    plan->counts.failed += plan->tickets[at].counted;
    plan->in_flight--;
}

uint64_t plan_close(struct plan *plan, uint64_t now_ns)
{
    uint64_t first_ns = NEVER_NS;

    while (plan->next_ns < now_ns) {
        uint64_t next_ns = plan->next_ns;
        if (!take(plan))
            continue;
        plan->counts.unsent++;
        if (first_ns == NEVER_NS)
            first_ns = next_ns;
    }
    plan->next_ns = NEVER_NS;
    return first_ns;
}

void plan_look(struct plan *plan, uint64_t now_ns, uint64_t moved, bool sleeps)
{
    if (plan->looked_ns && moved == plan->moved &&
        now_ns - plan->looked_ns < LONGEST_LOOK_NS)
        plan->spun_ns += now_ns - plan->looked_ns;
    plan->looked_ns = sleeps ? 0 : now_ns;
    plan->moved = moved;
}

uint64_t plan_end_window(struct plan *plan, uint64_t cpu_ns)
{
    plan->counts.spun_ns = plan->spun_ns < cpu_ns ? plan->spun_ns : cpu_ns;
    return plan->counts.spun_ns;
}

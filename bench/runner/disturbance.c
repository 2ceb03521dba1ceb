#include "bench/runner/disturbance.h"

#include "bench/runner/machine.h"
#include "common/clock.h"
#include "common/cost.h"

#include <math.h>

void edge_read(const struct placement *placement, pid_t server,
               const struct awake *awake, struct edge *edge)
{
    struct cost cost = {0};

    *edge = (struct edge){0};
    edge->has_overflows =
        machine_listen_overflows(&edge->listen_overflows) == 0;
    (void)ticks_read(&placement->both, &edge->ticks);
    if (server)
        (void)cost_of_tree_cpu(server, &cost);
    edge->server_ns = cost.cpu_ns;
    edge->spinner_ns = awake_cpu_ns(awake);
    edge->wall_ns = clock_ns();
}

static double share(uint64_t part_ns, uint64_t known_ns, double whole_ns)
{
    return part_ns > known_ns ? (double)(part_ns - known_ns) / whole_ns : 0;
}

struct disturbance disturbance_between(const struct placement *placement,
                                       bool awake, const struct edge *begin,
                                       const struct edge *end,
                                       uint64_t client_ns)
{
    const uint64_t wall_ns =
        (end->wall_ns - begin->wall_ns) * (uint64_t)placement->cpus;
    const uint64_t spinner_ns = end->spinner_ns - begin->spinner_ns;
    const uint64_t ours_ns = end->server_ns > begin->server_ns
                                 ? end->server_ns - begin->server_ns + client_ns
                                 : client_ns;
    const uint64_t busy_ns = end->ticks.busy_ns - begin->ticks.busy_ns;
    const double whole_ns = wall_ns ? (double)wall_ns : 1;
    const bool has_overflows = begin->has_overflows && end->has_overflows;
    struct disturbance found = {
        .foreign_share = awake ? share(wall_ns, ours_ns + spinner_ns, whole_ns)
                               : share(busy_ns, ours_ns, whole_ns),
        .steal_share =
            (double)(end->ticks.steal_ns - begin->ticks.steal_ns) / whole_ns,
        .spinner_share = (double)spinner_ns / whole_ns,
        .listen_overflows = has_overflows ? (double)(end->listen_overflows -
                                                     begin->listen_overflows)
                                          : (double)NAN,
    };

    found.noisy = found.foreign_share > DISTURBANCE_NOISY_SHARE ||
                  found.steal_share > DISTURBANCE_NOISY_SHARE;
    return found;
}

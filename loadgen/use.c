#include "loadgen/use.h"

#include "common/clock.h"
#include "common/cpus.h"
#include "common/units.h"

/* /proc/stat counts in units of 10 ms: in a shorter time that is too much. */
static const uint64_t least_ns = 200 * NS_PER_MS;

void use_begin(const struct settings *settings, struct use_edge *begin)
{
    cpu_set_t client = settings->cpus;
    cpu_set_t server;
    cpu_set_t both;

    *begin = (struct use_edge){0};
    if (!settings->server_pid ||
        sched_getaffinity(settings->server_pid, sizeof(server), &server) != 0 ||
        (!settings->pinned && cpus_allowed(&client) != 0))
        return;
    CPU_OR(&begin->cpus, &server, &client);
    CPU_AND(&both, &server, &client);
    begin->shared = CPU_COUNT(&both) > 0;
    begin->known = ticks_read(&begin->cpus, &begin->ticks) == 0;
    begin->at_ns = clock_ns();
}

struct use use_since(const struct use_edge *begin)
{
    struct ticks now;
    uint64_t past_ns = clock_ns() - begin->at_ns;

    if (!begin->known || past_ns < least_ns ||
        ticks_read(&begin->cpus, &now) != 0)
        return (struct use){0};
    unsigned cpus = (unsigned)CPU_COUNT(&begin->cpus);
    double whole_ns = (double)past_ns * cpus;
    uint64_t left_ns =
        now.idle_ns - begin->ticks.idle_ns + now.nice_ns - begin->ticks.nice_ns;
    return (struct use){
        .cpus = cpus,
        .shared = begin->shared,
        .idle_share = (double)left_ns / whole_ns,
        .steal_share =
            (double)(now.steal_ns - begin->ticks.steal_ns) / whole_ns,
    };
}

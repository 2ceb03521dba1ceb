#include "bench/runner/placement.h"

#include "common/cpus.h"

#include <stdio.h>
#include <string.h>

/* The set named on `axis`, which must be allowed; empty for AXIS_AUTO. */
static int named(const struct cell *cell, enum axis axis,
                 const cpu_set_t *allowed, cpu_set_t *set, char *why,
                 size_t size)
{
    char list[128];
    cpu_set_t usable;

    CPU_ZERO(set);
    if (cell_is(cell, axis, AXIS_AUTO))
        return 0;
    if (cpus_parse(cell->axis[axis], set) == 0) {
        CPU_AND(&usable, set, allowed);
        if (CPU_EQUAL(&usable, set))
            return 0;
    }
    snprintf(why, size, "%s: not all of %s may be used here; allowed: %s",
             axis_key(axis), cell->axis[axis],
             cpus_format(list, sizeof(list), allowed));
    return -1;
}

/* The first CPU of `allowed` that is not in `taken`, or the first at all. */
static int first_free(const cpu_set_t *allowed, const cpu_set_t *taken)
{
    int cpu;

    for (int n = 0; (cpu = cpus_nth(allowed, n)) >= 0; n++) {
        if (!CPU_ISSET((size_t)cpu, taken))
            return cpu;
    }
    return cpus_nth(allowed, 0);
}

int placement_of(const struct cell *cell, struct placement *placement,
                 char *why, size_t size)
{
    cpu_set_t allowed;
    cpu_set_t shared;
    cpu_set_t *server = &placement->server;
    cpu_set_t *client = &placement->client;

    memset(placement, 0, sizeof(*placement));
    if (cpus_allowed(&allowed) != 0) {
        snprintf(why, size, "the CPUs allowed here can't be read");
        return -1;
    }
    if (named(cell, AXIS_SERVER_CPUS, &allowed, server, why, size) != 0 ||
        named(cell, AXIS_CLIENT_CPUS, &allowed, client, why, size) != 0)
        return -1;
    if (CPU_COUNT(server) == 0)
        CPU_SET((size_t)first_free(&allowed, client), server);
    if (CPU_COUNT(client) == 0 && cell_is(cell, AXIS_PLACEMENT, "same"))
        *client = *server;
    else if (CPU_COUNT(client) == 0)
        CPU_SET((size_t)first_free(&allowed, server), client);
    CPU_OR(&placement->both, server, client);
    placement->cpus = CPU_COUNT(&placement->both);
    CPU_AND(&shared, server, client);
    if (CPU_COUNT(&shared) > 0 && cell_is(cell, AXIS_PLACEMENT, "apart"))
        placement->warning = "server and generator share a CPU, so each waits "
                             "for the other";
    return 0;
}

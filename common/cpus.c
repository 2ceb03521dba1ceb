#include "common/cpus.h"

#include "common/msg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads a CPU number at `*at` and moves past it. */
static int number(const char **at, int *value)
{
    char *end;

    if (**at < '0' || **at > '9')
        return -EINVAL;
    errno = 0;
    long parsed = strtol(*at, &end, 10);
    if (errno || parsed >= CPU_SETSIZE)
        return -ERANGE;
    *at = end;
    *value = (int)parsed;
    return 0;
}

/* Reads "N", "N-M" or "N-M:STEP" at `*at` into `set` and moves past it. */
static int range(const char **at, cpu_set_t *set)
{
    int first;
    int last;
    int step = 1;
    int error = number(at, &first);

    if (error)
        return error;
    last = first;
    if (**at == '-') {
        ++*at;
        error = number(at, &last);
        if (!error && **at == ':') {
            ++*at;
            error = number(at, &step);
        }
    }
    if (error)
        return error;
    if (last < first || step == 0)
        return -EINVAL;
    for (int cpu = first; cpu <= last; cpu += step)
        CPU_SET((size_t)cpu, set);
    return 0;
}

int cpus_parse(const char *text, cpu_set_t *set)
{
    const char *at = text;

    CPU_ZERO(set);
    for (;;) {
        int error = range(&at, set);
        if (error)
            return error;
        if (*at == '\0')
            return 0;
        if (*at != ',')
            return -EINVAL;
        at++;
    }
}

const char *cpus_format(char *text, size_t size, const cpu_set_t *set)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t cpu = 0; cpu < CPU_SETSIZE && at < size; cpu++) {
        size_t last = cpu;
        if (!CPU_ISSET(cpu, set))
            continue;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
            last++;
        at += (size_t)snprintf(text + at, size - at,
                               last > cpu ? "%s%zu-%zu" : "%s%zu",
                               at ? "," : "", cpu, last);
        cpu = last;
    }
    return text;
}

int cpus_allowed(cpu_set_t *set)
{
    return sched_getaffinity(0, sizeof(*set), set) == 0 ? 0 : -errno;
}

int cpus_nth(const cpu_set_t *set, int n)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET((size_t)cpu, set) && n-- == 0)
            return cpu;
    }
    return -1;
}

int cpus_pin(const cpu_set_t *set)
{
    return sched_setaffinity(0, sizeof(*set), set) == 0 ? 0 : -errno;
}

int cpus_option(const char *name, const char *text, cpu_set_t *set)
{
    cpu_set_t allowed;
    cpu_set_t usable;
    char list[256];
    int error = cpus_parse(text, set);

    if (!error)
        error = cpus_allowed(&allowed);
    if (error) {
        msg_error("%s: '%s' is not a list of CPUs like 0,2-5", name, text);
        return -1;
    }
    CPU_AND(&usable, set, &allowed);
    if (!CPU_EQUAL(&usable, set)) {
        msg_error("%s: not all of %s may be used here; allowed: %s", name, text,
                  cpus_format(list, sizeof(list), &allowed));
        return -1;
    }
    return 0;
}

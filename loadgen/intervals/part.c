#include "loadgen/intervals/part.h"

#include <errno.h>
#include <stdlib.h>

const char *latency_name(enum latency latency)
{
    static const char *const names[] = {
        [LATENCY_RESPONSE] = "response",     [LATENCY_SERVICE] = "service",
        [LATENCY_QUEUE_WAIT] = "queue_wait", [LATENCY_SEND_LAG] = "send_lag",
        [LATENCY_CONNECT] = "connect",
    };

    return names[latency];
}

/* A closed loop has no plan to measure against. */
bool latency_is_known(enum latency latency, const struct settings *settings)
{
    return latency == LATENCY_SERVICE || latency == LATENCY_CONNECT ||
           settings->rate_per_s > 0;
}

enum latency latency_felt(const struct settings *settings)
{
    return latency_is_known(LATENCY_RESPONSE, settings) ? LATENCY_RESPONSE
                                                        : LATENCY_SERVICE;
}

int part_init(struct part *part, const struct settings *settings)
{
    *part = (struct part){0};
    for (int i = 0; i < LATENCIES; i++) {
        if (!latency_is_known((enum latency)i, settings))
            continue;
        part->latency[i] = malloc(sizeof(*part->latency[i]));
        if (!part->latency[i])
            return -ENOMEM;
        histogram_clear(part->latency[i]);
    }
    return 0;
}

void part_free(struct part *part)
{
    for (int i = 0; i < LATENCIES; i++)
        free(part->latency[i]);
}

void part_clear(struct part *part)
{
    part->counters = (struct counters){0};
    part->errors = 0;
    part->cpu_ns = 0;
    for (int i = 0; i < LATENCIES; i++) {
        if (part->latency[i])
            histogram_wipe(part->latency[i]);
    }
}

void part_add(struct part *to, const struct part *from)
{
    to->counters.replies += from->counters.replies;
    to->counters.requests += from->counters.requests;
    to->counters.bytes_in += from->counters.bytes_in;
    to->counters.body_bytes += from->counters.body_bytes;
    to->counters.bytes_out += from->counters.bytes_out;
    for (int i = 0; i < CLOSINGS; i++)
        to->counters.closes[i] += from->counters.closes[i];
    to->errors += from->errors;
    to->cpu_ns += from->cpu_ns;
    for (int i = 0; i < LATENCIES; i++) {
        if (to->latency[i] && from->latency[i])
            histogram_merge(to->latency[i], from->latency[i]);
    }
}

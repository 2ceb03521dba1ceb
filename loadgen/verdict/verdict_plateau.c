#include "loadgen/verdict/verdict_rules.h"

#include "common/units.h"

/* Linux delays an acknowledgement by at least 40 ms, see TCP_DELACK_MIN; a
 * sender that uses Nagle's algorithm waits for it before it sends a rest that
 * fills no segment. The delay is counted in timer ticks: with 250 a second it
 * is 40 to 44 ms, and a busy CPU adds another. */
#define FROM_NS (39 * NS_PER_MS)
#define TO_NS (49 * NS_PER_MS)

/* Values next to it, as far on each side as it is wide. */
#define BEFORE_NS (FROM_NS - (TO_NS - FROM_NS))
#define BEYOND_NS (TO_NS + (TO_NS - FROM_NS))

static const double least_share = 0.01;

/* A longer reply fills many segments, and its bytes alone may take so long. */
static const double longest_bytes = 1 << 20;

/* How many times more there must be than next to it: a broad distribution is no
 * plateau. */
enum { STANDS_OUT = 4, COUNT_LEAST = 5 };

/* How many values are from `from_ns` up to `to_ns`. */
static uint64_t count(const struct histogram *histogram, uint64_t from_ns,
                      uint64_t to_ns)
{
    uint64_t sum = 0;

    for (size_t i = histogram_index(from_ns); i < histogram_index(to_ns); i++)
        sum += histogram->counts[i];
    return sum;
}

void verdict_judge_plateau(struct result *result)
{
    const struct histogram *service = result->service;
    uint64_t within = count(service, FROM_NS, TO_NS);
    uint64_t around =
        count(service, BEFORE_NS, FROM_NS) + count(service, TO_NS, BEYOND_NS);

    if ((double)result->body_bytes > longest_bytes * (double)service->count)
        return;
    if (within < COUNT_LEAST || within < around * STANDS_OUT ||
        (double)within < least_share * (double)service->count)
        return;
    verdict_reason(&result->verdict,
                   "%.1f %% of the replies took about 40 ms: that looks like "
                   "delayed acknowledgement (Nagle's algorithm at the server: "
                   "is TCP_NODELAY off?)",
                   100 * (double)within / (double)service->count);
}

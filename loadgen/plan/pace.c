#include "loadgen/plan/pace.h"

uint64_t pace_sleep_until(const struct pace *pace, uint64_t now_ns)
{
    const uint64_t planned_ns = pace->planned_ns;

    if (planned_ns == NEVER_NS)
        return NEVER_NS;
    if (!pace->spin)
        return pace->free ? planned_ns : NEVER_NS;
    if (now_ns + PACE_SPIN_NS < planned_ns)
        return planned_ns - PACE_SPIN_NS;
    if (!pace->free && now_ns >= planned_ns + PACE_PATIENCE_NS)
        return NEVER_NS; /* only a reply or a new connection can help */
    return now_ns;
}

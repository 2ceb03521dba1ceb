#include "loadgen/fault.h"

#include <stdio.h>

const char *fault_name(enum fault fault)
{
    static const char *const names[] = {
        [FAULT_CONNECT] = "connect",
        [FAULT_RESET] = "reset",
        [FAULT_TIMEOUT] = "timeout",
        [FAULT_CLOSED_EARLY] = "closed_early",
        [FAULT_BAD_STATUS] = "bad_status",
        [FAULT_MISMATCH] = "mismatch",
        [FAULT_SURPLUS] = "surplus",
        [FAULT_NONE] = "none",
    };

    return names[fault];
}

void faults_add(struct faults *faults, enum fault fault, const char *text)
{
    if (faults->counts[fault]++ == 0)
        snprintf(faults->first[fault], FAULT_TEXT, "%s", text);
}

void faults_merge(struct faults *to, const struct faults *from)
{
    for (int i = 0; i < FAULTS; i++) {
        if (from->counts[i] && to->counts[i] == 0)
            snprintf(to->first[i], FAULT_TEXT, "%s", from->first[i]);
        to->counts[i] += from->counts[i];
    }
}

uint64_t faults_total(const struct faults *faults)
{
    uint64_t total = 0;

    for (int i = 0; i < FAULTS; i++)
        total += faults->counts[i];
    return total;
}

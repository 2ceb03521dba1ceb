#include "servers/tally.h"

#include "common/units.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

static const char *const names[COUNTS] = {
    [COUNT_ACCEPTED] = "accepted", [COUNT_REFUSED] = "refused",
    [COUNT_REQUESTS] = "requests", [COUNT_TIMED_OUT] = "timed_out",
    [COUNT_RESET] = "reset",       [COUNT_URGENT] = "urgent",
};

struct tally *tally_new(unsigned n)
{
    void *mem = mmap(NULL, n * sizeof(struct tally), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return mem == MAP_FAILED ? NULL : mem;
}

void tally_free(struct tally *tally, unsigned n)
{
    munmap(tally, n * sizeof(*tally));
}

void tally_add(struct tally *tally, const uint64_t counts[COUNTS])
{
    for (size_t i = 0; i < COUNTS; i++)
        atomic_fetch_add_explicit(&tally->counts[i], counts[i],
                                  memory_order_relaxed);
}

bool tally_complains(struct tally *tally, enum complaint complaint,
                     uint64_t now_ns)
{
    _Atomic uint64_t *told_ns = &tally->told_ns[complaint];
    uint64_t last_ns = atomic_load(told_ns);

    /* Another worker's clock may have been read later than ours. */
    if (last_ns && now_ns < last_ns + NS_PER_S)
        return false;
    return atomic_compare_exchange_strong(told_ns, &last_ns, now_ns);
}

/* The fields of one object, without its braces. */
static void write_counts(FILE *file, const uint64_t counts[COUNTS])
{
    for (size_t i = 0; i < COUNTS; i++)
        fprintf(file, "%s\"%s\": %llu", i ? ", " : "", names[i],
                (unsigned long long)counts[i]);
}

int tally_write(struct tally *tally, unsigned n, FILE *file)
{
    uint64_t counts[COUNTS] = {0};

    for (unsigned w = 0; w < n; w++) {
        for (size_t i = 0; i < COUNTS; i++)
            counts[i] += atomic_load(&tally[w].counts[i]);
    }
    fputs("{", file);
    write_counts(file, counts);
    fputs(", \"workers\": [", file);
    for (unsigned w = 0; w < n; w++) {
        for (size_t i = 0; i < COUNTS; i++)
            counts[i] = atomic_load(&tally[w].counts[i]);
        fputs(w ? ", {" : "{", file);
        write_counts(file, counts);
        fputs("}", file);
    }
    fputs("]}\n", file);
    if (fflush(file) != 0)
        return -errno;
    return ferror(file) ? -EIO : 0;
}

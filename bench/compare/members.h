/* members.h: the runs that are compared, and which side each belongs to. */
#ifndef BENCH_COMPARE_MEMBERS_H
#define BENCH_COMPARE_MEMBERS_H

#include "bench/words.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct member {
    const char *run; /* its folder, borrowed */
    json_t *meta;
    size_t side; /* 0: the base */
};

struct members {
    struct member *member; /* `n` of them, in the order given */
    size_t n;
    size_t sides;
    bool by_boot; /* a side is a kernel, its unit the boot */
};

/* Reads what each run says of itself (meta.json), and groups them: each is a
 * side; but where there are several kernels and one was booted more than once,
 * all runs of a kernel are one, in the order in which the kernels come. 0, or
 * -1 after telling. Free with members_free() in both cases. */
int members_read(const struct words *run, struct members *members);

/* The name of a run: that of its folder, or the whole path where that would not
 * tell it from another's. Borrowed. */
const char *members_name(const struct members *members, size_t run);

/* How many boots a side's runs are of; all that do not tell count as one. */
size_t members_boots(const struct members *members, size_t side);

/* The kernel release and the boot's id of a run; "" if unknown. Borrowed. */
const char *member_kernel(const struct member *member);
const char *member_boot(const struct member *member);

/* Whether two of these are known and differ. */
bool members_differ(const char *a, const char *b);

void members_free(struct members *members);

#endif

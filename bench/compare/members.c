#include "bench/compare/members.h"

#include "bench/compare/fingerprint.h"
#include "bench/paths.h"
#include "bench/runner/run_dir.h"
#include "common/msg.h"

#include <stdlib.h>
#include <string.h>

const char *member_kernel(const struct member *member)
{
    return fingerprint_kernel(member->meta);
}

const char *member_boot(const struct member *member)
{
    return fingerprint_boot(member->meta);
}

bool members_differ(const char *a, const char *b)
{
    return a[0] && b[0] && strcmp(a, b) != 0;
}

static bool same_kernel(const struct member *a, const struct member *b)
{
    return strcmp(member_kernel(a), member_kernel(b)) == 0;
}

/* Whether the boot can be the unit. */
static bool have_boots(const struct members *members)
{
    bool kernels = false;
    bool boots = false;

    for (size_t i = 0; i < members->n; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct member *a = &members->member[i];
            const struct member *b = &members->member[k];
            kernels |= members_differ(member_kernel(a), member_kernel(b));
            boots |= same_kernel(a, b) &&
                     members_differ(member_boot(a), member_boot(b));
        }
    }
    return kernels && boots;
}

static void group(struct members *members)
{
    members->by_boot = have_boots(members);
    for (size_t i = 0; i < members->n; i++) {
        struct member *member = &members->member[i];
        size_t like = members->by_boot ? 0 : i;
        while (like < i && !same_kernel(&members->member[like], member))
            like++;
        member->side = like < i ? members->member[like].side : members->sides++;
    }
}

/* What is damaged is told by whoever reads the trials. NULL, after telling,
 * where the run can't be used. */
static json_t *read_meta(const char *run)
{
    struct words faults = {0};
    json_t *meta = run_dir_scan_meta(run, &faults);

    if (!meta)
        run_dir_tell(&faults);
    words_free(&faults);
    return meta;
}

int members_read(const struct words *run, struct members *members)
{
    *members =
        (struct members){.member = calloc(run->n, sizeof(struct member))};
    if (!members->member) {
        msg_error("out of memory");
        return -1;
    }
    for (; members->n < run->n; members->n++) {
        struct member *member = &members->member[members->n];
        member->run = run->word[members->n];
        member->meta = read_meta(member->run);
        if (!member->meta)
            return -1;
    }
    group(members);
    return 0;
}

const char *members_name(const struct members *members, size_t run)
{
    const char *path = members->member[run].run;
    const char *name = paths_last_part(path);

    for (size_t i = 0; i < members->n; i++) {
        if (i != run &&
            strcmp(paths_last_part(members->member[i].run), name) == 0)
            return path;
    }
    return name;
}

size_t members_boots(const struct members *members, size_t side)
{
    size_t boots = 0;

    for (size_t i = 0; i < members->n; i++) {
        const struct member *member = &members->member[i];
        size_t k = 0;
        while (k < i && (members->member[k].side != side ||
                         strcmp(member_boot(&members->member[k]),
                                member_boot(member)) != 0))
            k++;
        boots += member->side == side && k == i;
    }
    return boots;
}

void members_free(struct members *members)
{
    for (size_t i = 0; i < members->n; i++)
        json_decref(members->member[i].meta);
    free(members->member);
    *members = (struct members){0};
}

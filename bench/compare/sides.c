#include "bench/compare/sides.h"

#include "bench/compare/doubts.h"
#include "bench/compare/members.h"
#include "bench/compare/plain.h"
#include "common/msg.h"

#include <stdlib.h>
#include <string.h>

/* Whether there is a record of the run among them. */
static bool has_trials(const struct summary *summary, const char *run)
{
    size_t i;
    const json_t *record;

    json_array_foreach(summary->trials, i, record)
    {
        const char *folder =
            json_string_value(json_object_get(record, "folder"));
        if (folder && strcmp(folder, run) == 0)
            return true;
    }
    return false;
}

/* 0 or -1 after telling. */
static int read_side(const struct members *members, size_t side,
                     struct summary *summary)
{
    const char **run = calloc(members->n, sizeof(*run));
    size_t runs = 0;

    if (!run) {
        msg_error("out of memory");
        return -1;
    }
    for (size_t i = 0; i < members->n; i++) {
        if (members->member[i].side == side)
            run[runs++] = members->member[i].run;
    }
    int error = summary_read_pooled(run, runs, summary);
    for (size_t i = 0; i < runs && !error; i++) {
        if (has_trials(summary, run[i]))
            continue;
        msg_error("%s: holds no finished trial", run[i]);
        error = -1;
    }
    free(run);
    return error;
}

/* 0 or -1 after telling. */
static int read_all(const struct members *members, struct sides *sides)
{
    int error = 0;

    if (members->sides > COMPARISON_SIDES_MOST) {
        msg_error("%zu sides are more than the %d that can be compared at once",
                  members->sides, COMPARISON_SIDES_MOST);
        return -1;
    }
    sides->by_boot = members->by_boot;
    sides->side = calloc(members->sides, sizeof(*sides->side));
    if (!sides->side) {
        msg_error("out of memory");
        return -1;
    }
    for (; sides->n < members->sides && !error; sides->n++)
        error = read_side(members, sides->n, &sides->side[sides->n]);
    return error;
}

/* A run as a side. 0 or -ENOMEM. */
static int name_run(const struct members *members, size_t run,
                    struct comparison *comparison)
{
    const char *kernel = member_kernel(&members->member[run]);
    int error =
        words_format(&comparison->sides, "%s", members_name(members, run));

    return error ? error
                 : words_format(&comparison->about, "kernel %s",
                                kernel[0] ? kernel : "unknown");
}

/* All runs of a kernel as a side. `first` is the first one. 0 or -ENOMEM. */
static int name_kernel(const struct members *members, size_t first,
                       struct comparison *comparison)
{
    const size_t side = members->member[first].side;
    const char *kernel = member_kernel(&members->member[first]);
    const char *name = kernel[0] ? kernel : "unknown kernel";
    struct words runs = {0};
    char list[2000];
    int error = words_format(&comparison->sides, "%s", name);

    for (size_t i = first; i < members->n && !error; i++) {
        if (members->member[i].side == side)
            error = words_format(&runs, "%s", members_name(members, i));
    }
    if (!error)
        error = words_format(&comparison->about, "%s",
                             words_join(&runs, ", ", list, sizeof(list)));
    if (!error)
        error = words_format(&comparison->counts, "%zu of %s",
                             members_boots(members, side), name);
    words_free(&runs);
    return error;
}

static int name_all(const struct members *members,
                    struct comparison *comparison)
{
    int error = 0;

    for (size_t i = 0; i < members->n && !error; i++) {
        if (members->member[i].side == comparison->sides.n)
            error = members->by_boot ? name_kernel(members, i, comparison)
                                     : name_run(members, i, comparison);
    }
    return error;
}

/* All that is told of the sides. 0 or -1 after telling. */
static int describe(const struct members *members, const struct sides *sides,
                    struct comparison *comparison)
{
    int error = name_all(members, comparison);

    if (!error)
        error = doubts_of_runs(members, &comparison->warnings);
    if (!error)
        error = doubts_of_trials(sides->side, sides->n, &comparison->warnings);
    if (error) {
        msg_error("out of memory");
        return -1;
    }
    plain_words(&comparison->sides);
    plain_words(&comparison->about);
    plain_words(&comparison->counts);
    plain_words(&comparison->warnings);
    return 0;
}

int sides_read(const struct words *run, struct sides *sides,
               struct comparison *comparison)
{
    struct members members;
    int error = members_read(run, &members);

    *sides = (struct sides){0};
    *comparison = (struct comparison){0};
    if (!error)
        error = read_all(&members, sides);
    if (!error)
        error = describe(&members, sides, comparison);
    members_free(&members);
    return error;
}

void sides_free(struct sides *sides)
{
    for (size_t i = 0; i < sides->n; i++)
        summary_free(&sides->side[i]);
    free(sides->side);
    *sides = (struct sides){0};
}

#include "bench/regress/trees.h"

#include "bench/compare/difference.h"
#include "bench/compare/plain.h"
#include "common/msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Drops the cells of models that the base does not have, which is told. 0, or
 * -1 after telling that none is left. */
static int drop_unmatched(struct plan *plan, const struct base_tree *base,
                          struct comparison *comparison)
{
    size_t kept = 0;
    char what[100];

    for (size_t i = 0; i < plan->cells; i++) {
        const struct cell *cell = &plan->cell[i];
        if (base_tree_has(base, cell->axis[AXIS_SERVER]))
            plan->cell[kept++] = *cell;
        else if (words_format(&comparison->unmatched, "%s (only this tree)",
                              cell_describe(cell, what, sizeof(what))) != 0)
            return -1;
    }
    plan->cells = kept;
    if (kept > 0)
        return 0;
    msg_error("--base: %s has none of these servers", base->name);
    return -1;
}

/* What is compared with what. 0, or -1 after telling. */
static int name_sides(const struct run *run, const struct base_tree *base,
                      struct comparison *comparison)
{
    const json_t *software =
        json_object_get(json_object_get(run->meta, "machine"), "software");
    const char *revision =
        json_string_value(json_object_get(software, "revision"));
    const bool dirty = json_is_true(json_object_get(software, "dirty"));

    if (words_format(&comparison->sides, "%s", base->name) != 0 ||
        words_format(&comparison->sides, "this tree: %.7s%s",
                     revision ? revision : "unknown",
                     dirty ? " with uncommitted changes" : "") != 0) {
        msg_error("out of memory");
        return -1;
    }
    plain_words(&comparison->sides);
    return 0;
}

/* The first line of PROGRAMS/flags, which the Makefile keeps; "" if unknown. */
static const char *read_flags(const char *programs, char *text, size_t size)
{
    char *path = run_dir_file(programs, "flags");
    FILE *file = path ? fopen(path, "re") : NULL;

    if (!file || !fgets(text, (int)size, file))
        text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (file)
        fclose(file);
    free(path);
    return text;
}

/* Warns where the trees were built otherwise. 0, or -1 after telling. */
static int compare_flags(const struct run *run, const struct base_tree *base,
                         struct comparison *comparison)
{
    char before[2000];
    char now[2000];

    read_flags(base->programs, before, sizeof(before));
    read_flags(run->setup.paths.programs, now, sizeof(now));
    if (!before[0] || !now[0] || strcmp(before, now) == 0)
        return 0;
    if (difference_add(&comparison->warnings,
                       "the command line of the compiler", before, now) == 0)
        return 0;
    msg_error("out of memory");
    return -1;
}

int trees_introduce(struct run *run, const struct base_tree *base,
                    struct comparison *comparison)
{
    if (drop_unmatched(&run->plan, base, comparison) != 0 ||
        name_sides(run, base, comparison) != 0)
        return -1;
    return compare_flags(run, base, comparison);
}

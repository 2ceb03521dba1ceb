#include "bench/compare/doubts.h"

#include "bench/compare/comparison.h"
#include "bench/compare/fingerprint.h"

#include <stdio.h>
#include <string.h>

/* What of two runs' machines differs. 0 or -ENOMEM. */
static int doubt_machines(const struct members *members, size_t run,
                          struct words *warnings)
{
    const char letter = comparison_letter(members->member[run].side);
    struct words found = {0};
    int error = fingerprint_differences(members->member[0].meta,
                                        members->member[run].meta, &found);

    for (size_t i = 0; i < found.n && !error; i++) {
        char text[300];
        if (members->n == 2)
            snprintf(text, sizeof(text), "%s", found.word[i]);
        else if (members->member[run].side == 0)
            snprintf(text, sizeof(text), "within A: %s", found.word[i]);
        else
            snprintf(text, sizeof(text), "A and %c: %s", letter, found.word[i]);
        if (!words_have(warnings, text))
            error = words_add(warnings, text, strlen(text));
    }
    words_free(&found);
    return error;
}

int doubts_of_runs(const struct members *members, struct words *warnings)
{
    const char *first = member_boot(&members->member[0]);
    bool boots = false;
    int error = 0;

    for (size_t i = 1; i < members->n && !error; i++) {
        error = doubt_machines(members, i, warnings);
        boots |= members_differ(first, member_boot(&members->member[i]));
    }
    /* a boot is one draw: what is peculiar to it can't be told from the doing
     * of its kernel */
    if (boots && !members->by_boot && !error)
        error = words_format(warnings, "n = 1 boot each: the difference may be "
                                       "this boot's");
    return error;
}

/* Of one side's cell. 0 or -ENOMEM. */
static int doubt_failures(size_t side, const struct summary_cell *cell,
                          const char *name, struct words *warnings)
{
    if (cell->failed == 0)
        return 0;
    return words_format(warnings, "%c: %s: %u of %u trials failed: %s",
                        comparison_letter(side), name, cell->failed,
                        cell->failed + cell->ok,
                        cell->reason ? cell->reason : "no reason told");
}

/* The base's cell starves and this one does not, or the other way round. */
static int doubt_starving(const struct summary *base, size_t side,
                          const struct summary_cell *cell, const char *name,
                          struct words *warnings)
{
    const struct summary_cell *other = side ? summary_find(base, cell) : NULL;

    if (!other || other->ok == 0 || cell->ok == 0 ||
        other->starved == cell->starved)
        return 0;
    return words_format(warnings,
                        "%s: connections starve in %c but not in %c, so that "
                        "they can't be compared",
                        name, comparison_letter(cell->starved ? side : 0),
                        comparison_letter(cell->starved ? 0 : side));
}

/* A share of the rate is of another rate than in the base. */
static int doubt_rates(const struct summary *base, size_t side,
                       const struct summary_cell *cell, struct words *warnings)
{
    const struct summary_cell *other = side ? summary_find(base, cell) : NULL;
    char protocol[32];
    char connections[32];
    char text[300];

    if (!other || !summary_rates_differ(cell, other))
        return 0;
    snprintf(
        text, sizeof(text),
        "what shares of a rate are of differs, at %s c=%s: %.0f/s in A, "
        "%.0f/s in %c; equal shares are not equal rates, and not compared",
        summary_axis(cell, AXIS_PROTOCOL, protocol, sizeof(protocol)),
        summary_axis(cell, AXIS_CONNECTIONS, connections, sizeof(connections)),
        other->whole_per_s, cell->whole_per_s, comparison_letter(side));
    return words_have(warnings, text) ? 0 : words_format(warnings, "%s", text);
}

/* What of a side could not be read. 0 or -ENOMEM. */
static int doubt_reading(const struct words *faults, size_t side,
                         struct words *warnings)
{
    char more[40] = "";

    if (faults->n == 0)
        return 0;
    if (faults->n > 1)
        snprintf(more, sizeof(more), "; and %zu more faults", faults->n - 1);
    return words_format(warnings, "%c is damaged: %s%s",
                        comparison_letter(side), faults->word[0], more);
}

/* What concerns many cells is told as a sum. */
static int doubt_trials(const struct summary *summary, size_t side,
                        struct words *warnings)
{
    const struct summary_totals total = summary_total(summary);

    if (total.noisy + total.generator_bound + total.invalid == 0)
        return 0;
    return words_format(warnings,
                        "%c: of %u trials %u were noisy, %u limited by the "
                        "generator, %u invalid",
                        comparison_letter(side), total.ok, total.noisy,
                        total.generator_bound, total.invalid);
}

int doubts_of_trials(const struct summary *side, size_t sides,
                     struct words *warnings)
{
    bool varies[AXES];
    int error = 0;

    summary_varying(side, sides, varies);
    for (size_t i = 0; i < sides && !error; i++) {
        error = doubt_reading(&side[i].faults, i, warnings);
        for (size_t k = 0; k < side[i].cells && !error; k++) {
            const struct summary_cell *cell = &side[i].cell[k];
            char name[400];
            summary_cell_brief(cell, varies, name, sizeof(name));
            error = doubt_failures(i, cell, name, warnings);
            if (!error)
                error = doubt_starving(&side[0], i, cell, name, warnings);
            if (!error)
                error = doubt_rates(&side[0], i, cell, warnings);
        }
        if (!error)
            error = doubt_trials(&side[i], i, warnings);
    }
    return error;
}

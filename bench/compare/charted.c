#include "bench/compare/charted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { BEST_CONNECTIONS = 64 };

/* The cell that says which others belong into its charts, or NULL. */
static const struct summary_cell *find_base(const struct charted *charted)
{
    for (size_t i = 0; i < charted->sides; i++) {
        const struct summary *side = &charted->side[i];
        for (size_t k = 0; k < side->cells; k++) {
            if (summary_is_usual(&side->cell[k]) &&
                summary_load(&side->cell[k]) == charted->load)
                return &side->cell[k];
        }
    }
    return NULL;
}

static int add(struct charted *charted, size_t side,
               const struct summary_cell *cell)
{
    struct charted_cell *grown =
        realloc(charted->cell, (charted->n + 1) * sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    charted->cell = grown;
    grown[charted->n++] = (struct charted_cell){.side = side, .cell = cell};
    return 0;
}

static int collect(struct charted *charted)
{
    const struct summary_cell *base = find_base(charted);
    int error = 0;

    for (size_t i = 0; i < charted->sides && base; i++) {
        const struct summary *side = &charted->side[i];
        for (size_t k = 0; k < side->cells && !error; k++) {
            const struct summary_cell *cell = &side->cell[k];
            if (cell->ok > 0 && summary_share_charts(base, cell))
                error = add(charted, i, cell);
        }
    }
    return error;
}

int charted_collect(const struct summary *side, size_t sides, bool compared,
                    struct charted charted[LOADS])
{
    int error = 0;

    for (enum load load = 0; load < LOADS; load++) {
        charted[load] = (struct charted){
            .side = side, .sides = sides, .load = load, .compared = compared};
        if (!error)
            error = collect(&charted[load]);
    }
    return error;
}

double charted_connections(const struct charted *charted)
{
    double best = 0;

    for (size_t i = 0; i < charted->n; i++) {
        const double n =
            json_number_value(charted->cell[i].cell->axis[AXIS_CONNECTIONS]);
        if (best == 0 || (n <= BEST_CONNECTIONS && n > best) ||
            (best > BEST_CONNECTIONS && n < best))
            best = n;
    }
    return best;
}

const char *charted_side(const struct charted *charted, size_t cell, char *text,
                         size_t size)
{
    text[0] = '\0';
    if (charted->compared)
        snprintf(text, size, "%zu\t", charted->cell[cell].side + 1);
    return text;
}

void charted_free(struct charted charted[LOADS])
{
    for (enum load load = 0; load < LOADS; load++) {
        free(charted[load].cell);
        charted[load] = (struct charted){0};
    }
}

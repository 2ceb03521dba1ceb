#include "bench/charted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The cell that says which others belong into its charts, or NULL. */
static const struct summary_cell *find_base(const struct summary *side,
                                            size_t sides)
{
    for (size_t i = 0; i < sides; i++) {
        for (size_t k = 0; k < side[i].cells; k++) {
            if (summary_is_base(&side[i], &side[i].cell[k]))
                return &side[i].cell[k];
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

int charted_collect(const struct summary *side, size_t sides,
                    struct charted *charted)
{
    const struct summary_cell *base = find_base(side, sides);
    int error = 0;

    *charted = (struct charted){.side = side, .sides = sides};
    for (size_t i = 0; i < sides && base; i++) {
        for (size_t k = 0; k < side[i].cells && !error; k++) {
            const struct summary_cell *cell = &side[i].cell[k];
            if (cell->ok > 0 && summary_share_charts(base, cell))
                error = add(charted, i, cell);
        }
    }
    return error;
}

void charted_free(struct charted *charted)
{
    free(charted->cell);
    *charted = (struct charted){0};
}

const char *charted_side(const struct charted *charted, size_t cell, char *text,
                         size_t size)
{
    text[0] = '\0';
    if (charted->compared)
        snprintf(text, size, "%zu\t", charted->cell[cell].side + 1);
    return text;
}

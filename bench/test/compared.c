#include "bench/test/compared.h"

#include "common/test/test.h"

#include <string.h>

void compared_runs(struct compared *compared, const char *runs)
{
    struct words run = {0};

    *compared = (struct compared){0};
    assert_int_equal(words_split(&run, runs, " "), 0);
    assert_int_equal(sides_read(&run, &compared->sides, &compared->comparison),
                     0);
    assert_int_equal(compare_runs(compared->sides.side, compared->sides.n,
                                  compared->sides.by_boot, 0.03,
                                  &compared->comparison),
                     0);
    words_free(&run);
}

void compared_free(struct compared *compared)
{
    comparison_free(&compared->comparison);
    sides_free(&compared->sides);
}

const struct finding *compared_find(const struct compared *compared,
                                    const char *cell, enum metric metric)
{
    const struct findings *findings = &compared->comparison.findings;

    for (size_t i = 0; i < findings->n; i++) {
        if (strcmp(findings->finding[i].cell, cell) == 0 &&
            findings->finding[i].metric == metric)
            return &findings->finding[i];
    }
    return NULL;
}

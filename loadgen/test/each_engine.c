#include "common/test/test.h"

#include "loadgen/test/stub.h"

#include "loadgen/engine.h"

#include <stdio.h>
#include <stdlib.h>

static int choose_engine(void **state)
{
    loadgen_engine = *state;
    return 0;
}

/* Makes the tests into tests of `engine`. */
static void make(struct CMUnitTest *made, const struct CMUnitTest *tests,
                 size_t n, const struct engine *engine)
{
    for (size_t i = 0; i < n; i++) {
        char *name;
        assert_true(asprintf(&name, "%s: %s", engine->name, tests[i].name) > 0);
        made[i] = tests[i];
        made[i].name = name;
        made[i].setup_func = choose_engine;
        made[i].initial_state = (void *)(uintptr_t)engine->name;
    }
}

int run_with_each_engine(const struct CMUnitTest *tests, size_t n)
{
    struct CMUnitTest *made = calloc(ENGINES * n, sizeof(*made));
    size_t n_made = 0;

    assert_non_null(made);
    for (int i = 0; i < ENGINES; i++) {
        const char *lacks;
        if (engines[i]->probe && engines[i]->probe(&lacks) != 0) {
            printf("# engine %s can't run here: %s\n", engines[i]->name, lacks);
            continue;
        }
        make(&made[n_made], tests, n, engines[i]);
        n_made += n;
    }
    int failed =
        _cmocka_run_group_tests("each engine", made, n_made, NULL, NULL);
    for (size_t i = 0; i < n_made; i++)
        free((void *)(uintptr_t)made[i].name);
    free(made);
    return failed;
}

#include "common/test/test.h"

#include "bench/baseline.h"
#include "bench/test/scratch.h"

#include <sys/stat.h>

static json_t *meta_of(const char *model)
{
    return json_pack("{s:i, s:{s:{s:s}}}", "schema", 1, "machine", "cpu",
                     "model", model);
}

/* Only a baseline can be too far away: runs are compared as they are. */
static void a_baseline_of_another_machine_is_refused(void **state)
{
    static const char *const folders[] = {
        "results",     "results/baselines",  "results/baselines/a",
        "run",         "results/run",        "baselines",
        "other",       "other/baselines",    "other/baselines/a",
        "xresults",    "xresults/baselines", "xresults/baselines/a",
        "baselines/a",
    };
    static const struct {
        const char *path;
        const char *model; /* of the run; the base has X */
        bool refused;
    } rows[] = {
        {"results/baselines/a", "X", false},
        {"results/baselines/a", "Y", true},
        {"results/baselines/a/", "Y", true},
        {"results/baselines/../baselines/a", "Y", true},
        {"results/run", "Y", false},
        {"run", "Y", false},
        {"results/baselines", "Y", false},
        {"other/baselines/a", "Y", false},
        {"xresults/baselines/a", "Y", false},
        {"baselines/a", "Y", false},
        {"nowhere", "Y", false},
        {"/tmp", "Y", false},
    };
    json_t *base = meta_of("X");

    (void)state;
    for (size_t i = 0; i < LENGTH(folders); i++)
        assert_int_equal(mkdir(folders[i], 0777), 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct words why = {0};
        json_t *run = meta_of(rows[i].model);
        if (baseline_refuses(rows[i].path, base, run, &why) != rows[i].refused)
            fail_msg("row %zu: %s", i, rows[i].path);
        assert_int_equal(why.n, rows[i].refused);
        if (why.n)
            assert_string_equal(why.word[0],
                                "the CPU model differs: 'X' and 'Y'");
        words_free(&why);
        json_decref(run);
    }
    json_decref(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_baseline_of_another_machine_is_refused),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}

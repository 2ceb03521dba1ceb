#include "common/test/test.h"

#include "bench/baseline.h"
#include "common/test/capture.h"
#include "common/test/scratch.h"

#include <string.h>
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

static void write_meta(const char *folder, const char *model)
{
    char name[100];
    json_t *meta = meta_of(model);

    snprintf(name, sizeof(name), "%s/meta.json", folder);
    assert_int_equal(json_dump_file(meta, name, 0), 0);
    json_decref(meta);
}

/* On whichever side it is, and whichever run of many it is. */
static void a_gate_is_told_what_differs(void **state)
{
    static const struct {
        const char *runs;
        const char *refused; /* which one, or NULL */
    } rows[] = {
        {"results/baselines/a run", "results/baselines/a"},
        {"run results/baselines/a", "results/baselines/a"},
        {"run results/run results/baselines/a", "results/baselines/a"},
        {"run results/run", NULL},
        {"results/run results/baselines/a", NULL},
        {"results/baselines/a results/run", NULL},
        {"results/run run", NULL},
        {"results/baselines/a", NULL},
    };

    (void)state;
    write_meta("results/baselines/a", "X");
    write_meta("results/run", "X");
    write_meta("run", "Y");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct words runs = {0};
        char told[1000];
        assert_int_equal(words_split(&runs, rows[i].runs, " "), 0);
        capture_begin();
        int error = baseline_check_gate(&runs);
        capture_end(told, sizeof(told));
        if (error != (rows[i].refused ? -1 : 0) ||
            (rows[i].refused
                 ? !strstr(told, rows[i].refused) ||
                       !strstr(told, "can't gate: the CPU model differs:")
                 : told[0] != '\0'))
            fail_msg("row %zu: %d, told '%s'", i, error, told);
        words_free(&runs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_baseline_of_another_machine_is_refused),
        cmocka_unit_test(a_gate_is_told_what_differs),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}

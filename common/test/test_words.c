#include "common/test/test.h"

#include "common/cpus.h"
#include "common/nearest.h"

#include <errno.h>

static void slips_find_their_word(void **state)
{
    static const char *const known[] = {"blocking", "threaded", "select",
                                        "poll", "epoll"};
    static const struct {
        const char *word;
        const char *near;
    } cases[] = {
        {"epol", "epoll"},        {"eplol", "epoll"},  {"pol", "poll"},
        {"blockign", "blocking"}, {"selct", "select"}, {"thread", "threaded"},
        {"kqueue", NULL},         {"", NULL},          {"x", NULL},
    };
    char phrase[64];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *near = nearest_word(cases[i].word, known, LENGTH(known));
        if (cases[i].near)
            assert_string_equal(near, cases[i].near);
        else
            assert_null(near);
    }
    assert_string_equal(
        nearest_phrase(phrase, sizeof(phrase), "epol", known, LENGTH(known)),
        " (did you mean 'epoll'?)");
    assert_string_equal(
        nearest_phrase(phrase, sizeof(phrase), "kqueue", known, LENGTH(known)),
        "");
}

static void cpu_lists_are_those_of_taskset(void **state)
{
    static const struct {
        const char *text;
        int error;
        const char *shown;
    } cases[] = {
        {"0", 0, "0"},
        {"0,1", 0, "0-1"},
        {"0,2-5", 0, "0,2-5"},
        {"8-14:2", 0, "8,10,12,14"},
        {"3,1", 0, "1,3"},
        {"", -EINVAL, NULL},
        {"0,", -EINVAL, NULL},
        {"5-2", -EINVAL, NULL},
        {"1-8:0", -EINVAL, NULL},
        {"a", -EINVAL, NULL},
        {"0 1", -EINVAL, NULL},
        {"99999999999999999999", -ERANGE, NULL},
        {"1024", -ERANGE, NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        cpu_set_t set;
        char text[64];
        assert_int_equal(cpus_parse(cases[i].text, &set), cases[i].error);
        if (cases[i].shown)
            assert_string_equal(cpus_format(text, sizeof(text), &set),
                                cases[i].shown);
    }
}

static void the_nth_cpu_is_counted_from_zero(void **state)
{
    cpu_set_t set;

    (void)state;
    assert_int_equal(cpus_parse("1,3-4", &set), 0);
    assert_int_equal(cpus_nth(&set, 0), 1);
    assert_int_equal(cpus_nth(&set, 2), 4);
    assert_int_equal(cpus_nth(&set, 3), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_find_their_word),
        cmocka_unit_test(cpu_lists_are_those_of_taskset),
        cmocka_unit_test(the_nth_cpu_is_counted_from_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

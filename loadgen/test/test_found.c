#include "common/test/test.h"

#include "loadgen/plan/find_rate.h"

#include "common/exits.h"

#include <string.h>

static void every_end_of_a_search_is_told(void **state)
{
    static const struct {
        struct search search;
        double samples;
        int status;
        uint64_t rate_per_s;
        const char *words;
    } cases[] = {
        {{.stage = STAGE_FOUND, .low = 5000, .high = 5100},
         10,
         EXIT_FINE,
         5000,
         "5000/s is the highest rate with p99<1ms"},
        {{.stage = STAGE_FOUND, .low = 5000, .high = 5100},
         9,
         EXIT_UNCLEAR,
         0,
         "5000/s has p99<1ms, but by only 9 samples beyond it: make --duration "
         "longer"},
        {{.stage = STAGE_NONE, .first = 100, .high = 100},
         10,
         EXIT_NO,
         0,
         "not even 100/s has p99<1ms"},
        {{.stage = STAGE_UNCLEAR, .low = 800, .high = 1600},
         10,
         EXIT_UNCLEAR,
         0,
         "800/s has p99<1ms, but 1600/s is beyond what could be measured"},
        {{.stage = STAGE_UNCLEAR, .low = 760, .high = 800, .given_up = true},
         10,
         EXIT_UNCLEAR,
         0,
         "no rate from 800/s on met p99<1ms twice of three times: something "
         "disturbs this machine"},
        {{.stage = STAGE_UNCLEAR, .rate_per_s = 100, .high = 100},
         10,
         EXIT_UNCLEAR,
         0,
         "could not measure 100/s"},
        {{.stage = STAGE_BISECT, .rate_per_s = 700, .low = 600},
         10,
         EXIT_NO,
         0,
         "stopped at 700/s: no connection is left"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        static struct found found;
        char words[240];
        found.goal.text = "p99<1ms";
        found.search = cases[i].search;
        found.samples = cases[i].samples;
        assert_int_equal(found_exit(&found, words, sizeof(words)),
                         cases[i].status);
        assert_string_equal(words, cases[i].words);
        assert_int_equal(found_rate(&found), cases[i].rate_per_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_of_a_search_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/test/test.h"

#include "common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

static void durations_are_parsed(void **state)
{
    static const struct {
        const char *text;
        int error;
        uint64_t ns;
    } cases[] = {
        {"500us", 0, 500 * NS_PER_US},
        {"200ms", 0, 200 * NS_PER_MS},
        {"2s", 0, 2 * NS_PER_S},
        {"5m", 0, 300 * NS_PER_S},
        {"1h", 0, 3600 * NS_PER_S},
        {"0s", 0, 0},
        {"7ns", 0, 7},
        {"1.5s", 0, 1500 * NS_PER_MS},
        {"0.25m", 0, 15 * NS_PER_S},
        {"1000h", 0, 3600000 * NS_PER_S},
        {"1001h", -ERANGE, 0},
        {"99999999999999999999s", -ERANGE, 0},
        {"", -EINVAL, 0},
        {"s", -EINVAL, 0},
        {"2", -EINVAL, 0},
        {"2 s", -EINVAL, 0},
        {"-2s", -EINVAL, 0},
        {"2sec", -EINVAL, 0},
        {"1.s", -EINVAL, 0},
        {".5s", -EINVAL, 0},
        {"1..5s", -EINVAL, 0},
        {"1.5.5s", -EINVAL, 0},
        {"abc", -EINVAL, 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        uint64_t ns = 0;
        assert_int_equal(units_parse_duration(cases[i].text, &ns),
                         cases[i].error);
        assert_int_equal(ns, cases[i].ns);
    }
}

static void counts_are_parsed(void **state)
{
    static const struct {
        const char *text;
        int error;
        uint64_t value;
    } cases[] = {
        {"1", 0, 1},
        {"100", 0, 100},
        {"0", -ERANGE, 0},
        {"101", -ERANGE, 0},
        {"99999999999999999999999", -ERANGE, 0},
        {"", -EINVAL, 0},
        {"1x", -EINVAL, 0},
        {"+1", -EINVAL, 0},
        {"-1", -EINVAL, 0},
        {"1.5", -EINVAL, 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        uint64_t value = 0;
        assert_int_equal(units_parse_count(cases[i].text, 1, 100, &value),
                         cases[i].error);
        assert_int_equal(value, cases[i].value);
    }
}

static void percentages_are_shares(void **state)
{
    static const struct {
        const char *text;
        int error;
        double share;
    } cases[] = {
        {"3%", 0, 0.03},        {"0.5%", 0, 0.005},   {"2.25 %", 0, 0.0225},
        {"100%", 0, 1},         {"0%", -ERANGE, 0},   {"101%", -ERANGE, 0},
        {"100.1%", -ERANGE, 0}, {"3", -EINVAL, 0},    {"", -EINVAL, 0},
        {"%", -EINVAL, 0},      {"-3%", -EINVAL, 0},  {"3%%", -EINVAL, 0},
        {"3. %", -EINVAL, 0},   {"3  %", -EINVAL, 0}, {"1e1%", -EINVAL, 0},
        {"nan%", -EINVAL, 0},   {"0x3%", -EINVAL, 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        double share = 0;
        assert_int_equal(units_parse_percent(cases[i].text, &share),
                         cases[i].error);
        assert_true(share > cases[i].share - 1e-12 &&
                    share < cases[i].share + 1e-12);
    }
}

static void people_see_three_digits(void **state)
{
    static const struct {
        double ns;
        const char *text;
    } durations[] = {
        {0, "0.00 ns"},      {999, "999 ns"},     {1234, "1.23 us"},
        {99951, "100 us"},   {99.4e3, "99.4 us"}, {1e6, "1.00 ms"},
        {12.34e9, "12.3 s"}, {NAN, "-"},
    };
    static const struct {
        double count;
        const char *text;
    } counts[] = {
        {0, "0.00"},       {63, "63.0"},      {999, "999"}, {1500, "1.50 k"},
        {87234, "87.2 k"}, {2.5e6, "2.50 M"}, {NAN, "-"},
    };
    char text[16];

    (void)state;
    for (size_t i = 0; i < LENGTH(durations); i++)
        assert_string_equal(
            units_format_duration(text, sizeof(text), durations[i].ns),
            durations[i].text);
    for (size_t i = 0; i < LENGTH(counts); i++)
        assert_string_equal(
            units_format_count(text, sizeof(text), counts[i].count),
            counts[i].text);
}

static void sizes_are_whole_where_they_can_be(void **state)
{
    static const struct {
        double bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"},
        {1, "1 B"},
        {1000, "1000 B"},
        {1024, "1 KiB"},
        {1500, "1.46 KiB"},
        {65536, "64 KiB"},
        {1048000, "1023 KiB"},
        {67108864, "64 MiB"},
        {1.53 * (1 << 30), "1.53 GiB"},
        {12345.0 * (1 << 30), "12345 GiB"},
    };
    char text[16];

    (void)state;
    for (size_t i = 0; i < LENGTH(sizes); i++)
        assert_string_equal(
            units_format_bytes(text, sizeof(text), sizes[i].bytes),
            sizes[i].text);
}

static void exact_durations_read_back(void **state)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ns"},
        {400 * NS_PER_MS, "400ms"},
        {1500 * NS_PER_MS, "1500ms"},
        {300 * NS_PER_S, "5m"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char text[24];
        uint64_t ns = 1;
        assert_string_equal(units_format_exact(text, sizeof(text), cases[i].ns),
                            cases[i].text);
        assert_int_equal(units_parse_duration(text, &ns), 0);
        assert_int_equal(ns, cases[i].ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_parsed),
        cmocka_unit_test(counts_are_parsed),
        cmocka_unit_test(percentages_are_shares),
        cmocka_unit_test(people_see_three_digits),
        cmocka_unit_test(sizes_are_whole_where_they_can_be),
        cmocka_unit_test(exact_durations_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

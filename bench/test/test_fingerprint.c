#include "common/test/test.h"

#include "bench/compare/fingerprint.h"

#include <stdlib.h>
#include <string.h>

static const char base[] =
    "{'schema':1,'machine':{'host':'a','kernel':{'release':'6.1','boot_id':"
    "'b0'},'kernel_config':'CONFIG_HZ=250 CONFIG_PREEMPT_COUNT=y ','cpu':{"
    "'model':'X 1','online':2,'smt_active':'0','governor':null,'mitigations':"
    "'l1tf: Not affected; spectre_v2: Mitigation: Retpolines; IBPB: "
    "conditional; RSB filling; '},'memory':'1000000 kB','clocksource':'tsc',"
    "'sysctl':{'net/core/somaxconn':'4096','net/ipv4/tcp_tw_reuse':'2',"
    "'fs/file-max':'100'},'software':{'muxbench':'0.1','dirty':false,"
    "'compiler':'gcc 12','cflags':'-O2','libc':'glibc 2.36'}}}";

/* Parses a text with ' for ", with the first `old` in it replaced. */
static json_t *meta_with(const char *old, const char *new)
{
    char text[2000];
    json_t *meta;
    const char *at = strstr(base, old);

    assert_non_null(at);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - base), base, new,
             at + strlen(old));
    for (char *c = text; (c = strchr(c, '\'')); c++)
        *c = '"';
    meta = json_loads(text, 0, NULL);
    assert_non_null(meta);
    return meta;
}

/* What is replaced in the second run, and the sentence that must come of it,
 * or NULL for none: as a doubt of a comparison, and as another machine. */
static const struct {
    const char *old;
    const char *new;
    const char *doubt;
    const char *machine;
} rows[] = {
    {"'a'", "'b'", NULL, NULL},
    {"'b0'", "'b1'", NULL, NULL},
    {"'6.1'", "'6.12'", NULL, "the kernel release differs: '6.1' and '6.12'"},
    {"'X 1'", "'Y'", "the CPU model differs: 'X 1' and 'Y'",
     "the CPU model differs: 'X 1' and 'Y'"},
    {"'X 1'", "[]", "the CPU model differs: 'X 1' and 'unknown'",
     "the CPU model differs: 'X 1' and 'unknown'"},
    {"'online':2", "'online':4", "the number of CPUs differs: '2' and '4'",
     "the number of CPUs differs: '2' and '4'"},
    {"'0'", "'1'", "whether SMT is active differs: '0' and '1'",
     "whether SMT is active differs: '0' and '1'"},
    {"null", "'powersave'",
     "the CPU frequency governor differs: 'unknown' and 'powersave'",
     "the CPU frequency governor differs: 'unknown' and 'powersave'"},
    {"'tsc'", "'hpet'", "the clocksource differs: 'tsc' and 'hpet'",
     "the clocksource differs: 'tsc' and 'hpet'"},
    {"IBPB: conditional", "IBPB: always-on",
     "mitigations differ: spectre_v2 '...conditional; RSB filling' and "
     "'...always-on; RSB filling'",
     "mitigations differ: spectre_v2 '...conditional; RSB filling' and "
     "'...always-on; RSB filling'"},
    {"Mitigation: Retpolines; IBPB: conditional; RSB filling", "Vulnerable",
     "mitigations differ: spectre_v2 'Mitigation: Retpolines; IBPB...' and "
     "'Vulnerable'",
     "mitigations differ: spectre_v2 'Mitigation: Retpolines; IBPB...' and "
     "'Vulnerable'"},
    {"l1tf: Not affected; ", "", NULL, NULL},
    {"l1tf: Not affected; ", "l1tf: Not affected; vmscape: Vulnerable; ",
     "mitigations differ: vmscape 'Not affected' and 'Vulnerable'",
     "mitigations differ: vmscape 'Not affected' and 'Vulnerable'"},
    {"HZ=250", "HZ=1000", "kernel options differ: CONFIG_HZ '250' and '1000'",
     "kernel options differ: CONFIG_HZ '250' and '1000'"},
    {"CONFIG_PREEMPT_COUNT=y", "CONFIG_PREEMPT_RT=y",
     "kernel options differ: CONFIG_PREEMPT_RT 'n' and 'y'",
     "kernel options differ: CONFIG_PREEMPT_RT 'n' and 'y'"},
    {"CONFIG_PREEMPT_COUNT=y", "CONFIG_VIRT_CPU_ACCOUNTING_GEN=y",
     "kernel options differ: CONFIG_VIRT_CPU_ACCOUNTING_GEN 'n' and 'y'",
     "kernel options differ: CONFIG_VIRT_CPU_ACCOUNTING_GEN 'n' and 'y'"},
    {"CONFIG_PREEMPT_COUNT=y", "", NULL, NULL},
    {"'CONFIG_HZ=250 CONFIG_PREEMPT_COUNT=y '", "null",
     "the second does not tell its kernel options",
     "the second does not tell its kernel options"},
    {"1000000", "1040000", NULL, NULL},
    {"1000000", "2000000", NULL,
     "the memory differs: '1000000 kB' and '2000000 kB'"},
    {"'gcc 12'", "'gcc 13'", "the compiler differs: 'gcc 12' and 'gcc 13'",
     "the compiler differs: 'gcc 12' and 'gcc 13'"},
    {"'-O2'", "'-O3'", "the list of compiler flags differs: '-O2' and '-O3'",
     "the list of compiler flags differs: '-O2' and '-O3'"},
    {"'glibc 2.36'", "'musl'", "the C library differs: 'glibc 2.36' and 'musl'",
     NULL},
    {"'0.1'", "'0.2'", "muxbench's version differs: '0.1' and '0.2'", NULL},
    {"4096", "128", "sysctls differ: net/core/somaxconn '4096' and '128'",
     NULL},
    {"'4096','net/ipv4/tcp_tw_reuse':'2'", "'1','net/ipv4/tcp_tw_reuse':'0'",
     "sysctls differ: net/core/somaxconn '4096' and '1', net/ipv4/tcp_tw_reuse "
     "'2' and '0'",
     NULL},
    {"'4096'", "null", NULL, NULL},
    {"'100'", "'200'", NULL, NULL},
    {"false", "true",
     "the second was built from a tree with uncommitted changes", NULL},
    {"'machine':{", "'machine':7,'other':{",
     "the second does not tell its machine",
     "the second does not tell its machine"},
};

static void check(size_t row, const struct words *said, const char *expected)
{
    if (said->n > 1 || (said->n == 1) != (expected != NULL) ||
        (expected && strcmp(said->word[0], expected) != 0))
        fail_msg("row %zu: %zu sentences: '%s' instead of '%s'", row, said->n,
                 said->n ? said->word[0] : "", expected ? expected : "");
}

static void each_difference_is_one_sentence(void **state)
{
    json_t *a = meta_with("a", "a");

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct words doubts = {0};
        struct words why = {0};
        json_t *b = meta_with(rows[i].old, rows[i].new);
        assert_int_equal(fingerprint_differences(a, b, &doubts), 0);
        check(i, &doubts, rows[i].doubt);
        assert_int_equal(fingerprint_same_machine(a, b, &why),
                         !rows[i].machine);
        check(i, &why, rows[i].machine);
        words_free(&doubts);
        words_free(&why);
        json_decref(b);
    }
    json_decref(a);
}

static void the_sides_are_told_apart(void **state)
{
    json_t *clean = meta_with("a", "a");
    json_t *dirty = meta_with("false", "true");
    struct words said = {0};

    (void)state;
    assert_int_equal(fingerprint_differences(dirty, clean, &said), 0);
    assert_int_equal(fingerprint_differences(dirty, dirty, &said), 0);
    assert_int_equal(said.n, 3);
    assert_non_null(strstr(said.word[0], "the first was built"));
    assert_non_null(strstr(said.word[2], "the second was built"));
    /* what was said before counts for nothing */
    assert_true(fingerprint_same_machine(clean, dirty, &said));
    json_decref(clean);
    json_decref(dirty);
    words_free(&said);
}

/* Any value may be long; a sentence must not be, nor end within a character. */
static void long_values_are_cut(void **state)
{
    static const char *const old[] = {"X 1",     "gcc 12", "-O2",
                                      "CONFIG_", "4096",   "l1tf"};
    json_t *a = meta_with("a", "a");

    (void)state;
    for (size_t i = 0; i < LENGTH(old) * 4; i++) {
        struct words said = {0};
        char value[800];
        size_t at =
            (size_t)snprintf(value, sizeof(value), "%.*s", (int)(i % 4), "xxx");
        while (at < 700)
            at += (size_t)snprintf(value + at, sizeof(value) - at, "\u00b5");
        json_t *b = meta_with(old[i / 4], value);
        assert_int_equal(fingerprint_differences(a, b, &said), 0);
        for (size_t k = 0; k < said.n; k++) {
            json_t *text = json_string(said.word[k]);
            assert_non_null(text);
            assert_true(strlen(said.word[k]) < 200);
            json_decref(text);
        }
        words_free(&said);
        json_decref(b);
    }
    json_decref(a);
}

static void long_values_show_where_they_differ(void **state)
{
    json_t *a = meta_with("-O2", "-std=c11 -fno-common -pthread -Wall -Wextra "
                                 "-Wpedantic -Wshadow -Wundef -g -O2");
    json_t *b = meta_with("-O2", "-std=c11 -fno-common -pthread -Wall -Wextra "
                                 "-Wpedantic -Wshadow -Wundef -g -O3");
    struct words said = {0};

    (void)state;
    assert_int_equal(fingerprint_differences(a, b, &said), 0);
    assert_int_equal(said.n, 1);
    assert_string_equal(
        said.word[0],
        "the list of compiler flags differs: '...-O2' and '...-O3'");
    json_decref(a);
    json_decref(b);
    words_free(&said);
}

static void many_differences_are_counted(void **state)
{
    json_t *a = meta_with("a", "a");
    json_t *b = meta_with("a", "a");
    struct words said = {0};
    json_t *metas[] = {a, b};

    (void)state;
    for (int i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof(name), "net/x%d", i % 20);
        json_t *sysctl = json_object_get(
            json_object_get(metas[i / 20], "machine"), "sysctl");
        json_object_set_new(sysctl, name, json_string(i / 20 ? "1" : "2"));
    }
    assert_int_equal(fingerprint_differences(a, b, &said), 0);
    assert_int_equal(said.n, 1);
    assert_non_null(strstr(said.word[0], "net/x0 '2' and '1', net/x1"));
    assert_non_null(strstr(said.word[0], " more"));
    assert_true(strlen(said.word[0]) < 200);
    json_decref(a);
    json_decref(b);
    words_free(&said);
}

static void kernel_and_boot_are_told(void **state)
{
    json_t *meta = meta_with("a", "a");
    json_t *none = json_integer(1);

    (void)state;
    assert_string_equal(fingerprint_kernel(meta), "6.1");
    assert_string_equal(fingerprint_boot(meta), "b0");
    assert_string_equal(fingerprint_kernel(none), "");
    assert_string_equal(fingerprint_boot(NULL), "");
    json_decref(meta);
    json_decref(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_difference_is_one_sentence),
        cmocka_unit_test(the_sides_are_told_apart),
        cmocka_unit_test(long_values_are_cut),
        cmocka_unit_test(long_values_show_where_they_differ),
        cmocka_unit_test(many_differences_are_counted),
        cmocka_unit_test(kernel_and_boot_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/test/test.h"

#include "bench/runner/plan.h"
#include "bench/runner/suite.h"
#include "common/test/capture.h"
#include "common/test/scratch.h"
#include "common/units.h"

#include <stdlib.h>
#include <string.h>

static struct words servers;

static void what_is_wrong_is_told_with_file_and_line(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"[a]\nservers = epol\n",
         "s.ini:2: unknown server 'epol' (did you mean 'epoll'?)"},
        {"[a]\n\n# comment\nconections = 4\n",
         "s.ini:4: unknown key 'conections' (did you mean 'connections'?)"},
        {"[a]\nconnections = 4 x\n",
         "s.ini:2: connections: 'x' is not a whole number"},
        {"[a]\nconnections = 0\n", "s.ini:2: connections: 0 is out of range"},
        {"[a]\nconnections = 4 8 4\n",
         "s.ini:2: connections: '4' stands there twice"},
        {"[a]\nconnections =\n", "s.ini:2: connections: no value given"},
        {"[a]\nprotocol = htp\n", "s.ini:2: unknown protocol 'htp' (did you "
                                  "mean 'http'?); there are: echo, http"},
        {"[a]\nrate = 0%\n", "s.ini:2: rate: 0% is out of range (1% to 1000%)"},
        {"[a]\nrate = 50% 1001%\n", "s.ini:2: rate: 1001% is out of range"},
        {"[a]\nrate = 18446744073709551666%\n",
         "s.ini:2: rate: 18446744073709551666% is out of range"},
        {"[a]\nrate = 0\n",
         "s.ini:2: rate: 0 is out of range (1 to 1000000000)"},
        {"[a]\nrate = 1000000001\n", "s.ini:2: rate: 1000000001 is out of"},
        {"[a]\nrate = half\n", "s.ini:2: rate: 'half' is neither a whole "
                               "percentage like 50% nor a whole number"},
        {"[a]\nrate = 12.5%\n", "s.ini:2: rate: '12.5%' is neither"},
        {"[a]\nrate = -5%\n", "s.ini:2: rate: '-5%' is neither"},
        {"[a]\nrate = -5\n", "s.ini:2: rate: '-5' is neither"},
        {"[a]\nrate = %\n", "s.ini:2: rate: '%' is neither"},
        {"[a]\nrate = 50%%\n", "s.ini:2: rate: '50%%' is neither"},
        {"[a]\nrate = 50% 050%\n", "s.ini:2: rate: '50%' stands there twice"},
        {"[a]\nrequests_per_connection = 0\n",
         "s.ini:2: requests_per_connection: 0 is out of range"},
        {"[a]\nrequests_per_connection = 1 auto\n",
         "s.ini:2: requests_per_connection: 'auto' is not a whole number"},
        {"[a]\nidle = many\n", "s.ini:2: idle: 'many' is not a whole number"},
        {"[a]\nduration = 5\n", "s.ini:2: duration: '5' is not a duration"},
        {"[a]\nduration = 0s\n", "s.ini:2: duration: '0s' is out of range"},
        {"[a]\nrepeats = 0\n", "s.ini:2: repeats: '0' is out of range"},
        {"[a]\nkeep_awake = maybe\n",
         "s.ini:2: unknown keep_awake 'maybe'; there are: yes, no"},
        {"[a]\nserver_cpus = 1-\n",
         "s.ini:2: server_cpus: '1-' is not a list of CPUs"},
        {"[suite]\nrepeat = 3\n",
         "s.ini:2: [suite] has no key 'repeat' (did you mean 'repeats'?)"},
        {"repeats = 3\n", "s.ini:1: a key before the first [section]"},
        {"[a]\nnonsense\n", "s.ini:2: is neither a [section]"},
        {"[a\n", "s.ini:1: a section is [name]"},
        {"[b]\nrepeats = 1\n[b\nservers = epoll\n",
         "s.ini:3: a section is [name]"},
        {"[caf\xe9]\nrepeats = 1\n", "s.ini:1: a section is [name]"},
        {"[a23456789_123456789_123456789_123456789_x]\nrepeats = 1\n",
         "s.ini:1: a section is [name]"},
        {"[a]\nrepeats = 1\n[a]\n", "s.ini:3: section 'a' stands there twice"},
        {"[a]\n[b]\nrepeats = 1\n", "s.ini:2: section 'a' has no key"},
        {"[a]\nrepeats = 1\n[b]\n", "s.ini:3: section 'b' has no key"},
        {"[Suite]\nrepeats = 1\n",
         "s.ini:1: section 'Suite' (did you mean 'suite'?)"},
        {"[a]\nrepeats = 1\nrepeats = 2\n",
         "s.ini:3: key 'repeats' stands there twice"},
        {"[a]\nconnections = 1\nconnections = 2\n",
         "s.ini:3: key 'connections' stands there twice"},
        {"[a]\nconnections = 01 1\n",
         "s.ini:2: connections: '1' stands there twice"},
        {"[a]\nprotocol = echo\npayload = 8\n",
         "s.ini:1: [a]: an echo message has at least 16 bytes"},
        {"[suite]\nrepeats = 3\n", "s.ini: has no section to measure"},
        {"", "s.ini: has no section to measure"},
        {"[a]\ntool = wrk\nprotocol = echo\nduration = 1s\n",
         "s.ini:1: [a]: wrk speaks HTTP only"},
        {"[a]\ntool = wrk\nduration = 400ms\n",
         "s.ini:1: [a]: wrk takes whole seconds"},
        {"[a]\ntool = wrk\nduration = 1s\nrate = none 50%\n",
         "s.ini:1: [a]: wrk has no open loop"},
        {"[a]\ntool = loadgen wrk\nduration = 1s\n"
         "requests_per_connection = 1\n",
         "s.ini:1: [a]: wrk keeps its connections"},
        {"[a]\nfile_io = red\n",
         "s.ini:2: unknown file_io 'red' (did you mean 'read'?); there are: "
         "read, mmap, sendfile, splice, direct, aio"},
        {"[a]\nfile_bytes = 0\n",
         "s.ini:2: file_bytes: 0 is out of range (1 to 67108864)"},
        {"[a]\nfile_bytes = 1K\n",
         "s.ini:2: file_bytes: '1K' is not a whole number"},
        {"[a]\nfile_bytes = 1024\n",
         "s.ini:1: [a]: file_io and file_bytes go together"},
        {"[a]\nfile_io = mmap\n",
         "s.ini:1: [a]: file_io and file_bytes go together"},
        {"[a]\nfile_io = none mmap\nfile_bytes = 1024\n",
         "s.ini:1: [a]: file_io and file_bytes go together"},
        {"[a]\nprotocol = http echo\nfile_io = mmap\nfile_bytes = 1024\n",
         "s.ini:1: [a]: only HTTP serves files"},
        {"[a]\npayload = 5\nfile_io = mmap\nfile_bytes = 1024\n",
         "s.ini:1: [a]: a file is asked for with GET"},
        {"[a]\ntool = wrk\nduration = 1s\nidle = 5\n",
         "s.ini:1: [a]: wrk holds no idle connections"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct suite suite;
        char told[600];
        scratch_write("s.ini", cases[i].text);
        capture_begin();
        int result = suite_read("s.ini", &servers, &suite);
        capture_end(told, sizeof(told));
        suite_free(&suite);
        assert_int_equal(result, -1);
        if (!strstr(told, cases[i].message))
            fail_msg("case %zu: '%s' does not say '%s'", i, told,
                     cases[i].message);
        assert_ptr_equal(strchr(told, '\n'), told + strlen(told) - 1);
    }
}

static void overlong_lines_are_refused(void **state)
{
    struct suite suite;
    char told[600];
    char text[400];

    (void)state;
    snprintf(text, sizeof(text), "[a]\nconnections = %0300d\n", 1);
    scratch_write("s.ini", text);
    capture_begin();
    assert_int_equal(suite_read("s.ini", &servers, &suite), -1);
    capture_end(told, sizeof(told));
    suite_free(&suite);
    assert_non_null(strstr(told, "s.ini:2: the line is longer than 190"));
}

static void read_suite(const char *text, struct suite *suite)
{
    scratch_write("s.ini", text);
    assert_int_equal(suite_read("s.ini", &servers, suite), 0);
}

static void what_a_section_leaves_out_is_filled_in(void **state)
{
    struct suite suite;

    (void)state;
    read_suite("[suite]\nsummary = just a test\nrepeats = 4\nduration = 2s\n"
               "warmup = 0s\n[a]\nconnections = 1,2\n   64\n[b]\nrepeats = 7\n",
               &suite);
    assert_string_equal(suite.name, "s");
    assert_string_equal(suite.summary, "just a test");
    assert_int_equal(suite.sections, 2);
    assert_int_equal(suite.section[0].settings.repeats, 4);
    assert_int_equal(suite.section[1].settings.repeats, 7);
    assert_int_equal(suite.section[0].settings.duration_ns, 2 * NS_PER_S);
    assert_int_equal(suite.section[0].settings.warmup_ns, 0);
    assert_int_equal(suite.section[0].axis[AXIS_SERVER].n, 5);
    assert_int_equal(suite.section[0].axis[AXIS_CONNECTIONS].n, 3);
    assert_string_equal(suite.section[0].axis[AXIS_CONNECTIONS].word[2], "64");
    assert_string_equal(suite.section[1].axis[AXIS_TOOL].word[0], "loadgen");
    assert_string_equal(suite.section[1].axis[AXIS_RATE].word[0], "none");
    assert_string_equal(suite.section[1].axis[AXIS_IDLE].word[0], "0");
    suite_free(&suite);
}

static void a_written_suite_reads_back_to_the_same(void **state)
{
    struct suite first;
    struct suite second;
    char *text[2] = {NULL, NULL};
    size_t size;
    FILE *file;

    (void)state;
    read_suite(
        "[suite]\nsummary = s\n[a]\nconnections = 1 2 3 4 5 6 7 8 9 10 "
        "11 12\npayload = 64 1024\nrate = none 05% 2000\nidle = 0 9\n"
        "requests_per_connection = none 1\nwarmup = 0s\n[b]\ntool = wrk\n"
        "duration = 3s\nserver_cpus = 0,2,4,6,8,10,12,14,16,18,20,22 "
        "0,2,4,6,8,10,12,14,16,18,20,24 "
        "0,2,4,6,8,10,12,14,16,18,20,26\n   "
        "0,2,4,6,8,10,12,14,16,18,20,28 "
        "0,2,4,6,8,10,12,14,16,18,20,30\n",
        &first);
    file = open_memstream(&text[0], &size);
    assert_int_equal(suite_write(&first, file), 0);
    fclose(file);
    read_suite(text[0], &second);
    file = open_memstream(&text[1], &size);
    assert_int_equal(suite_write(&second, file), 0);
    fclose(file);
    assert_string_equal(text[0], text[1]);
    suite_free(&first);
    suite_free(&second);
    free(text[0]);
    free(text[1]);
}

static const char *axis_list(const struct suite *suite, size_t section,
                             enum axis axis)
{
    static char text[200];

    return words_join(&suite->section[section].axis[axis], " ", text,
                      sizeof(text));
}

static void narrowing_keeps_what_sections_have(void **state)
{
    struct suite suite;
    const struct narrowing narrowing = {
        .axis = {[AXIS_SERVER] = "epoll blocking", [AXIS_CONNECTIONS] = "64,1"},
        .repeats = 3,
    };

    (void)state;
    read_suite("[a]\nservers = poll epoll\nconnections = 1 16 64\n"
               "[b]\nservers = blocking\nconnections = 64\n"
               "[c]\nservers = select\n",
               &suite);
    assert_int_equal(suite_narrow(&suite, &narrowing, &servers), 0);
    assert_int_equal(suite.sections, 2);
    assert_string_equal(axis_list(&suite, 0, AXIS_SERVER), "epoll");
    assert_string_equal(axis_list(&suite, 0, AXIS_CONNECTIONS), "64 1");
    assert_string_equal(axis_list(&suite, 1, AXIS_SERVER), "blocking");
    assert_string_equal(axis_list(&suite, 1, AXIS_CONNECTIONS), "64");
    assert_int_equal(suite.section[0].settings.repeats, 3);
    suite_free(&suite);
}

static void narrowing_adds_what_no_section_has(void **state)
{
    struct suite suite;
    const struct narrowing narrowing = {
        .axis = {[AXIS_CONNECTIONS] = "64 1000"}, .duration_ns = 1500000000};

    (void)state;
    read_suite("[a]\nconnections = 1 64\n[b]\ntool = wrk\nconnections = 16\n",
               &suite);
    assert_int_equal(suite_narrow(&suite, &narrowing, &servers), 0);
    assert_string_equal(axis_list(&suite, 0, AXIS_CONNECTIONS), "64 1000");
    assert_string_equal(axis_list(&suite, 1, AXIS_CONNECTIONS), "1000");
    assert_int_equal(suite.section[0].settings.duration_ns, 1500 * NS_PER_MS);
    assert_int_equal(suite.section[1].settings.duration_ns, 2 * NS_PER_S);
    suite_free(&suite);
}

static void narrowing_to_nothing_is_an_error(void **state)
{
    static const struct {
        struct narrowing narrowing;
        const char *message;
    } cases[] = {
        {{.axis = {[AXIS_SERVER] = "epol"}},
         "--servers: unknown server 'epol' (did you mean 'epoll'?)"},
        {{.axis = {[AXIS_SERVER] = "epoll", [AXIS_TOOL] = "wrk"}},
         "nothing is left of suite 's'"},
        {{.axis = {[AXIS_SERVER] = "poll", [AXIS_PROTOCOL] = "echo"}},
         "s.ini:3: [b]: wrk speaks HTTP only"},
        {{.axis = {[AXIS_CONNECTIONS] = ""}}, "--connections: no value given"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct suite suite;
        char told[600];
        read_suite("[a]\nservers = epoll\n[b]\nservers = poll\ntool = wrk\n",
                   &suite);
        capture_begin();
        int result = suite_narrow(&suite, &cases[i].narrowing, &servers);
        capture_end(told, sizeof(told));
        suite_free(&suite);
        assert_int_equal(result, -1);
        assert_non_null(strstr(told, cases[i].message));
    }
}

static void a_round_holds_every_cell_once(void **state)
{
    struct suite suite;
    struct plan plan;
    size_t begin = 0;

    (void)state;
    read_suite("[suite]\nrepeats = 8\n[a]\nservers = poll epoll\nprotocol = "
               "echo http\nconnections = 1 16\n[b]\nservers = blocking\n"
               "repeats = 2\n",
               &suite);
    assert_int_equal(plan_make(&suite, 7, &plan), 0);
    assert_int_equal(plan.cells, 9);
    assert_int_equal(plan.trials, 8 * 8 + 2);
    assert_int_equal(plan.rounds, 8);
    for (size_t round = 0; round < plan.rounds; round++) {
        size_t seen[9] = {0};
        for (size_t i = begin; i < plan.round_end[round]; i++) {
            assert_int_equal(plan.trial[i].number, i);
            assert_true(plan.trial[i].repeat < plan.trial[i].cell->repeats);
            seen[plan.trial[i].cell - plan.cell]++;
        }
        for (size_t c = 0; c < 8; c++)
            assert_int_equal(seen[c], 1);
        assert_true(seen[8] <= 1);
        begin = plan.round_end[round];
    }
    plan_free(&plan);
    suite_free(&suite);
}

static void every_repeat_of_a_cell_runs_once(void **state)
{
    struct suite suite;
    struct plan plan;

    (void)state;
    read_suite("[a]\nservers = epoll\nrepeats = 7\n[b]\nservers = poll\n"
               "repeats = 3\n",
               &suite);
    assert_int_equal(plan_make(&suite, 1, &plan), 0);
    for (size_t c = 0; c < plan.cells; c++) {
        unsigned seen = 0;
        for (size_t i = 0; i < plan.trials; i++) {
            if (plan.trial[i].cell == &plan.cell[c])
                seen |= 1U << plan.trial[i].repeat;
        }
        assert_int_equal(seen, (1U << plan.cell[c].repeats) - 1);
    }
    plan_free(&plan);
    suite_free(&suite);
}

static bool same_order(const struct plan *a, const struct plan *b)
{
    for (size_t i = 0; i < a->trials; i++) {
        if (a->trial[i].cell - a->cell != b->trial[i].cell - b->cell)
            return false;
    }
    return true;
}

static void the_seed_alone_decides_the_order(void **state)
{
    struct suite suite;
    struct plan plan[3];

    (void)state;
    read_suite("[a]\nconnections = 1 2 4 8 16 32\nrepeats = 3\n", &suite);
    assert_int_equal(plan_make(&suite, 7, &plan[0]), 0);
    assert_int_equal(plan_make(&suite, 7, &plan[1]), 0);
    assert_int_equal(plan_make(&suite, 8, &plan[2]), 0);
    assert_true(same_order(&plan[0], &plan[1]));
    assert_false(same_order(&plan[0], &plan[2]));
    for (size_t i = 0; i < 3; i++)
        plan_free(&plan[i]);
    suite_free(&suite);
}

static void what_shares_are_of_is_measured_first(void **state)
{
    struct suite suite;
    struct plan plan;

    (void)state;
    read_suite("[suite]\nrepeats = 5\n[a]\nservers = poll epoll\n"
               "connections = 4 8\nrate = none 25% 50% 1000\n",
               &suite);
    assert_int_equal(plan_make(&suite, 7, &plan), 0);
    assert_int_equal(plan.cells, 2 * 2 * 4 + 2 * 2);
    assert_int_equal(plan.rounds, 3 + 5);
    assert_int_equal(plan.calibration_rounds, 3);
    assert_int_equal(plan.trials, 12 + 5 * 16);
    for (size_t i = 0; i < plan.trials; i++) {
        const struct cell *cell = plan.trial[i].cell;
        assert_int_equal(cell->calibrates, i < 12);
        if (cell->calibrates)
            assert_string_equal(cell->axis[AXIS_RATE], "none");
        assert_int_equal(cell->offered.per_s,
                         cell_is(cell, AXIS_RATE, "1000") ? 1000 : 0);
    }
    assert_int_equal(plan.round_end[2], 12);
    plan_free(&plan);
    suite_free(&suite);
}

static void cells_are_told_with_their_load(void **state)
{
    struct suite suite;
    struct plan plan;
    char text[100];

    (void)state;
    read_suite("[a]\nservers = epoll\nconnections = 4\nidle = 9\n"
               "requests_per_connection = 2\nrate = 050%\n",
               &suite);
    assert_int_equal(plan_make(&suite, 7, &plan), 0);
    assert_string_equal(cell_describe(&plan.cell[0], text, sizeof(text)),
                        "epoll http c=4 idle=9 requests_per_connection=2 "
                        "rate=50%");
    json_t *record = json_object();
    cell_add_axes(&plan.cell[0], record);
    assert_string_equal(json_string_value(json_object_get(record, "rate")),
                        "50%");
    assert_int_equal(json_integer_value(json_object_get(record, "idle")), 9);
    json_decref(record);
    plan_free(&plan);
    suite_free(&suite);
}

static void cells_ask_for_their_file(void **state)
{
    struct suite suite;
    struct plan plan;
    char text[100];

    (void)state;
    read_suite("[a]\nservers = epoll\nfile_io = mmap aio\n"
               "file_bytes = 1024 067108864\n[b]\nservers = epoll\n",
               &suite);
    assert_int_equal(plan_make(&suite, 7, &plan), 0);
    assert_int_equal(plan.cells, 5);
    assert_string_equal(cell_describe(&plan.cell[3], text, sizeof(text)),
                        "epoll http c=1 file_io=aio file_bytes=67108864");
    assert_true(cell_has_file(&plan.cell[3]));
    assert_string_equal(cell_path(&plan.cell[3], text, sizeof(text)),
                        "/67108864.bin");
    assert_false(cell_has_file(&plan.cell[4]));
    assert_string_equal(cell_path(&plan.cell[4], text, sizeof(text)), "/");
    json_t *record = json_object();
    cell_add_axes(&plan.cell[0], record);
    assert_string_equal(json_string_value(json_object_get(record, "file_io")),
                        "mmap");
    assert_int_equal(json_integer_value(json_object_get(record, "file_bytes")),
                     1024);
    cell_add_axes(&plan.cell[4], record);
    assert_true(json_is_null(json_object_get(record, "file_io")));
    assert_true(json_is_null(json_object_get(record, "file_bytes")));
    assert_string_equal(axis_text(AXIS_FILE_IO, NULL, text, sizeof(text)),
                        "none");
    assert_string_equal(axis_text(AXIS_FILE_BYTES, NULL, text, sizeof(text)),
                        "none");
    json_decref(record);
    plan_free(&plan);
    suite_free(&suite);
}

static void choices_have_an_order(void **state)
{
    (void)state;
    assert_int_equal(axis_choice(AXIS_FILE_IO, "read"), 0);
    assert_int_equal(axis_choice(AXIS_FILE_IO, "aio"), 5);
    assert_int_equal(axis_choice(AXIS_FILE_IO, "none"), 6);
    assert_int_equal(axis_choice(AXIS_FILE_IO, "rea"), 6);
    assert_int_equal(axis_choice(AXIS_CONNECTIONS, "1"), 0);
}

static void a_cell_of_two_sections_is_measured_once(void **state)
{
    struct suite suite;
    struct plan plan;

    (void)state;
    read_suite("[a]\nservers = epoll\nprotocol = echo\n"
               "[b]\nservers = epoll poll\nprotocol = echo\npayload = 64\n",
               &suite);
    assert_int_equal(plan_make(&suite, 7, &plan), 0);
    assert_int_equal(plan.cells, 2);
    plan_free(&plan);
    suite_free(&suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_with_file_and_line),
        cmocka_unit_test(overlong_lines_are_refused),
        cmocka_unit_test(what_a_section_leaves_out_is_filled_in),
        cmocka_unit_test(a_written_suite_reads_back_to_the_same),
        cmocka_unit_test(narrowing_keeps_what_sections_have),
        cmocka_unit_test(narrowing_adds_what_no_section_has),
        cmocka_unit_test(narrowing_to_nothing_is_an_error),
        cmocka_unit_test(a_round_holds_every_cell_once),
        cmocka_unit_test(every_repeat_of_a_cell_runs_once),
        cmocka_unit_test(the_seed_alone_decides_the_order),
        cmocka_unit_test(what_shares_are_of_is_measured_first),
        cmocka_unit_test(cells_are_told_with_their_load),
        cmocka_unit_test(cells_ask_for_their_file),
        cmocka_unit_test(choices_have_an_order),
        cmocka_unit_test(a_cell_of_two_sections_is_measured_once),
    };

    if (words_split(&servers, "blocking threaded select poll epoll", " ") != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
    words_free(&servers);
    return failed;
}

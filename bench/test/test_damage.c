#include "common/test/test.h"

#include "bench/report/percentiles.h"
#include "bench/report/summary.h"
#include "bench/report/tables.h"
#include "bench/runner/run_dir.h"
#include "common/test/capture.h"
#include "common/test/scratch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char meta[] = "{'schema':1,'suite':'tiny','seed':7,'machine':{"
                           "'kernel':{'release':'6.1'},'cpu':{'model':'X'}}}";

static const char good[] =
    "{'schema':1,'trial':%d,'suite':'tiny','repeat':0,'retry':0,"
    "'server':'epoll','protocol':'http','tool':'loadgen','engine':'epoll',"
    "'connections':4,'payload_bytes':0,'pipeline':1,'workers':null,"
    "'server_cpus':'0','client_cpus':'1','placement':'apart',"
    "'keep_awake':true,'started':'2026','status':'ok','reason':null,"
    "'foreign_cpu_share':0.01,'steal_share':0,'noisy':false,"
    "'histogram':'h.hgrm','result':{'requests':1000,'requests_per_s':100.5,"
    "'connections_served':4,'verdict':'ok','errors':{'total':0},"
    "'latency_ns':{'service':{'p50':5000,'p99':9000}},"
    "'total':{'cpu_us_per_request':7.5},'server':{'cpu_us_per_request':3},"
    "'client':{'cpu_us_per_request':4.5}}}\n";

/* ' stands for ". */
static void quote(char *text)
{
    for (; (text = strchr(text, '\'')); text++)
        *text = '"';
}

static size_t add_good(char *text, size_t size, int trial)
{
    int length = snprintf(text, size, good, trial);

    quote(text);
    return (size_t)length;
}

/* Appends the good record of `trial` with `old` replaced, which must be there;
 * or `new` as the whole line when `old` is NULL. */
static size_t add_changed(char *text, size_t size, int trial, const char *old,
                          const char *new)
{
    char record[2000];
    const char *at = record;

    snprintf(record, sizeof(record), good, trial);
    if (old)
        at = strstr(record, old);
    assert_non_null(at);
    if (old)
        snprintf(text, size, "%.*s%s%s", (int)(at - record), record, new,
                 at + strlen(old));
    else
        snprintf(text, size, "%s\n", new);
    quote(text);
    return strlen(text);
}

static void write_meta(const char *text)
{
    char quoted[1000];

    mkdir("run", 0777);
    snprintf(quoted, sizeof(quoted), "%s", text);
    quote(quoted);
    scratch_write("run/meta.json", quoted);
}

/* Reads the run as a report does; what is told goes to `told`. */
static int read_run(struct summary *summary, char *told, size_t size)
{
    capture_begin();
    int result = summary_read("run", summary);
    capture_end(told, size);
    return result;
}

/* What stands between two good records, and what must be said of it. */
static const struct {
    const char *old;
    const char *new;
    const char *fault;
} lines[] = {
    {NULL, "", "is no record ("},
    {NULL, "{'schema':1", "is no record ("},
    {NULL, "\x7f\x45\x4c\x46\x01\xff\xfe", "is no record ("},
    {NULL, "[]", "is no record (not an object)"},
    {NULL, "7", "is no record ("},
    {NULL, "{}", "has no schema"},
    {NULL, "{'schema':1}", "trial is missing"},
    {"'schema':1", "'schema':'1'", "has no schema"},
    {"'schema':1", "'schema':-1", "has no schema"},
    {"'schema':1", "'schema':2", "newer schema 2; this muxbench knows up to 1"},
    {"'tiny'", "'other'", "is of another suite, 'other' and not 'tiny'"},
    {"'tiny'", "'t\xc3\xaf\x01'", "is no record ("},
    {"'tiny'", "'t\xc3\xaf'", "is of another suite, 't?\?' and not 'tiny'"},
    {"'tiny'", "7", "suite is no text"},
    {"'trial':2", "'trial':1", "tells of trial 1/0 (trial/retry) again"},
    {"'trial':2", "'trial':-2", "trial is negative"},
    {"'trial':2", "'trial':null", "trial is missing"},
    {"'retry':0", "'retry':1.5", "retry is no whole number"},
    {"'server':'epoll',", "", "server is missing"},
    {"'server':'epoll'", "'server':['epoll']", "server is no text"},
    {"'server':'epoll'", "'server':'a\\tb'", "server holds control characters"},
    {"'protocol':'http',", "", "protocol is missing"},
    {"'tool':'loadgen',", "", "tool is missing"},
    {"'engine':'epoll'", "'engine':{}", "engine is no text"},
    {"'connections':4,", "", "connections is missing"},
    {"'connections':4", "'connections':'4'", "connections is no whole number"},
    {"'connections':4", "'connections':-4", "connections is negative"},
    {"'connections':4", "'connections':4294967296",
     "connections is impossibly large"},
    {"'connections':4", "'connections':99999999999999999999", "is no record ("},
    {"'payload_bytes':0", "'payload_bytes':true",
     "payload_bytes is no whole number"},
    {"'keep_awake':true", "'keep_awake':1",
     "keep_awake is neither true nor false"},
    {"'status':'ok'", "'status':'fine'",
     "has a status that is neither ok, failed nor skipped"},
    {"'status':'ok',", "", "status is missing"},
    {"'reason':null", "'reason':7", "reason is no text"},
    {"'result':{", "'result':null,'other':{", "is ok, but has no result"},
    {"'result':{", "'result':[],'other':{", "result is no object"},
    {"100.5", "'100.5'", "result.requests_per_s is no number"},
    {"100.5", "-1", "result.requests_per_s is negative"},
    {"100.5", "1e300", "result.requests_per_s is impossibly large"},
    {"100.5", "1e999", "is no record ("},
    {"100.5", "NaN", "is no record ("},
    {"100.5", "-Infinity", "is no record ("},
    {"'errors':{'total':0}", "'errors':3", "result.errors is no object"},
    {"'total':0", "'total':'none'", "result.errors.total is no number"},
    {"'service':{", "'service':7,'other':{",
     "result.latency_ns.service is no object"},
    {"9000", "-9000", "result.latency_ns.service.p99 is negative"},
    {"7.5", "[]", "result.total.cpu_us_per_request is no number"},
    {"0.01", "'much'", "foreign_cpu_share is no number"},
    {"'h.hgrm'", "5", "histogram is no text"},
    {"'pipeline':1,", "'pipeline':1,'rate':[],", "rate is no text"},
    {"'pipeline':1,", "'pipeline':1,'rate':-1,", "rate is negative"},
    {"'pipeline':1,", "'pipeline':1,'rate':1.5,", "rate is no text"},
    {"'pipeline':1,", "'pipeline':1,'rate':'5%\\n',",
     "rate holds control characters"},
    {"'pipeline':1,", "'pipeline':1,'rate_per_s':'9',",
     "rate_per_s is no whole number"},
    {"'pipeline':1,", "'pipeline':1,'rate_of':7,", "rate_of is no object"},
    {"'pipeline':1,", "'pipeline':1,'rate_of':{'requests_per_s':-1},",
     "rate_of.requests_per_s is negative"},
    {"'pipeline':1,", "'pipeline':1,'idle':-1,", "idle is negative"},
    {"'pipeline':1,", "'pipeline':1,'requests_per_connection':'1',",
     "requests_per_connection is no whole number"},
    {"'pipeline':1,", "'pipeline':1,'file_io':1,", "file_io is no text"},
    {"'pipeline':1,", "'pipeline':1,'file_bytes':'1',",
     "file_bytes is no whole number"},
    {"100.5", "100.5,'bytes_per_s':-1", "result.bytes_per_s is negative"},
    {"7.5", "7.5,'cpu_s_per_gib':'x'",
     "result.total.cpu_s_per_gib is no number"},
    {"'pipeline':1,", "'pipeline':1,'calibration':1,",
     "calibration is neither true nor false"},
    {"'service':{", "'response':{'p99':'x'},'service':{",
     "result.latency_ns.response.p99 is no number"},
    {"'service':{", "'connect':{'p50':-1},'service':{",
     "result.latency_ns.connect.p50 is negative"},
};

static void a_bad_line_is_named_and_the_rest_is_used(void **state)
{
    (void)state;
    write_meta(meta);
    for (size_t i = 0; i < LENGTH(lines); i++) {
        char text[6000];
        char told[2000];
        char expected[300];
        struct summary summary;
        size_t at = add_good(text, sizeof(text), 1);
        at += add_changed(text + at, sizeof(text) - at, 2, lines[i].old,
                          lines[i].new);
        add_good(text + at, sizeof(text) - at, 3);
        scratch_write("run/trials.jsonl", text);
        int result = read_run(&summary, told, sizeof(told));
        snprintf(expected, sizeof(expected), "run/trials.jsonl:2: %s",
                 lines[i].fault);
        if (result != 0 || !strstr(told, expected) ||
            !strstr(told, "; left out\n") || summary.cells != 1 ||
            summary.cell[0].ok != 2 || summary.faults.n != 1)
            fail_msg("line %zu: result %d, %zu cells, told '%s' instead of "
                     "'%s'",
                     i, result, summary.cells, told, expected);
        summary_free(&summary);
    }
}

/* What one muxbench leaves null another may tell; null is no damage. */
static void what_may_be_null_is_no_damage(void **state)
{
    static const char *const fields[][2] = {
        {"'engine':'epoll'", "'engine':null"},
        {"'pipeline':1,", "'pipeline':1,'rate':null,'rate_of':null,"},
        {"'payload_bytes':0,", ""},
        {"'keep_awake':true", "'keep_awake':null"},
        {"'suite':'tiny',", ""},
        {"'histogram':'h.hgrm',", ""},
        {"'connections_served':4", "'connections_served':null"},
        {"{'service':{'p50':5000,'p99':9000}}", "null"},
        {"'server':{'cpu_us_per_request':3}", "'server':null"},
        {"'status':'ok'", "'status':'failed'"},
        /* a server may have put them there */
        {"'reason':null", "'reason':'\\u0007\\n\\tbeep'"},
    };

    (void)state;
    write_meta(meta);
    for (size_t i = 0; i < LENGTH(fields); i++) {
        char text[2000];
        char told[2000];
        struct summary summary;
        add_changed(text, sizeof(text), 1, fields[i][0], fields[i][1]);
        scratch_write("run/trials.jsonl", text);
        int result = read_run(&summary, told, sizeof(told));
        if (result != 0 || told[0] || summary.cells != 1)
            fail_msg("row %zu: %zu cells, told '%s'", i, summary.cells, told);
        summary_free(&summary);
    }
}

/* meta.json says which suite it is, or else the first record. */
static void strangers_are_found(void **state)
{
    static const struct {
        const char *meta;
        int stranger; /* of three */
        const char *fault;
    } rows[] = {
        {meta, 1, "trials.jsonl:1: is of another suite, 'other'"},
        {meta, 3, "trials.jsonl:3: is of another suite, 'other'"},
        {"{'schema':1}", 2, "trials.jsonl:2: is of another suite, 'other'"},
        {"", 3, "trials.jsonl:3: is of another suite, 'other'"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[6000];
        char told[2000];
        struct summary summary;
        size_t at = 0;
        write_meta(rows[i].meta);
        for (int k = 1; k <= 3; k++)
            at += add_changed(text + at, sizeof(text) - at, k, "'tiny'",
                              k == rows[i].stranger ? "'other'" : "'tiny'");
        scratch_write("run/trials.jsonl", text);
        assert_int_equal(read_run(&summary, told, sizeof(told)), 0);
        if (!strstr(told, rows[i].fault) || summary.cell[0].ok != 2)
            fail_msg("row %zu: told '%s'", i, told);
        summary_free(&summary);
    }
}

static void a_bad_meta_json_costs_only_itself(void **state)
{
    static const struct {
        const char *text;  /* NULL: there is none */
        const char *fault; /* NULL: none */
        bool refused;
    } rows[] = {
        {NULL, "run/meta.json: No such file", false},
        {"", "run/meta.json:1: ", false},
        {"{'schema':1,'machine':{'ker", "run/meta.json:1: ", false},
        {"\x01\x02\xff", "run/meta.json:1: ", false},
        {"[]", "run/meta.json:1: has no schema", false},
        {"{}", "run/meta.json:1: has no schema", false},
        {"{'schema':'1'}", "run/meta.json:1: has no schema", false},
        {"{'schema':2}", "run/meta.json:1: newer schema 2", true},
        {"{'schema':1,'suite':[],'machine':7}", NULL, false},
        {"{'schema':1,'machine':{'kernel':{'release':6},'cpu':[]}}", NULL,
         false},
    };
    char text[2000];

    (void)state;
    add_good(text, sizeof(text), 1);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char told[2000];
        char title[200];
        struct summary summary;
        write_meta(rows[i].text ? rows[i].text : "");
        scratch_write("run/trials.jsonl", text);
        if (!rows[i].text)
            assert_int_equal(unlink("run/meta.json"), 0);
        int result = read_run(&summary, told, sizeof(told));
        if (result != (rows[i].refused ? -1 : 0) ||
            (rows[i].fault ? !strstr(told, rows[i].fault) : told[0] != '\0'))
            fail_msg("row %zu: result %d, told '%s'", i, result, told);
        if (!rows[i].refused)
            assert_string_equal(
                tables_title(&summary, "run", title, sizeof(title)),
                "run, kernel unknown, unknown");
        summary_free(&summary);
        /* what --resume needs must be whole */
        capture_begin();
        json_t *strict = run_dir_read_meta("run");
        capture_end(told, sizeof(told));
        assert_int_equal(strict == NULL, rows[i].fault != NULL);
        json_decref(strict);
    }
}

static void what_is_no_file_is_refused(void **state)
{
    char told[2000];
    struct summary summary;

    (void)state;
    write_meta(meta);
    unlink("run/trials.jsonl");
    assert_int_equal(read_run(&summary, told, sizeof(told)), -1);
    assert_non_null(strstr(told, "run: holds no run (trials.jsonl: No such"));
    summary_free(&summary);
    assert_int_equal(mkfifo("run/trials.jsonl", 0600), 0);
    assert_int_equal(read_run(&summary, told, sizeof(told)), -1);
    assert_non_null(strstr(told, "run: holds no run (trials.jsonl: Invalid"));
    summary_free(&summary);
    unlink("run/trials.jsonl");
    assert_int_equal(mkdir("run/trials.jsonl", 0777), 0);
    assert_int_equal(read_run(&summary, told, sizeof(told)), -1);
    assert_non_null(strstr(told, "run: holds no run (trials.jsonl: Is a dir"));
    summary_free(&summary);
    assert_int_equal(rmdir("run/trials.jsonl"), 0);
}

/* A hundred MB of NUL, which a file system may leave after a crash. */
static void a_huge_line_is_left_out(void **state)
{
    char text[2000];
    char told[2000];
    struct summary summary;
    off_t whole;

    (void)state;
    write_meta(meta);
    add_good(text, sizeof(text), 1);
    scratch_write("run/trials.jsonl", text);
    const off_t hole = (off_t)strlen(text) + 100000000;
    assert_int_equal(truncate("run/trials.jsonl", hole), 0);
    FILE *file = fopen("run/trials.jsonl", "a");
    assert_non_null(file);
    add_good(text, sizeof(text), 2);
    assert_true(fprintf(file, "\n%s", text) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(read_run(&summary, told, sizeof(told)), 0);
    assert_int_equal(summary.cell[0].ok, 2);
    assert_non_null(strstr(told, "trials.jsonl:2: is no record: longer than"));
    summary_free(&summary);
    capture_begin();
    json_decref(run_dir_read_trials("run", &whole));
    capture_end(told, sizeof(told));
    assert_int_equal(whole, hole + 1 + (off_t)strlen(text));
}

/* Text after a NUL must not pass for the end of the line. */
static void a_nul_within_a_line_is_damage(void **state)
{
    char text[6000];
    char told[2000];
    struct summary summary;

    (void)state;
    write_meta(meta);
    size_t first = add_good(text, sizeof(text), 1);
    size_t second = add_good(text + first, sizeof(text) - first, 2);
    text[first - 1] = '\0';
    FILE *file = fopen("run/trials.jsonl", "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, first + second, file), first + second);
    add_good(text, sizeof(text), 3);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(read_run(&summary, told, sizeof(told)), 0);
    assert_non_null(strstr(told, "run/trials.jsonl:1: is no record ("));
    assert_int_equal(summary.cell[0].ok, 1);
    summary_free(&summary);
}

static void a_file_of_garbage_is_told_in_few_words(void **state)
{
    char told[9000];
    char *text = malloc(100001);
    size_t newlines = 0;
    struct summary summary;

    (void)state;
    assert_non_null(text);
    memset(text, '\n', 100000);
    text[100000] = '\0';
    write_meta(meta);
    scratch_write("run/trials.jsonl", text);
    free(text);
    assert_int_equal(read_run(&summary, told, sizeof(told)), 0);
    for (const char *at = told; (at = strchr(at, '\n')); at++)
        newlines++;
    assert_int_equal(newlines, 11);
    assert_non_null(strstr(told, "99990 more lines are left out"));
    assert_int_equal(summary.cells, 0);
    summary_free(&summary);
}

/* Whatever one byte becomes: the other lines are there, and tables are made. */
static void any_byte_may_change(void **state)
{
    enum { LINES = 4 };
    char text[LINES * 1500];
    char told[4000];
    size_t length = 0;
    FILE *nowhere = fopen("/dev/null", "w");

    (void)state;
    assert_non_null(nowhere);
    write_meta(meta);
    for (int i = 0; i < LINES; i++)
        length += add_good(text + length, sizeof(text) - length, i);
    for (size_t i = 0; i < length; i += 3) {
        static const char bytes[] = "\x01\n\"9-{]\xc3n";
        char was = text[i];
        struct summary summary;
        text[i] = bytes[i % (sizeof(bytes) - 1)];
        scratch_write("run/trials.jsonl", text);
        assert_int_equal(read_run(&summary, told, sizeof(told)), 0);
        assert_true(json_array_size(summary.trials) >= LINES - 2);
        assert_true(json_array_size(summary.trials) == LINES ||
                    summary.faults.n > 0);
        tables_print(&summary, nowhere);
        capture_begin(); /* there are no histograms */
        int written = tables_write(&summary, "run");
        capture_end(told, sizeof(told));
        assert_int_equal(written, 0);
        summary_free(&summary);
        text[i] = was;
    }
    fclose(nowhere);
}

static void bad_histograms_are_left_out(void **state)
{
    static const char *const texts[] = {
        "",
        "garbage\n\x01\xff\n",
        "1.0 0.0 1 1.0\n2.0 0.5 500 2.0\n",
        "nan 0.0 1 1.0\n3.0 1.0 1000 inf\n",
        "inf 1.0 1000 inf\n",
        "-1.0 0.0 1 1.0\n3.0 1.0 1000 inf\n",
    };
    char text[2000];
    char told[2000];

    (void)state;
    write_meta(meta);
    add_good(text, sizeof(text), 1);
    scratch_write("run/trials.jsonl", text);
    for (size_t i = 0; i < LENGTH(texts) + 1; i++) {
        struct summary summary;
        struct charted charted[LOADS];
        char *table = NULL;
        size_t size;
        unlink("run/h.hgrm");
        if (i < LENGTH(texts))
            scratch_write("run/h.hgrm", texts[i]);
        else
            assert_int_equal(mkfifo("run/h.hgrm", 0600), 0);
        assert_int_equal(read_run(&summary, told, sizeof(told)), 0);
        FILE *file = open_memstream(&table, &size);
        capture_begin();
        assert_int_equal(charted_collect(&summary, 1, false, charted), 0);
        assert_int_equal(percentiles_write(&charted[LOAD_CLOSED], file), 0);
        charted_free(charted);
        capture_end(told, sizeof(told));
        fclose(file);
        if (!strstr(told, "run/h.hgrm: no histogram") || strstr(table, "epoll"))
            fail_msg("histogram %zu: told '%s', wrote '%s'", i, told, table);
        free(table);
        summary_free(&summary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_line_is_named_and_the_rest_is_used),
        cmocka_unit_test(what_may_be_null_is_no_damage),
        cmocka_unit_test(strangers_are_found),
        cmocka_unit_test(a_bad_meta_json_costs_only_itself),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(a_huge_line_is_left_out),
        cmocka_unit_test(a_nul_within_a_line_is_damage),
        cmocka_unit_test(a_file_of_garbage_is_told_in_few_words),
        cmocka_unit_test(any_byte_may_change),
        cmocka_unit_test(bad_histograms_are_left_out),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}

/* Logs of histograms: written, read back, and damaged in every way that comes
 * to mind. */
#include "common/test/test.h"

#include "loadgen/outputs/base64.h"
#include "loadgen/outputs/hlog.h"
#include "loadgen/outputs/packed.h"

#include "common/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void base64_is_that_of_the_rfc(void **state)
{
    static const struct {
        const char *bytes;
        const char *text;
    } cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfb", "//77"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        size_t n = strlen(cases[i].bytes);
        char text[16];
        uint8_t bytes[16];
        base64_encode((const uint8_t *)cases[i].bytes, n, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(strlen(text), base64_length(n));
        assert_int_equal(base64_decode(text, strlen(text), bytes), n);
        assert_memory_equal(bytes, cases[i].bytes, n);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    static const char *const bad[] = {
        "Z",    "Zg",       "Zg=",      "Zg=a",     "=g==",     "Z===",
        "====", "Zm9vZg=a", "Zg==Zm9v", "Zm 9vYmF", "Zm9-Zm9v", "Zm9\xffZm9v",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(bad); i++) {
        uint8_t bytes[16];
        if (base64_decode(bad[i], strlen(bad[i]), bytes) != -EBADMSG)
            fail_msg("'%s' is taken", bad[i]);
    }
    uint8_t bytes[16];
    assert_int_equal(base64_decode("Zm9\0", 4, bytes), -EBADMSG);
}

/* Each a list of values that ends with 0, which counts, too. */
static const uint64_t values[][8] = {
    {0},
    {1, 0},
    {2047, 2048, 2049, 0},
    {1000, 1000, 1000, 5000000, 0},
    {HISTOGRAM_HIGHEST_NS, 1, 0},
    {41000000, 41000000, 43000000, 700, 0},
};

static void fill(struct histogram *histogram, const uint64_t *list)
{
    histogram_clear(histogram);
    do
        histogram_record(histogram, *list);
    while (*list++);
}

/* As exact as the counters are. */
static void assert_same(const struct histogram *a, const struct histogram *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->counts, b->counts, sizeof(a->counts));
    if (a->count == 0)
        return;
    assert_int_equal(histogram_index(a->min_ns), histogram_index(b->min_ns));
    assert_int_equal(histogram_index(a->max_ns), histogram_index(b->max_ns));
    double mean = histogram_mean(a);
    assert_true(histogram_mean(b) >= mean * 0.999 - 1 &&
                histogram_mean(b) <= mean * 1.001 + 1);
}

static void a_histogram_survives_packing(void **state)
{
    static struct histogram histogram;
    static struct histogram back;

    (void)state;
    for (size_t i = 0; i <= LENGTH(values); i++) {
        if (i < LENGTH(values))
            fill(&histogram, values[i]);
        else
            histogram_clear(&histogram);
        char *text = packed_from_histogram(&histogram);
        assert_non_null(text);
        assert_memory_equal(text, "HISTFAAAA", 9);
        assert_int_equal(packed_to_histogram(text, strlen(text), &back), 0);
        assert_same(&histogram, &back);
        free(text);
    }
}

/* Counts of every length in bytes. */
static void large_counts_survive(void **state)
{
    static struct histogram histogram;
    static struct histogram back;

    (void)state;
    histogram_clear(&histogram);
    histogram_record(&histogram, 0);
    for (unsigned i = 0; i < 63; i++) {
        histogram.counts[0] = UINT64_C(1) << i;
        histogram.count = UINT64_C(1) << i;
        char *text = packed_from_histogram(&histogram);
        assert_int_equal(packed_to_histogram(text, strlen(text), &back), 0);
        assert_int_equal(back.counts[0], UINT64_C(1) << i);
        free(text);
    }
}

/* As much as there can be, and hard to compress. */
static void a_full_histogram_survives(void **state)
{
    static struct histogram histogram;
    static struct histogram back;
    uint64_t random = 88172645463325252;

    (void)state;
    histogram_clear(&histogram);
    histogram_record(&histogram, 0);
    histogram_record(&histogram, HISTOGRAM_HIGHEST_NS);
    for (size_t i = 0; i < histogram_index(HISTOGRAM_HIGHEST_NS); i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const uint64_t more = 1 + random % 100;
        histogram.counts[i] += more;
        histogram.count += more;
    }
    char *text = packed_from_histogram(&histogram);
    assert_non_null(text);
    assert_int_equal(packed_to_histogram(text, strlen(text), &back), 0);
    assert_int_equal(histogram.count, back.count);
    assert_memory_equal(histogram.counts, back.counts,
                        sizeof(histogram.counts));
    free(text);
}

static void counts_beyond_measure_are_refused(void **state)
{
    static struct histogram histogram;

    (void)state;
    fill(&histogram, values[1]);
    /* Their number is beyond 64 bits, or only their sum. */
    const uint64_t counts[][3] = {{INT64_MAX, INT64_MAX, 2},
                                  {0, INT64_MAX, INT64_MAX / 2 + 2},
                                  {0, 0, INT64_MAX}};
    for (size_t i = 0; i < LENGTH(counts); i++) {
        memcpy(histogram.counts, counts[i], sizeof(counts[i]));
        histogram.max_ns = 2;
        histogram.count = 1;
        char *text = packed_from_histogram(&histogram);
        int error = packed_to_histogram(text, strlen(text), &histogram);
        assert_int_equal(error, i < 2 ? -EBADMSG : 0);
        free(text);
    }
}

/* Written by another implementation, hdr-histogram-js 3.0.0. */
static void what_others_pack_is_read(void **state)
{
    static const char text[] =
        "HISTFAAAADZ4nJNpmSzMwMAAwowMDAzMDBDAyMDA7GawYwEDjM/ExMD0VZ6JZX8fI1tj"
        "KNP5NiYmAK4DB9Y=";
    static const uint64_t list[] = {
        1,       3,       2047,    2048,     2049,
        1000000, 1000000, 1000000, 41000000, HISTOGRAM_HIGHEST_NS,
        0};
    static struct histogram histogram;
    static struct histogram back;

    (void)state;
    fill(&histogram, list);
    assert_int_equal(packed_to_histogram(text, strlen(text), &back), 0);
    assert_same(&histogram, &back);
}

/* A log of two intervals and two tags; the caller frees it. */
static char *made_log(size_t *size)
{
    static struct histogram histogram;
    char *text = NULL;
    FILE *file = open_memstream(&text, size);

    assert_non_null(file);
    assert_int_equal(hlog_begin(file, 1700000000 * NS_PER_S), 0);
    for (size_t i = 0; i < 4; i++) {
        fill(&histogram, values[i + 1]);
        assert_int_equal(hlog_write(file, i % 2 ? "connect" : "service",
                                    i / 2 * 250 * NS_PER_MS, 250 * NS_PER_MS,
                                    &histogram),
                         0);
    }
    assert_int_equal(fclose(file), 0);
    return text;
}

struct seen {
    size_t n;
    int answer;
};

static int check_entry(void *whom, const struct hlog_entry *entry)
{
    static struct histogram histogram;
    struct seen *seen = whom;
    size_t i = seen->n++;

    assert_string_equal(entry->tag, i % 2 ? "connect" : "service");
    assert_int_equal(entry->start_ns, i / 2 * 250 * NS_PER_MS);
    assert_int_equal(entry->length_ns, 250 * NS_PER_MS);
    fill(&histogram, values[i + 1]);
    assert_same(&histogram, &entry->histogram);
    return seen->answer;
}

static int count_entry(void *whom, const struct hlog_entry *entry)
{
    struct seen *seen = whom;

    (void)entry;
    seen->n++;
    return 0;
}

static int read_text(const char *text, size_t n,
                     int (*take)(void *, const struct hlog_entry *),
                     struct seen *seen, unsigned long *line)
{
    /* A copy that ends where the text does, so that ASan sees beyond it. */
    char *copy = malloc(n ? n : 1);

    assert_non_null(copy);
    memcpy(copy, text, n);
    FILE *file = fmemopen(copy, n ? n : 1, "r");
    assert_non_null(file);
    if (n == 0)
        fseek(file, 0, SEEK_END);
    int error = hlog_read(file, take, seen, line);
    fclose(file);
    free(copy);
    return error;
}

static void a_log_is_read_as_it_was_written(void **state)
{
    size_t size = 0;
    char *text = made_log(&size);
    struct seen all = {0, 0};
    struct seen one = {0, 7};
    unsigned long line;

    (void)state;
    assert_int_equal(read_text(text, size, check_entry, &all, &line), 0);
    assert_int_equal(all.n, 4);
    assert_int_equal(line, 8);
    assert_int_equal(read_text(text, size, check_entry, &one, &line), 7);
    assert_int_equal(one.n, 1);
    free(text);
}

static void untagged_lines_and_other_ends_are_read(void **state)
{
    static struct histogram histogram;
    struct seen seen = {0, 0};
    unsigned long line;
    char log[1000];

    (void)state;
    fill(&histogram, values[1]);
    char *text = packed_from_histogram(&histogram);
    snprintf(log, sizeof(log),
             "# old\r\n\r\n0.5,1,0.000,%s\r\n1700000000.5,1,0,%s", text, text);
    free(text);
    assert_int_equal(read_text(log, strlen(log), count_entry, &seen, &line), 0);
    assert_int_equal(seen.n, 2);
    assert_int_equal(line, 4);
}

static void damaged_lines_are_told_by_number(void **state)
{
    static struct histogram histogram;

    (void)state;
    fill(&histogram, values[1]);
    char *packed = packed_from_histogram(&histogram);
    const struct {
        const char *before;
        const char *packed;
    } bad[] = {
        {"Tag=service,", packed},
        {"Tag=service", packed},
        {"1,2,", packed},
        {"1,2,3", packed},
        {"Tag=service,x,2,3,", packed},
        {"Tag=service,-1,2,3,", packed},
        {"Tag=service,nan,2,3,", packed},
        {"Tag=service,1e300,2,3,", packed},
        {"Tag=service,1,inf,3,", packed},
        {"Tag=service,1,2,,", packed},
        {"Tag=a_name_that_is_longer_than_32_bytes,1,2,3,", packed},
        {"Tag=service,1,2,3,", ""},
        {"Tag=service,1,2,3,", packed + 4},
        {"Tag=service,1,2,3,", "HISTFAAAAAA="},
        {"Tag=service,1,2,3,", "AAAAAAAAAAAA"},
        {"and now for something else", ""},
    };
    for (size_t i = 0; i < LENGTH(bad); i++) {
        struct seen seen = {0, 0};
        unsigned long line = 0;
        char log[2000];
        snprintf(log, sizeof(log), "#\nTag=service,1,2,3,%s\n%s%s\n", packed,
                 bad[i].before, bad[i].packed);
        int error = read_text(log, strlen(log), count_entry, &seen, &line);
        if (error != -EBADMSG || line != 3 || seen.n != 1)
            fail_msg("case %zu: %d at line %lu", i, error, line);
    }
    free(packed);
}

static void a_cut_log_gives_what_is_whole(void **state)
{
    size_t size = 0;
    char *text = made_log(&size);

    (void)state;
    for (size_t n = 0; n < size; n++) {
        struct seen seen = {0, 0};
        unsigned long line;
        int error = read_text(text, n, count_entry, &seen, &line);
        assert_true(error == 0 || error == -EBADMSG);
        assert_true(seen.n < 4 || n == size - 1);
    }
    free(text);
}

/* No change of the text may be read beyond its end, overrun a histogram, or be
 * taken without a histogram that holds together. */
static void check_sums(const struct histogram *histogram)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < HISTOGRAM_LENGTH; i++)
        sum += histogram->counts[i];
    assert_int_equal(sum, histogram->count);
    assert_true(sum == 0 || histogram->max_ns <= HISTOGRAM_HIGHEST_NS);
    assert_true(sum == 0 || histogram->min_ns <= histogram->max_ns);
}

static int check_entry_sums(void *whom, const struct hlog_entry *entry)
{
    (void)whom;
    check_sums(&entry->histogram);
    return 0;
}

static void changed_logs_do_no_harm(void **state)
{
    size_t size = 0;
    char *text = made_log(&size);
    uint64_t random = 88172645463325252;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct seen seen = {0, 0};
        unsigned long line;
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        size_t at = (size_t)(random >> 32) % size;
        char old = text[at];
        text[at] = (char)random;
        int error = read_text(text, size, check_entry_sums, &seen, &line);
        assert_true(error == 0 || error == -EBADMSG);
        text[at] = old;
    }
    free(text);
}

/* A histogram before it is compressed, to be changed. */
struct opened {
    uint8_t plain[400000];
    size_t size;
};

static void open_packed(const struct histogram *histogram,
                        struct opened *opened)
{
    static uint8_t packed[400000];
    uLongf size = sizeof(opened->plain);
    char *text = packed_from_histogram(histogram);
    ssize_t n = base64_decode(text, strlen(text), packed);

    free(text);
    assert_true(n > 8);
    assert_int_equal(uncompress(opened->plain, &size, packed + 8, (uLong)n - 8),
                     Z_OK);
    opened->size = size;
}

/* Packs it again, with `surplus` bytes behind what was compressed, and reads
 * that. Returns what packed_to_histogram() does. */
static int read_again(const struct opened *opened, size_t surplus,
                      struct histogram *histogram)
{
    static uint8_t packed[400000];
    static char text[600000];
    static const uint8_t cookie[] = {0x1c, 0x84, 0x93, 0x14};
    uLongf len = sizeof(packed) - 8 - surplus;

    memcpy(packed, cookie, sizeof(cookie));
    assert_int_equal(compress(packed + 8, &len, opened->plain, opened->size),
                     Z_OK);
    memset(packed + 8 + len, 0, surplus);
    len += surplus;
    for (int i = 0; i < 4; i++)
        packed[4 + i] = (uint8_t)(len >> (24 - 8 * i));
    base64_encode(packed, 8 + len, text);
    return packed_to_histogram(text, strlen(text), histogram);
}

/* The same for what the check sum of the compression would not let through:
 * the counts are changed, and packed again. */
static void changed_counts_do_no_harm(void **state)
{
    static struct histogram histogram;
    static struct opened opened;
    uint64_t random = 88172645463325252;

    (void)state;
    fill(&histogram, values[3]);
    open_packed(&histogram, &opened);
    for (int round = 0; round < 3000; round++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        size_t at = (size_t)(random >> 32) % opened.size;
        uint8_t old = opened.plain[at];
        opened.plain[at] = (uint8_t)random;
        int error = read_again(&opened, 0, &histogram);
        opened.plain[at] = old;
        assert_true(error == 0 || error == -EBADMSG);
        if (error == 0)
            check_sums(&histogram);
    }
}

static void lengths_must_be_right(void **state)
{
    static struct histogram histogram;
    static struct opened opened;

    (void)state;
    fill(&histogram, values[3]);
    open_packed(&histogram, &opened);
    assert_int_equal(read_again(&opened, 0, &histogram), 0);
    assert_int_equal(read_again(&opened, 1, &histogram), -EBADMSG);
    opened.plain[7]--;
    assert_int_equal(read_again(&opened, 0, &histogram), -EBADMSG);
    opened.plain[7]++;
    opened.size--;
    assert_int_equal(read_again(&opened, 0, &histogram), -EBADMSG);
    opened.size = 39;
    assert_int_equal(read_again(&opened, 0, &histogram), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_that_of_the_rfc),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(a_histogram_survives_packing),
        cmocka_unit_test(large_counts_survive),
        cmocka_unit_test(a_full_histogram_survives),
        cmocka_unit_test(counts_beyond_measure_are_refused),
        cmocka_unit_test(what_others_pack_is_read),
        cmocka_unit_test(a_log_is_read_as_it_was_written),
        cmocka_unit_test(untagged_lines_and_other_ends_are_read),
        cmocka_unit_test(damaged_lines_are_told_by_number),
        cmocka_unit_test(a_cut_log_gives_what_is_whole),
        cmocka_unit_test(changed_logs_do_no_harm),
        cmocka_unit_test(changed_counts_do_no_harm),
        cmocka_unit_test(lengths_must_be_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

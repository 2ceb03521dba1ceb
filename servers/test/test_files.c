/* What a request for a file means, without any file. */
#include "common/test/test.h"

#include "servers/files/media.h"
#include "servers/files/range.h"
#include "servers/files/target.h"
#include "servers/files/validators.h"

#include <stdlib.h>
#include <string.h>

/* A copy of `text` without a NUL, so that memory checkers see who reads too
 * far. */
static struct text copy(const char *text)
{
    size_t n = strlen(text);
    char *at = malloc(n ? n : 1);

    assert_non_null(at);
    for (size_t i = 0; i < n; i++)
        at[i] = text[i];
    return (struct text){at, n};
}

static void drop(struct text text)
{
    free((void *)(uintptr_t)text.at);
}

static void targets_become_paths(void **state)
{
    static const struct {
        const char *target;
        const char *path; /* NULL: refused */
    } cases[] = {
        {"/", ""},
        {"/a", "a"},
        {"/a/", "a/"},
        {"/a/b.html", "a/b.html"},
        {"/a?b=/../c", "a"},
        {"/?", ""},
        {"//a", "a"},
        {"///", ""},
        {"//etc/passwd", "etc/passwd"},
        {"/a//b", "a//b"},
        {"/./a", "./a"},
        {"/...", "..."},
        {"/..a", "..a"},
        {"/a..", "a.."},
        {"/.a/.b", ".a/.b"},
        {"/%61%2e%7A", "a.z"},
        {"/a%20b+c", "a b+c"},
        {"/a%0d%0ab", "a\r\nb"},
        {"/%ff%01%7f", "\xff\x01\x7f"},
        {"/%5c..%5c", "\\..\\"},
        {"/%252e%252e/a", "%2e%2e/a"}, /* decoded once */
        {"/a%3fb", "a?b"},
        {"/a%23b", "a#b"},
        {"/a;b=c", "a;b=c"},
        {"http://host/a", "a"},
        {"HTTP://host/a%20", "a "},
        {"http://host", ""},
        {"http://host/", ""},
        {"http://host:80//a?b", "a"},
        {"http://host?/a", ""},
        {"http://..", ""},
        {"/..", NULL},
        {"/../", NULL},
        {"/../a", NULL},
        {"/a/..", NULL},
        {"/a/../b", NULL},
        {"//..", NULL},
        {"/a//../b", NULL},
        {"/%2e%2e/a", NULL},
        {"/.%2e/a", NULL},
        {"/%2E./a", NULL},
        {"/a/%2e%2e", NULL},
        {"http://host/../a", NULL},
        {"http://host/%2e%2e/a", NULL},
        {"/%2f", NULL},
        {"/a%2Fb", NULL},
        {"/..%2fa", NULL},
        {"/%2e%2e%2fa", NULL},
        {"/%00", NULL},
        {"/a%00.html", NULL},
        {"/%", NULL},
        {"/%4", NULL},
        {"/%4?1", NULL},
        {"/%zz", NULL},
        {"/%4g", NULL},
        {"/%%34", NULL},
        {"/%u0041", NULL},
        {"/%-1", NULL},
    };
    char path[TARGET_PATH_SIZE];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct text target = copy(cases[i].target);
        int status = target_path(target, path);
        drop(target);
        if (status != (cases[i].path ? 0 : 400) ||
            (!status && strcmp(path, cases[i].path) != 0))
            fail_msg("%s: %d, %s", cases[i].target, status, path);
    }
}

static void the_longest_target_has_room(void **state)
{
    char target[HTTP_TARGET_MAX];
    char path[TARGET_PATH_SIZE];

    (void)state;
    memset(target, 'a', sizeof(target));
    target[0] = '/';
    assert_int_equal(target_path((struct text){target, sizeof(target)}, path),
                     0);
    assert_int_equal(strlen(path), HTTP_TARGET_MAX - 1);
}

static void folders_get_a_target_of_this_host(void **state)
{
    static const char *const cases[][2] = {
        {"a", "/a/"},
        {"a/b", "/a/b/"},
        {"a b", "/a%20b/"},
        {"a\r\nX: y", "/a%0D%0AX%3A%20y/"},
        {"\xc3\xa9", "/%C3%A9/"},
        {"a%2e", "/a%252e/"},
        {"javascript:x", "/javascript%3Ax/"},
        {"\\evil", "/%5Cevil/"},
        {"a?b#c", "/a%3Fb%23c/"},
        {"~-._", "/~-._/"},
    };
    char room[64];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(target_of_folder(cases[i][0], room),
                         strlen(cases[i][1]));
        assert_string_equal(room, cases[i][1]);
    }
}

#define MOST "18446744073709551615"
#define TOO_MUCH "99999999999999999999999999"

static void ranges_are_read(void **state)
{
    static const struct {
        const char *value;
        uint64_t size;
        enum range range;
        uint64_t first;
        uint64_t end;
    } cases[] = {
        {"bytes=0-0", 10, RANGE_PART, 0, 1},
        {"bytes=0-9", 10, RANGE_PART, 0, 10},
        {"bytes=9-9", 10, RANGE_PART, 9, 10},
        {"bytes=3-5", 10, RANGE_PART, 3, 6},
        {"bytes=3-", 10, RANGE_PART, 3, 10},
        {"bytes=3-99", 10, RANGE_PART, 3, 10},
        {"bytes=3-" MOST, 10, RANGE_PART, 3, 10},
        {"bytes=3-" TOO_MUCH, 10, RANGE_PART, 3, 10},
        {"bytes=-1", 10, RANGE_PART, 9, 10},
        {"bytes=-10", 10, RANGE_PART, 0, 10},
        {"bytes=-11", 10, RANGE_PART, 0, 10},
        {"bytes=-" TOO_MUCH, 10, RANGE_PART, 0, 10},
        {"BYTES=0-", 10, RANGE_PART, 0, 10},
        {"bytes= 3-5 ", 10, RANGE_PART, 3, 6},
        {"bytes=,3-5,", 10, RANGE_PART, 3, 6},
        {"bytes=007-8", 10, RANGE_PART, 7, 9},
        {"bytes=4294967296-4294967297", UINT64_C(1) << 33, RANGE_PART,
         UINT64_C(1) << 32, (UINT64_C(1) << 32) + 2},
        {"bytes=10-", 10, RANGE_NOWHERE, 0, 0},
        {"bytes=10-20", 10, RANGE_NOWHERE, 0, 0},
        {"bytes=" TOO_MUCH "-", 10, RANGE_NOWHERE, 0, 0},
        {"bytes=-0", 10, RANGE_NOWHERE, 0, 0},
        {"bytes=0-", 0, RANGE_NOWHERE, 0, 0},
        {"bytes=0-0", 0, RANGE_NOWHERE, 0, 0},
        {"bytes=-0", 0, RANGE_NOWHERE, 0, 0},
        {"bytes=-5", 0, RANGE_WHOLE, 0, 0},
        {"bytes=0-1,3-4", 10, RANGE_WHOLE, 0, 0},
        {"bytes=0-1, -1", 10, RANGE_WHOLE, 0, 0},
        {"bytes=0-1,x", 10, RANGE_WHOLE, 0, 0},
        {"bytes=0-1,bytes=2-3", 10, RANGE_WHOLE, 0, 0},
        {"bytes=5-3", 10, RANGE_WHOLE, 0, 0},
        {"bytes=", 10, RANGE_WHOLE, 0, 0},
        {"bytes=-", 10, RANGE_WHOLE, 0, 0},
        {"bytes=5", 10, RANGE_WHOLE, 0, 0},
        {"bytes=x-", 10, RANGE_WHOLE, 0, 0},
        {"bytes=1-x", 10, RANGE_WHOLE, 0, 0},
        {"bytes=1-2x", 10, RANGE_WHOLE, 0, 0},
        {"bytes=1 -2", 10, RANGE_WHOLE, 0, 0},
        {"bytes=--1", 10, RANGE_WHOLE, 0, 0},
        {"bytes=+1-2", 10, RANGE_WHOLE, 0, 0},
        {"bytes 1-2", 10, RANGE_WHOLE, 0, 0},
        {"bytes", 10, RANGE_WHOLE, 0, 0},
        {"lines=1-2", 10, RANGE_WHOLE, 0, 0},
        {"", 10, RANGE_WHOLE, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct text value = copy(cases[i].value);
        uint64_t first = 77;
        uint64_t end = 77;
        enum range range = range_read(value, cases[i].size, &first, &end);
        drop(value);
        if (range != cases[i].range ||
            first != (range == RANGE_PART ? cases[i].first : 77) ||
            end != (range == RANGE_PART ? cases[i].end : 77))
            fail_msg("'%s': %d, %llu to %llu", cases[i].value, (int)range,
                     (unsigned long long)first, (unsigned long long)end);
    }
}

static void dates_are_read_in_three_forms(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: no date */
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
        {"", -1},
        {"x", -1},
        {"784111777", -1},
        {"Sun, 06 Nov 1994 08:49:37", -1},
        {"Sun, 06 Nov 1994 08:49:37 UTC", -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT,", -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT,Sun, 06 Nov 1994 08:49:37 GMT", -1},
        {"Sun, 06 Now 1994 08:49:37 GMT", -1},
        {"Sun, 06 Nov 1994 25:49:37 GMT", -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT                                    "
         "                                                                 ",
         -1},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct text text = copy(cases[i].text);
        int64_t seconds = -1;
        bool read = http_date_read(text, &seconds);
        drop(text);
        if (read != (cases[i].seconds >= 0) || seconds != cases[i].seconds)
            fail_msg("'%s': %lld", cases[i].text, (long long)seconds);
    }
}

static void dates_are_written(void **state)
{
    char text[HTTP_DATE_LENGTH + 1];

    (void)state;
    http_date_write(784111777, text);
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    http_date_write(1709164800, text);
    assert_string_equal(text, "Thu, 29 Feb 2024 00:00:00 GMT");
    http_date_write(-1, text);
    assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
    http_date_write(INT64_MAX, text);
    assert_string_equal(text, "Fri, 31 Dec 9999 23:59:59 GMT");
}

#define NOW "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define LONG_BEFORE "Sun, 06 Nov 1994 07:00:00 GMT"
#define LATER "Sun, 06 Nov 1994 09:00:00 GMT"
#define TAG "\"2ebc989b0000007b-a-7\"" /* of `file` below */

static struct validators validators_at(int64_t modified_s)
{
    const struct file_facts facts = {
        .size = 10, .modified_s = modified_s, .modified_ns = 123, .inode = 7};

    return validators_of(&facts, 784111777);
}

static void validators_tell_states_apart(void **state)
{
    struct validators file = validators_at(784111771);

    (void)state;
    assert_string_equal(file.etag, "\"2ebc989b0000007b-a-7\"");
    assert_string_equal(file.modified, "Sun, 06 Nov 1994 08:49:31 GMT");
    assert_string_equal(validators_at(784111778).modified, NOW);
    assert_string_equal(validators_at(-5).modified,
                        "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_string_not_equal(validators_at(784111778).etag,
                            validators_at(784111779).etag);
}

struct asked {
    enum condition field;
    const char *value;
};

static void conditions_are_judged(void **state)
{
    static const struct {
        struct asked asked[3]; /* ends with NULL */
        int status;
    } cases[] = {
        {{{0, NULL}}, 0},
        {{{IF_NONE_MATCH, TAG}}, 304},
        {{{IF_NONE_MATCH, "W/" TAG}}, 304},
        {{{IF_NONE_MATCH, "\"x\", " TAG " ,\"y\""}}, 304},
        {{{IF_NONE_MATCH, "\"a,b\"," TAG}}, 304},
        {{{IF_NONE_MATCH, "*"}}, 304},
        {{{IF_NONE_MATCH, "\"x\""}}, 0},
        {{{IF_NONE_MATCH, "2ebc989b0000007b-a-7"}}, 0},
        {{{IF_NONE_MATCH, "w/" TAG}}, 0},
        {{{IF_NONE_MATCH, ""}}, 0},
        {{{IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:31 GMT"}}, 304},
        {{{IF_MODIFIED_SINCE, LATER}}, 304},
        {{{IF_MODIFIED_SINCE, LONG_BEFORE}}, 0},
        {{{IF_MODIFIED_SINCE, "yesterday"}}, 0},
        /* A tag outdoes a date. */
        {{{IF_NONE_MATCH, "\"x\""}, {IF_MODIFIED_SINCE, LATER}}, 0},
        {{{IF_NONE_MATCH, TAG}, {IF_MODIFIED_SINCE, LONG_BEFORE}}, 304},
        {{{IF_MATCH, TAG}}, 0},
        {{{IF_MATCH, "*"}}, 0},
        {{{IF_MATCH, "\"x\"," TAG}}, 0},
        {{{IF_MATCH, "W/" TAG}}, 412},
        {{{IF_MATCH, "\"x\""}}, 412},
        {{{IF_UNMODIFIED_SINCE, LONG_BEFORE}}, 412},
        {{{IF_UNMODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:31 GMT"}}, 0},
        {{{IF_UNMODIFIED_SINCE, LATER}}, 0},
        {{{IF_UNMODIFIED_SINCE, "never"}}, 0},
        {{{IF_MATCH, TAG}, {IF_UNMODIFIED_SINCE, LONG_BEFORE}}, 0},
        {{{IF_MATCH, "\"x\""}, {IF_NONE_MATCH, TAG}}, 412},
        {{{IF_MATCH, TAG}, {IF_NONE_MATCH, TAG}}, 304},
    };
    struct validators file = validators_at(784111771);

    (void)state;
    assert_string_equal(file.etag, TAG);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct conditions conditions = {0};
        const struct asked *asked = cases[i].asked;
        int status;
        for (; asked->value; asked++)
            conditions.field[asked->field] = copy(asked->value);
        status = conditions_judge(&conditions, &file);
        for (size_t j = 0; j < CONDITIONS; j++)
            drop(conditions.field[j]);
        if (status != cases[i].status)
            fail_msg("case %zu (%s): %d", i, cases[i].asked[0].value, status);
    }
}

static void if_range_decides_about_ranges(void **state)
{
    static const struct {
        const char *if_range;
        int64_t modified_s;
        bool allowed;
    } cases[] = {
        {NULL, 784111771, true},
        {TAG, 784111771, true},
        {"W/" TAG, 784111771, false},
        {"\"x\"", 784111771, false},
        {TAG "," TAG, 784111771, false},
        {"*", 784111771, false},
        {"Sun, 06 Nov 1994 08:49:31 GMT", 784111771, true},
        {BEFORE, 784111776, true},
        {NOW, 784111777, false}, /* it may change yet */
        {LATER, 784111771, false},
        {LONG_BEFORE, 784111771, false},
        {"", 784111771, false},
    };
    struct conditions conditions = {0};
    struct validators file;

    (void)state;
    file = validators_at(784111771);
    assert_false(conditions_allow_range(&conditions, &file));
    conditions.field[RANGE] = (struct text){"bytes=0-1", 9};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *if_range = cases[i].if_range;
        struct text none = {NULL, 0};
        file = validators_at(cases[i].modified_s);
        conditions.field[IF_RANGE] = if_range ? copy(if_range) : none;
        if (conditions_allow_range(&conditions, &file) != cases[i].allowed)
            fail_msg("If-Range: %s", if_range);
        drop(conditions.field[IF_RANGE]);
    }
}

static void names_tell_media_types(void **state)
{
    static const char *const cases[][2] = {
        {"index.html", "text/html; charset=utf-8"},
        {"INDEX.HTM", "text/html; charset=utf-8"},
        {"a/b.c/x.css", "text/css; charset=utf-8"},
        {"x.js", "text/javascript; charset=utf-8"},
        {"x.txt", "text/plain; charset=utf-8"},
        {"x.json", "application/json"},
        {"x.png", "image/png"},
        {"x.jpeg", "image/jpeg"},
        {"x.svg", "image/svg+xml"},
        {"x.tar.gz", "application/gzip"},
        {"x.7z", "application/x-7z-compressed"},
        {"x.zip", "application/zip"},
        {"x.woff2", "font/woff2"},
        {"x.webmanifest", "application/manifest+json"},
        {"x", "application/octet-stream"},
        {"x.", "application/octet-stream"},
        {"x.bin", "application/octet-stream"},
        {"x.htmlx", "application/octet-stream"},
        {"html", "application/octet-stream"},
        {"a.html/x", "application/octet-stream"},
        {"", "application/octet-stream"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_string_equal(media_type(cases[i][0]), cases[i][1]);
        assert_in_range(strlen(cases[i][1]), 1, MEDIA_TYPE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_become_paths),
        cmocka_unit_test(the_longest_target_has_room),
        cmocka_unit_test(folders_get_a_target_of_this_host),
        cmocka_unit_test(ranges_are_read),
        cmocka_unit_test(dates_are_read_in_three_forms),
        cmocka_unit_test(dates_are_written),
        cmocka_unit_test(validators_tell_states_apart),
        cmocka_unit_test(conditions_are_judged),
        cmocka_unit_test(if_range_decides_about_ranges),
        cmocka_unit_test(names_tell_media_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

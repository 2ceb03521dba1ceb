#include "common/test/test.h"

#include "common/units.h"
#include "servers/client/display.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* A display, and the screen it writes to. */
struct screen {
    struct display display;
    FILE *file;
    char *text;
    size_t n;
};

static int begin(void **state)
{
    struct screen *screen = calloc(1, sizeof(*screen));

    assert_non_null(screen);
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    display_start(&screen->display, false);
    screen->file = open_memstream(&screen->text, &screen->n);
    assert_non_null(screen->file);
    *state = screen;
    return 0;
}

static int end(void **state)
{
    struct screen *screen = *state;

    fclose(screen->file);
    free(screen->text);
    free(screen);
    return 0;
}

/* The server says it at this time. */
static void hear(struct screen *screen, const char *bytes, uint64_t ms)
{
    display_hear(&screen->display, screen->file, bytes, strlen(bytes),
                 ms * NS_PER_MS);
}

/* That this, and nothing else, has come on the screen since the last time. */
static void assert_shown(struct screen *screen, const char *text)
{
    fflush(screen->file);
    assert_int_equal(screen->n, strlen(text));
    assert_memory_equal(screen->text, text, screen->n);
    rewind(screen->file);
}

static void no_byte_controls_the_terminal(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *shown;
    } cases[] = {
#define CASE(bytes, shown) {bytes, sizeof(bytes) - 1, shown}
        CASE("hello", "hello"),
        CASE("a\tb\\", "a\tb\\"),
        CASE("\x1b[2J", "\\x1b[2J"),
        CASE("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        CASE("a\rb", "a\\rb"),
        CASE("a\0b", "a\\x00b"),
        CASE("\b\x7f", "\\x08\\x7f"),
        /* what is UTF-8, what is not, and what ends within a character */
        CASE("\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82",
             "\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82"),
        CASE("\xff\xfe", "\\xff\\xfe"),
        CASE("\xe2\x82", "\\xe2\\x82"),
        CASE("\xc3x", "\\xc3x"),
        CASE("\xc0\x9b", "\\xc0\\x9b"),
        /* CSI as a single character, and what turns text round */
        CASE("\xc2\x9b"
             "2J",
             "\\xc2\\x9b"
             "2J"),
        CASE("\xe2\x80\xae"
             "abc",
             "\\xe2\\x80\\xae"
             "abc"),
#undef CASE
    };
    struct screen *screen = *state;

    for (size_t i = 0; i < LENGTH(cases); i++) {
        display_escape(screen->file, cases[i].bytes, cases[i].n);
        assert_shown(screen, cases[i].shown);
    }
}

static void whole_lines_are_shown_at_once(void **state)
{
    struct screen *screen = *state;

    hear(screen, "one\ntw", 0);
    assert_shown(screen, "one\n");
    hear(screen, "o\n\n", 1);
    assert_shown(screen, "two\n\n");
    assert_int_equal(display_due_ns(&screen->display), UINT64_MAX);
    assert_int_equal(screen->display.shown, 9);
}

static void a_character_may_come_in_pieces(void **state)
{
    struct screen *screen = *state;

    hear(screen, "\xe2\x82", 0);
    hear(screen, "\xac\n", 1);
    assert_shown(screen, "\xe2\x82\xac\n");
}

static void what_has_no_newline_is_shown_after_a_moment(void **state)
{
    struct screen *screen = *state;

    hear(screen, "Hello, ", 1000);
    assert_shown(screen, "");
    assert_int_equal(display_due_ns(&screen->display), 1200 * NS_PER_MS);
    hear(screen, "World!", 1100);
    assert_int_equal(display_due_ns(&screen->display), 1300 * NS_PER_MS);
    display_flush(&screen->display, screen->file);
    assert_shown(screen, "Hello, World!\n");
    assert_int_equal(display_due_ns(&screen->display), UINT64_MAX);
    display_flush(&screen->display, screen->file);
    assert_shown(screen, "");
}

static void a_trickle_is_shown_after_a_second(void **state)
{
    struct screen *screen = *state;

    for (uint64_t ms = 0; ms <= 950; ms += 50)
        hear(screen, "x", ms);
    assert_int_equal(display_due_ns(&screen->display), 1000 * NS_PER_MS);
}

static void a_newline_that_comes_late_is_not_shown_twice(void **state)
{
    struct screen *screen = *state;

    hear(screen, "a", 0);
    display_flush(&screen->display, screen->file);
    hear(screen, "\n\nb\n", 500);
    assert_shown(screen, "a\n\nb\n");
    hear(screen, "a", 1000);
    display_flush(&screen->display, screen->file);
    hear(screen, "b\nc\n", 1500);
    assert_shown(screen, "a\nb\nc\n");
}

/* It is broken there, and nothing is lost. */
static void a_line_may_be_longer_than_what_is_held(void **state)
{
    enum { N = 2 * DISPLAY_LINE_MOST + 1 };
    struct screen *screen = *state;
    char *line = malloc(N + 1);

    assert_non_null(line);
    memset(line, 'x', N);
    line[N - 1] = '\n';
    line[N] = '\0';
    hear(screen, line, 0);
    fflush(screen->file);
    assert_int_equal(screen->n, N + 1);
    assert_int_equal(screen->text[DISPLAY_LINE_MOST], '\n');
    assert_int_equal(screen->text[N], '\n');
    free(line);
}

static void raw_bytes_stay_as_they_are(void **state)
{
    struct screen *screen = *state;

    display_start(&screen->display, true);
    hear(screen, "a\x1b[2J\r\nb", 0);
    assert_shown(screen, "a\x1b[2J\r\nb");
    assert_int_equal(display_due_ns(&screen->display), UINT64_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_byte_controls_the_terminal),
        TEST(whole_lines_are_shown_at_once),
        TEST(a_character_may_come_in_pieces),
        TEST(what_has_no_newline_is_shown_after_a_moment),
        TEST(a_trickle_is_shown_after_a_second),
        TEST(a_newline_that_comes_late_is_not_shown_twice),
        TEST(a_line_may_be_longer_than_what_is_held),
        TEST(raw_bytes_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

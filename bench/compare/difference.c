#include "bench/compare/difference.h"

#include <stdio.h>
#include <string.h>

enum {
    SENTENCE = 200,   /* bytes of one, with its end */
    VALUE = 72,       /* of a value in it */
    SHORT_VALUE = 32, /* of one of many */
    NAME = 40,
};

static const char dots[] = "...";

/* Copies `text`, cut to `size` bytes between two characters of UTF-8. */
static const char *cut(const char *text, char *to, size_t size)
{
    size_t length = strlen(text);

    if (length < size) {
        memcpy(to, text, length + 1);
        return to;
    }
    length = size - sizeof(dots);
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    snprintf(to, size, "%.*s%s", (int)length, text, dots);
    return to;
}

/* Where the word begins in which the two first differ. */
static size_t first_difference(const char *a, const char *b)
{
    size_t word = 0;

    for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
        if (a[i] == ' ')
            word = i + 1;
    }
    return word;
}

/* Writes "'A' and 'B'" to `text`. Where one has `room` bytes or more, both are
 * shown from where they begin to differ, and cut to that. */
static const char *pair(const char *a, const char *b, size_t room,
                        char text[SENTENCE])
{
    char from_a[VALUE];
    char from_b[VALUE];
    bool fit = strlen(a) < room && strlen(b) < room;
    size_t skip = fit ? 0 : first_difference(a, b);
    const char *skipped = skip ? dots : "";

    snprintf(text, SENTENCE, "'%s%s' and '%s%s'", skipped,
             cut(a + skip, from_a, room), skipped, cut(b + skip, from_b, room));
    return text;
}

int difference_add(struct words *to, const char *what, const char *a,
                   const char *b)
{
    char values[SENTENCE];

    return words_format(to, "%s differs: %s", what, pair(a, b, VALUE, values));
}

int difference_item(struct words *items, const char *name, const char *a,
                    const char *b)
{
    char short_name[NAME];
    char values[SENTENCE];

    return words_format(items, "%s %s", cut(name, short_name, NAME),
                        pair(a, b, SHORT_VALUE, values));
}

int difference_add_items(struct words *to, const char *what,
                         const struct words *items)
{
    const size_t rest = sizeof(", ") + sizeof(" and 999999 more");
    char text[SENTENCE];
    size_t at = (size_t)snprintf(text, sizeof(text), "%s differ: ", what);
    size_t i = 0;

    if (items->n == 0)
        return 0;
    for (; i < items->n; i++) {
        if (at + strlen(items->word[i]) + rest > sizeof(text))
            break;
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
                               i ? ", " : "", items->word[i]);
    }
    if (i < items->n)
        snprintf(text + at, sizeof(text) - at, " and %zu more", items->n - i);
    return words_add(to, text, strlen(text));
}

/* words.h: a growing list of strings that it owns. */
#ifndef BENCH_WORDS_H
#define BENCH_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
    char **word; /* `n` strings and a NULL, or NULL for an empty list */
    size_t n;
};

/* Appends a copy of the first `length` bytes of `text`. 0 or -ENOMEM. */
int words_add(struct words *words, const char *text, size_t length);

/* Appends a string made as printf() does. 0 or -ENOMEM. */
int words_format(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends what stands between any of `separators` in `text`. 0 or -ENOMEM. */
int words_split(struct words *words, const char *text, const char *separators);

/* Whether `text` is one of them. */
bool words_have(const struct words *words, const char *text);

/* Appends a copy of each of `from`. 0 or -ENOMEM. */
int words_copy(struct words *words, const struct words *from);

/* Writes them with `separator` between to `text`, cut to `size` bytes. Returns
 * `text`. */
const char *words_join(const struct words *words, const char *separator,
                       char *text, size_t size);

/* Sorts them by name, or by the numbers that they begin with. */
void words_sort(struct words *words);
void words_sort_numbers(struct words *words);

/* Frees all, and leaves an empty list. */
void words_free(struct words *words);

#endif

#include "bench/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int words_add(struct words *words, const char *text, size_t length)
{
    char **grown = realloc(words->word, (words->n + 2) * sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    words->word = grown;
    grown[words->n] = strndup(text, length);
    if (!grown[words->n])
        return -ENOMEM;
    grown[++words->n] = NULL;
    return 0;
}

int words_format(struct words *words, const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        return -ENOMEM;
    int error = words_add(words, text, (size_t)length);
    free(text);
    return error;
}

int words_split(struct words *words, const char *text, const char *separators)
{
    for (;;) {
        text += strspn(text, separators);
        size_t length = strcspn(text, separators);
        if (length == 0)
            return 0;
        if (words_add(words, text, length) != 0)
            return -ENOMEM;
        text += length;
    }
}

bool words_have(const struct words *words, const char *text)
{
    for (size_t i = 0; i < words->n; i++) {
        if (strcmp(words->word[i], text) == 0)
            return true;
    }
    return false;
}

int words_copy(struct words *words, const struct words *from)
{
    for (size_t i = 0; i < from->n; i++) {
        if (words_add(words, from->word[i], strlen(from->word[i])) != 0)
            return -ENOMEM;
    }
    return 0;
}

const char *words_join(const struct words *words, const char *separator,
                       char *text, size_t size)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < words->n && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%s", i ? separator : "",
                               words->word[i]);
    return text;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void words_sort(struct words *words)
{
    if (words->n > 1)
        qsort(words->word, words->n, sizeof(*words->word), by_name);
}

static int by_number(const void *a, const void *b)
{
    const double x = strtod(*(char *const *)a, NULL);
    const double y = strtod(*(char *const *)b, NULL);

    return (x > y) - (x < y);
}

void words_sort_numbers(struct words *words)
{
    if (words->n > 1)
        qsort(words->word, words->n, sizeof(*words->word), by_number);
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->n; i++)
        free(words->word[i]);
    free(words->word);
    *words = (struct words){0};
}

#include "common/nearest.h"

#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 48 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance; see Boytsov, "Indexing methods for
 * approximate dictionary searching", 2011, section 2.1. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[3][WORD_MAX + 1];
    size_t *before = row[0];
    size_t *above = row[1];
    size_t *here = row[2];

    for (size_t j = 0; j <= b_len; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        here[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            here[j] =
                least(least(above[j], here[j - 1]) + 1, above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                here[j] = least(here[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = here;
        here = spare;
    }
    return above[b_len];
}

const char *nearest_word(const char *word, const char *const *known, size_t n)
{
    size_t length = strlen(word);
    const char *best = NULL;
    size_t best_distance = WORD_MAX;

    if (length == 0 || length > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t known_length = strlen(known[i]);
        size_t longer = known_length > length ? known_length : length;
        if (longer > WORD_MAX)
            continue;
        size_t d = distance(word, length, known[i], known_length);
        if (d <= (longer + 2) / 3 && d < longer && d < best_distance) {
            best = known[i];
            best_distance = d;
        }
    }
    return best;
}

const char *nearest_phrase(char *phrase, size_t size, const char *word,
                           const char *const *known, size_t n)
{
    const char *near = nearest_word(word, known, n);

    phrase[0] = '\0';
    if (near)
        snprintf(phrase, size, " (did you mean '%s'?)", near);
    return phrase;
}

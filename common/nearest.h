/* nearest.h: "did you mean …?" */
#ifndef COMMON_NEAREST_H
#define COMMON_NEAREST_H

#include <stddef.h>

/* The word of `known` (`n` of them) that `word` is most likely a slip of:
 * the least edit distance (insert, delete, replace, swap of neighbours), if
 * that is at most a third of the longer word's length, rounded up. NULL if
 * nothing is near. The result points into `known`. */
const char *nearest_word(const char *word, const char *const *known, size_t n);

/* The same as a phrase to append to a message: " (did you mean 'epoll'?)",
 * or "" if nothing is near. Writes at most `size` bytes to `phrase` and
 * returns it. */
const char *nearest_phrase(char *phrase, size_t size, const char *word,
                           const char *const *known, size_t n);

#endif

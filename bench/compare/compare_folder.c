#include "bench/compare/compare_folder.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 199, HASH_DIGITS = 16 };

/* FNV-1a; Fowler, Noll, Vo. */
static uint64_t hash(const char *text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return sum;
}

/* "compare-A-B", of characters that are safe in a file's name. To be freed; NULL
 * when out of memory. */
static char *full_name(const struct words *sides)
{
    char *name = NULL;
    size_t size;
    FILE *file = open_memstream(&name, &size);

    if (!file)
        return NULL;
    fputs("compare", file);
    for (size_t i = 0; i < sides->n; i++) {
        fputc('-', file);
        for (const char *c = paths_last_part(sides->word[i]); *c; c++)
            fputc(isalnum((unsigned char)*c) || strchr("._+-", *c) ? *c : '_',
                  file);
    }
    if (fclose(file) == 0)
        return name;
    free(name);
    return NULL;
}

char *compare_folder(const struct paths *paths, const struct words *sides)
{
    char *name = full_name(sides);
    char *folder = NULL;
    int length;

    if (!name)
        return NULL;
    if (strlen(name) <= LONGEST)
        length = asprintf(&folder, "%s/results/%s", paths->root, name);
    else
        length =
            asprintf(&folder, "%s/results/%.*s-%0*" PRIx64, paths->root,
                     LONGEST - HASH_DIGITS - 1, name, HASH_DIGITS, hash(name));
    free(name);
    return length < 0 ? NULL : folder;
}

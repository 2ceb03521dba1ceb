#include "loadgen/outputs/hlog.h"

#include "loadgen/outputs/packed.h"

#include "common/units.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* As ns this still fits; it is the year 2255. */
static const double seconds_most = 9e9;

/* Reads the number at `*at` and the comma behind it. */
static bool take_number(char **at, double *number)
{
    char *end;

    *number = strtod(*at, &end);
    if (end == *at || *end != ',' || !isfinite(*number))
        return false;
    *at = end + 1;
    return true;
}

static bool take_seconds(char **at, uint64_t *ns)
{
    double number;

    if (!take_number(at, &number) || number < 0 || number > seconds_most)
        return false;
    *ns = (uint64_t)llround(number * (double)NS_PER_S);
    return true;
}

static bool take_tag(char **at, char tag[HLOG_TAG])
{
    static const char key[] = "Tag=";

    tag[0] = '\0';
    if (strncmp(*at, key, sizeof(key) - 1) != 0)
        return true;
    char *from = *at + sizeof(key) - 1;
    size_t len = strcspn(from, ",");
    if (from[len] != ',' || len >= HLOG_TAG)
        return false;
    memcpy(tag, from, len);
    tag[len] = '\0';
    *at = from + len + 1;
    return true;
}

/* Reads the `n` characters of `text`. 0, -ENOMEM or -EBADMSG. */
static int read_entry(char *text, size_t n, struct hlog_entry *entry)
{
    char *at = text;
    double max;

    if (!take_tag(&at, entry->tag) || !take_seconds(&at, &entry->start_ns) ||
        !take_seconds(&at, &entry->length_ns) || !take_number(&at, &max))
        return -EBADMSG;
    return packed_to_histogram(at, n - (size_t)(at - text), &entry->histogram);
}

/* How long it is without what ends it. */
static size_t chomp(char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        text[--n] = '\0';
    return n;
}

int hlog_read(FILE *file,
              int (*take)(void *whom, const struct hlog_entry *entry),
              void *whom, unsigned long *line)
{
    struct hlog_entry *entry = malloc(sizeof(*entry));
    char *text = NULL;
    size_t size = 0;
    int error = entry ? 0 : -ENOMEM;
    ssize_t n = 0;

    *line = 0;
    while (!error && (n = getline(&text, &size, file)) >= 0) {
        size_t len = chomp(text, (size_t)n);
        ++*line;
        /* Comments, and the names of the columns. */
        if (len == 0 || text[0] == '#' || text[0] == '"')
            continue;
        error = read_entry(text, len, entry);
        if (!error)
            error = take(whom, entry);
    }
    if (!error && !feof(file))
        error = ferror(file) ? -EIO : -ENOMEM;
    free(text);
    free(entry);
    return error;
}

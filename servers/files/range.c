#include "servers/files/range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Cuts digits off `text`, if there are any; a number too large for 64 bits is
 * as large as can be. */
static bool number(struct text *text, uint64_t *value)
{
    size_t n = 0;

    *value = 0;
    for (; n < text->n && text->at[n] >= '0' && text->at[n] <= '9'; n++) {
        uint64_t digit = (uint64_t)(text->at[n] - '0');
        if (*value > (UINT64_MAX - digit) / 10)
            *value = UINT64_MAX;
        else
            *value = 10 * *value + digit;
    }
    text->at += n;
    text->n -= n;
    return n > 0;
}

/* "-N": the last N bytes. Of nothing there is no part that could be told. */
static enum range suffix(struct text rest, uint64_t size, uint64_t *first,
                         uint64_t *end)
{
    uint64_t n;

    if (!number(&rest, &n) || rest.n > 0)
        return RANGE_WHOLE;
    if (n == 0)
        return RANGE_NOWHERE;
    if (size == 0)
        return RANGE_WHOLE;
    *first = n < size ? size - n : 0;
    *end = size;
    return RANGE_PART;
}

/* "FIRST-LAST", "FIRST-" or "-N" (RFC 9110, 14.1.1 and 14.1.2). */
static enum range one_range(struct text spec, uint64_t size, uint64_t *first,
                            uint64_t *end)
{
    uint64_t last = UINT64_MAX;
    uint64_t from;

    if (spec.n > 0 && spec.at[0] == '-')
        return suffix((struct text){spec.at + 1, spec.n - 1}, size, first, end);
    if (!number(&spec, &from) || spec.n == 0 || spec.at[0] != '-')
        return RANGE_WHOLE;
    spec.at++;
    spec.n--;
    if (spec.n > 0 && (!number(&spec, &last) || spec.n > 0 || last < from))
        return RANGE_WHOLE;
    if (from >= size)
        return RANGE_NOWHERE;
    *first = from;
    *end = last < size ? last + 1 : size;
    return RANGE_PART;
}

enum range range_read(struct text value, uint64_t size, uint64_t *first,
                      uint64_t *end)
{
    static const char unit[] = "bytes=";
    const size_t n_unit = sizeof(unit) - 1;
    struct text only = {NULL, 0};

    if (value.n < n_unit || strncasecmp(value.at, unit, n_unit) != 0)
        return RANGE_WHOLE;
    value.at += n_unit;
    value.n -= n_unit;
    while (value.n > 0) {
        struct text spec = text_next_element(&value);
        if (spec.n > 0 && only.n > 0)
            return RANGE_WHOLE;
        if (spec.n > 0)
            only = spec;
    }
    return one_range(only, size, first, end);
}

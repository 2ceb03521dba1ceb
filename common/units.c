#include "common/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_S = 1000 * 3600 };

static const struct unit {
    const char *name;
    uint64_t ns;
} time_units[] = {
    {"h", 3600 * NS_PER_S}, {"m", 60 * NS_PER_S}, {"s", NS_PER_S},
    {"ms", NS_PER_MS},      {"us", NS_PER_US},    {"ns", 1},
};

enum { TIME_UNITS = sizeof(time_units) / sizeof(time_units[0]) };

/* Reads digits into `*value`; returns the first character after them, or NULL
 * if there is none or they do not fit. */
static const char *digits(const char *text, uint64_t *value)
{
    const char *at = text;
    uint64_t sum = 0;

    for (; *at >= '0' && *at <= '9'; at++) {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(*at - '0'), &sum))
            return NULL;
    }
    *value = sum;
    return at > text ? at : NULL;
}

int units_parse_count(const char *text, uint64_t min, uint64_t max,
                      uint64_t *value)
{
    uint64_t number;
    const char *end = digits(text, &number);

    if (!end && text[0] != '\0' && text[strspn(text, "0123456789")] == '\0')
        return -ERANGE;
    if (!end || *end != '\0')
        return -EINVAL;
    if (number < min || number > max)
        return -ERANGE;
    *value = number;
    return 0;
}

/* Adds the decimals after a point, as ns: each worth a tenth of the one
 * before, those below a nanosecond dropped. */
static const char *fraction(const char *at, uint64_t unit_ns, uint64_t *ns)
{
    if (*at != '.')
        return at;
    if (at[1] < '0' || at[1] > '9')
        return NULL;
    for (at++; *at >= '0' && *at <= '9'; at++) {
        *ns += (uint64_t)(*at - '0') * unit_ns / 10;
        unit_ns /= 10;
    }
    return at;
}

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < TIME_UNITS; i++) {
        if (strcmp(time_units[i].name, name) == 0)
            return &time_units[i];
    }
    return NULL;
}

int units_parse_duration(const char *text, uint64_t *ns)
{
    const struct unit *unit = find_unit(text + strspn(text, "0123456789."));
    uint64_t whole;
    uint64_t part = 0;
    const char *at = digits(text, &whole);

    if (!unit || text[0] < '0' || text[0] > '9')
        return -EINVAL;
    if (!at)
        return -ERANGE;
    at = fraction(at, unit->ns, &part);
    if (!at || strcmp(at, unit->name) != 0)
        return -EINVAL;
    if (whole > LONGEST_S * NS_PER_S / unit->ns)
        return -ERANGE;
    *ns = whole * unit->ns + part;
    return 0;
}

int units_parse_percent(const char *text, double *share)
{
    const uint64_t parts = UINT64_C(1000000000);
    uint64_t whole;
    uint64_t part = 0;
    const char *at = digits(text, &whole);

    at = at ? fraction(at, parts, &part) : NULL;
    if (!at)
        return -EINVAL;
    if (strcmp(at + (*at == ' '), "%") != 0)
        return -EINVAL;
    if (whole > 100 || (whole == 100 && part > 0) || (whole == 0 && part == 0))
        return -ERANGE;
    *share = ((double)whole + (double)part / (double)parts) / 100;
    return 0;
}

/* Three significant digits of a value below 1,000. */
static int significant(char *text, size_t size, double value, const char *unit)
{
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;

    if (isnan(value))
        return snprintf(text, size, "-");
    return snprintf(text, size, "%.*f %s", decimals, value, unit);
}

const char *units_format_duration(char *text, size_t size, double ns)
{
    if (ns < 999.5)
        significant(text, size, ns, "ns");
    else if (ns < 999.5e3)
        significant(text, size, ns / 1e3, "us");
    else if (ns < 999.5e6)
        significant(text, size, ns / 1e6, "ms");
    else
        significant(text, size, ns / 1e9, "s");
    return text;
}

const char *units_format_exact(char *text, size_t size, uint64_t ns)
{
    size_t i = 0;

    while (i < TIME_UNITS - 1 && (ns == 0 || ns % time_units[i].ns != 0))
        i++;
    if (ns == 0)
        i = 2; /* "0s" reads better than "0ns" */
    snprintf(text, size, "%" PRIu64 "%s", ns / time_units[i].ns,
             time_units[i].name);
    return text;
}

const char *units_format_count(char *text, size_t size, double count)
{
    if (count < 999.5)
        significant(text, size, count, "");
    else if (count < 999.5e3)
        significant(text, size, count / 1e3, "k");
    else if (count < 999.5e6)
        significant(text, size, count / 1e6, "M");
    else
        significant(text, size, count / 1e9, "G");
    /* a plain count has no unit, so no blank before it either */
    text[strcspn(text, " ") + (count >= 999.5 ? 2 : 0)] = '\0';
    return text;
}

const char *units_format_bytes(char *text, size_t size, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    size_t i = 0;

    for (; i < 3 && bytes >= 1023.5; i++)
        bytes /= 1024;
    if (bytes < 1024 && bytes == (double)(int)bytes)
        snprintf(text, size, "%.0f %s", bytes, units[i]);
    else
        significant(text, size, bytes, units[i]);
    return text;
}

#include "bench/runner/axes.h"

#include "common/cpus.h"
#include "common/nearest.h"
#include "common/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NAME, COUNT, CPUS, CHOICE, RATE };

enum { MOST_PERCENT = 1000 }; /* of the rate that shares are of */

static const struct {
    const char *key;
    const char *record_key;
    const char *otherwise;
    enum kind kind;
    uint64_t min; /* of a COUNT, or a RATE that is no share */
    uint64_t max;
    const char *choices; /* of a CHOICE, separated by blanks */
} axes[AXES] = {
    [AXIS_SERVER] = {"servers", "server", "", NAME, 0, 0, NULL},
    [AXIS_PROTOCOL] = {"protocol", "protocol", "http", CHOICE, 0, 0,
                       "echo http"},
    [AXIS_TOOL] = {"tool", "tool", "loadgen", CHOICE, 0, 0, "loadgen wrk"},
    [AXIS_ENGINE] = {"engine", "engine", "epoll", CHOICE, 0, 0, "epoll uring"},
    [AXIS_CONNECTIONS] = {"connections", "connections", "1", COUNT, 1, 1000000,
                          NULL},
    [AXIS_IDLE] = {"idle", "idle", "0", COUNT, 0, 1000000, NULL},
    [AXIS_PAYLOAD] = {"payload", "payload_bytes", AXIS_AUTO, COUNT, 0, 1 << 20,
                      NULL},
    [AXIS_PIPELINE] = {"pipeline", "pipeline", "1", COUNT, 1, 1024, NULL},
    [AXIS_REQUESTS_PER_CONNECTION] = {"requests_per_connection",
                                      "requests_per_connection", AXIS_NONE,
                                      COUNT, 1, 1000000000, NULL},
    [AXIS_RATE] = {"rate", "rate", AXIS_NONE, RATE, 1, 1000000000, NULL},
    [AXIS_WORKERS] = {"workers", "workers", AXIS_AUTO, COUNT, 1, 1024, NULL},
    [AXIS_SERVER_CPUS] = {"server_cpus", "server_cpus", AXIS_AUTO, CPUS, 0, 0,
                          NULL},
    [AXIS_CLIENT_CPUS] = {"client_cpus", "client_cpus", AXIS_AUTO, CPUS, 0, 0,
                          NULL},
    [AXIS_PLACEMENT] = {"placement", "placement", "apart", CHOICE, 0, 0,
                        "apart same"},
    [AXIS_KEEP_AWAKE] = {"keep_awake", "keep_awake", "no", CHOICE, 0, 0,
                         "yes no"},
    [AXIS_FILE_IO] = {"file_io", "file_io", AXIS_NONE, CHOICE, 0, 0,
                      "read mmap sendfile splice direct aio"},
    [AXIS_FILE_BYTES] = {"file_bytes", "file_bytes", AXIS_NONE, COUNT, 1,
                         64 << 20, NULL},
};

const char *axis_key(enum axis axis)
{
    return axes[axis].key;
}

const char *axis_record_key(enum axis axis)
{
    return axes[axis].record_key;
}

enum axis axis_find(const char *key)
{
    enum axis axis = 0;

    while (axis < AXES && strcmp(axes[axis].key, key) != 0)
        axis++;
    return axis;
}

const char *axis_default(enum axis axis)
{
    return axes[axis].otherwise;
}

/* Says which of `known` a word was probably meant to be. */
static int unknown(const char *what, const char *value,
                   const struct words *known, char *why, size_t size)
{
    char phrase[96];
    char list[200];

    snprintf(why, size, "unknown %s '%s'%s; there are: %s", what, value,
             nearest_phrase(phrase, sizeof(phrase), value,
                            (const char *const *)known->word, known->n),
             words_join(known, ", ", list, sizeof(list)));
    return -1;
}

static int check_choice(enum axis axis, const char *value, char *why,
                        size_t size)
{
    struct words choices = {0};
    int result = -1;

    if (words_split(&choices, axes[axis].choices, " ") != 0)
        snprintf(why, size, "out of memory");
    else if (words_have(&choices, value))
        result = 0;
    else
        unknown(axes[axis].key, value, &choices, why, size);
    words_free(&choices);
    return result;
}

size_t axis_choice(enum axis axis, const char *value)
{
    const char *word = axes[axis].choices;
    const size_t length = strlen(value);
    size_t place = 0;

    while (word && *word) {
        size_t n = strcspn(word, " ");
        if (n == length && strncmp(word, value, n) == 0)
            break;
        word += n + strspn(word + n, " ");
        place++;
    }
    return place;
}

static int check_count(enum axis axis, const char *value, char *why,
                       size_t size)
{
    uint64_t count;
    int error =
        units_parse_count(value, axes[axis].min, axes[axis].max, &count);

    if (error == -ERANGE)
        snprintf(why, size, "%s: %s is out of range (%llu to %llu)",
                 axes[axis].key, value, (unsigned long long)axes[axis].min,
                 (unsigned long long)axes[axis].max);
    else if (error)
        snprintf(why, size, "%s: '%s' is not a whole number", axes[axis].key,
                 value);
    return error ? -1 : 0;
}

uint64_t axis_share(const char *rate)
{
    const size_t length = strlen(rate);
    char digits[24];
    uint64_t percent;

    if (length == 0 || rate[length - 1] != '%')
        return 0;
    snprintf(digits, sizeof(digits), "%.*s", (int)length - 1, rate);
    return units_parse_count(digits, 1, MOST_PERCENT, &percent) == 0 ? percent
                                                                     : 0;
}

static int check_rate(const char *value, char *why, size_t size)
{
    const char *percent = strchr(value, '%');
    uint64_t count;

    if (axis_share(value) > 0 ||
        units_parse_count(value, axes[AXIS_RATE].min, axes[AXIS_RATE].max,
                          &count) == 0)
        return 0;
    if (value[strspn(value, "0123456789")] == '\0')
        return check_count(AXIS_RATE, value, why, size);
    if (percent && percent > value && percent[1] == '\0' &&
        value + strspn(value, "0123456789") == percent)
        snprintf(why, size, "rate: %s is out of range (1%% to %d%%)", value,
                 MOST_PERCENT);
    else
        snprintf(why, size,
                 "rate: '%s' is neither a whole percentage like 50%% nor a "
                 "whole number per second",
                 value);
    return -1;
}

/* Whether the value stands for null. */
static bool leaves_open(enum axis axis, const char *value)
{
    const char *otherwise = axes[axis].otherwise;

    return strcmp(value, otherwise) == 0 &&
           (strcmp(value, AXIS_AUTO) == 0 || strcmp(value, AXIS_NONE) == 0);
}

static int check(enum axis axis, const char *value, const struct words *servers,
                 char *why, size_t size)
{
    cpu_set_t set;

    if (leaves_open(axis, value))
        return 0;
    switch (axes[axis].kind) {
    case NAME:
        return words_have(servers, value)
                   ? 0
                   : unknown("server", value, servers, why, size);
    case COUNT:
        return check_count(axis, value, why, size);
    case RATE:
        return check_rate(value, why, size);
    case CPUS:
        if (cpus_parse(value, &set) == 0)
            return 0;
        snprintf(why, size, "%s: '%s' is not a list of CPUs like 0,2-5",
                 axes[axis].key, value);
        return -1;
    case CHOICE:
        break;
    }
    return check_choice(axis, value, why, size);
}

/* Whether its values may be numbers. */
static bool is_count(enum axis axis)
{
    return axes[axis].kind == COUNT || axes[axis].kind == RATE;
}

/* One value, one text: "01" is 1, "050%" is 50%, and "1,0" is 0-1. */
static int canonical(enum axis axis, char **value)
{
    char text[256];
    uint64_t count;
    cpu_set_t set;

    if (leaves_open(axis, *value))
        return 0;
    if (axes[axis].kind == RATE && axis_share(*value) > 0)
        snprintf(text, sizeof(text), "%llu%%",
                 (unsigned long long)axis_share(*value));
    else if (is_count(axis) &&
             units_parse_count(*value, 0, UINT32_MAX, &count) == 0)
        snprintf(text, sizeof(text), "%llu", (unsigned long long)count);
    else if (axes[axis].kind == CPUS && cpus_parse(*value, &set) == 0)
        cpus_format(text, sizeof(text), &set);
    else
        return 0;
    char *fresh = strdup(text);
    if (!fresh)
        return -ENOMEM;
    free(*value);
    *value = fresh;
    return 0;
}

int axis_values(enum axis axis, const char *list, const struct words *servers,
                struct words *values, char *why, size_t size)
{
    /* A list of CPUs has commas of its own. */
    const char *separators = axes[axis].kind == CPUS ? " \t" : " \t,";
    size_t before = values->n;

    if (words_split(values, list, separators) != 0) {
        snprintf(why, size, "out of memory");
        return -1;
    }
    if (values->n == before) {
        snprintf(why, size, "%s: no value given", axes[axis].key);
        return -1;
    }
    for (size_t i = before; i < values->n; i++) {
        const struct words earlier = {values->word, i};
        if (check(axis, values->word[i], servers, why, size) != 0)
            return -1;
        if (canonical(axis, &values->word[i]) != 0) {
            snprintf(why, size, "out of memory");
            return -1;
        }
        if (words_have(&earlier, values->word[i])) {
            snprintf(why, size, "%s: '%s' stands there twice", axes[axis].key,
                     values->word[i]);
            return -1;
        }
    }
    return 0;
}

json_t *axis_json(enum axis axis, const char *value)
{
    uint64_t count;

    if (leaves_open(axis, value))
        return json_null();
    if (axis == AXIS_KEEP_AWAKE)
        return json_boolean(strcmp(value, "yes") == 0);
    if (is_count(axis) && units_parse_count(value, 0, UINT32_MAX, &count) == 0)
        return json_integer((json_int_t)count);
    return json_string(value);
}

/* What null stands for. */
static const char *nothing(enum axis axis)
{
    const char *otherwise = axes[axis].otherwise;

    return is_count(axis) || leaves_open(axis, otherwise) ? otherwise
                                                          : AXIS_AUTO;
}

const char *axis_text(enum axis axis, const json_t *value, char *text,
                      size_t size)
{
    if (json_is_string(value))
        snprintf(text, size, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, size, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        snprintf(text, size, "%s", json_is_true(value) ? "yes" : "no");
    else
        snprintf(text, size, "%s", nothing(axis));
    return text;
}

bool axis_equal(const json_t *a, const json_t *b)
{
    if (!a || json_is_null(a))
        return !b || json_is_null(b);
    return json_equal(a, b);
}

#include "bench/compare/fingerprint.h"

#include "bench/compare/difference.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a value counts for. */
enum { DOUBT = 1, MACHINE = 2, BOTH = DOUBT | MACHINE };

/* `group` is NULL for what stands in the machine itself. */
static const struct {
    const char *what;
    const char *group;
    const char *key;
    int counts;
} facts[] = {
    {"the CPU model", "cpu", "model", BOTH},
    {"the number of CPUs", "cpu", "online", BOTH},
    {"whether SMT is active", "cpu", "smt_active", BOTH},
    {"the CPU frequency governor", "cpu", "governor", BOTH},
    {"the clocksource", NULL, "clocksource", BOTH},
    {"the kernel release", "kernel", "release", MACHINE},
    {"the compiler", "software", "compiler", BOTH},
    {"the list of compiler flags", "software", "cflags", BOTH},
    {"the C library", "software", "libc", DOUBT},
    {"muxbench's version", "software", "muxbench", DOUBT},
};

static json_t *fact(const json_t *meta, const char *group, const char *key)
{
    const json_t *from = json_object_get(meta, "machine");

    return json_object_get(group ? json_object_get(from, group) : from, key);
}

static const char *fact_text(const json_t *meta, size_t i, char *number,
                             size_t size)
{
    const json_t *value = fact(meta, facts[i].group, facts[i].key);

    if (json_is_string(value))
        return json_string_value(value);
    if (!json_is_integer(value))
        return "unknown";
    snprintf(number, size, "%lld", (long long)json_integer_value(value));
    return number;
}

static int add_facts(const json_t *a, const json_t *b, int asked,
                     struct words *to)
{
    int error = 0;

    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        char numbers[2][24];
        const char *x = fact_text(a, i, numbers[0], sizeof(numbers[0]));
        const char *y = fact_text(b, i, numbers[1], sizeof(numbers[1]));
        if ((facts[i].counts & asked) && strcmp(x, y) != 0)
            error |= difference_add(to, facts[i].what, x, y);
    }
    return error;
}

/* The length of the first entry of "NAME: VALUE; NAME: VALUE; ". Values hold
 * "; IBPB: conditional" and the like too, but in capitals. */
static size_t mitigation_length(const char *text)
{
    const char *end = text;

    while ((end = strstr(end, "; "))) {
        size_t name = strspn(end + 2, "abcdefghijklmnopqrstuvwxyz0123456789_");
        if (end[2] == '\0' || (name > 0 && end[2 + name] == ':'))
            return (size_t)(end - text);
        end += 2;
    }
    return strlen(text);
}

static size_t option_length(const char *text)
{
    return strcspn(text, " ");
}

static bool any_counts(const char *name)
{
    (void)name;
    return true;
}

/* What is chosen; kernels derive other options from it, each in its own way. */
static bool option_counts(const char *name)
{
    static const char *const names[] = {
        "CONFIG_HZ",           "CONFIG_PREEMPT",
        "CONFIG_PREEMPT_NONE", "CONFIG_PREEMPT_VOLUNTARY",
        "CONFIG_PREEMPT_LAZY", "CONFIG_PREEMPT_DYNAMIC",
        "CONFIG_PREEMPT_RT",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return strstr(name, "_ACCOUNTING") != NULL;
}

/* Kernels compute it from the memory they find free; it limits nothing here. */
static bool sysctl_counts(const char *name)
{
    return strcmp(name, "fs/file-max") != 0;
}

/* Named values: an object, or a text that splits into entries. */
static const struct list {
    const char *what;
    const char *group;
    const char *key;
    size_t (*entry_length)(const char *text); /* NULL: an object */
    const char *separator;                    /* of name and value */
    const char *between;                      /* two entries */
    const char *absent; /* what a missing entry means; NULL: no difference */
    bool (*counts)(const char *name);
    int asked;
} lists[] = {
    /* a kernel that knows of no weakness does nothing against it */
    {"mitigations", "cpu", "mitigations", mitigation_length, ": ", "; ",
     "Not affected", any_counts, BOTH},
    {"kernel options", NULL, "kernel_config", option_length, "=", " ", "n",
     option_counts, BOTH},
    /* one that only one of two kernels has can't be set alike */
    {"sysctls", NULL, "sysctl", NULL, NULL, NULL, NULL, sysctl_counts, DOUBT},
};

/* A new object of the entries of `text`; NULL when out of memory. */
static json_t *split(const struct list *list, const char *text)
{
    json_t *entries = json_object();
    int error = 0;

    text += strspn(text, list->between);
    while (*text && !error) {
        size_t length = list->entry_length(text);
        char *entry = strndup(text, length);
        char *end = entry ? strstr(entry, list->separator) : NULL;
        if (end) {
            *end = '\0';
            error = json_object_set_new(
                entries, entry, json_string(end + strlen(list->separator)));
        }
        error |= entry ? 0 : -1;
        free(entry);
        text += length;
        text += strspn(text, list->between);
    }
    if (!error)
        return entries;
    json_decref(entries);
    return NULL;
}

/* The values of a run as an object: a new reference; NULL when out of memory,
 * an empty one if it does not tell them. */
static json_t *values_of(const json_t *meta, const struct list *list)
{
    json_t *value = fact(meta, list->group, list->key);

    if (!list->entry_length && json_is_object(value))
        return json_incref(value);
    if (list->entry_length && json_is_string(value))
        return split(list, json_string_value(value));
    return json_object();
}

static int add_item(const struct list *list, const char *name, const json_t *a,
                    const json_t *b, struct words *items)
{
    const char *x = json_is_string(a) ? json_string_value(a) : list->absent;
    const char *y = json_is_string(b) ? json_string_value(b) : list->absent;

    if (!x || !y || strcmp(x, y) == 0 || !list->counts(name))
        return 0;
    return difference_item(items, name, x, y);
}

static int compare_values(const struct list *list, json_t *a, json_t *b,
                          struct words *to)
{
    struct words items = {0};
    const char *name;
    json_t *value;
    int error = 0;

    json_object_foreach(a, name, value)
    {
        error |= add_item(list, name, value, json_object_get(b, name), &items);
    }
    json_object_foreach(b, name, value)
    {
        if (!json_object_get(a, name))
            error |= add_item(list, name, NULL, value, &items);
    }
    if (!error)
        error = difference_add_items(to, list->what, &items);
    words_free(&items);
    return error;
}

static int add_list(const json_t *meta_a, const json_t *meta_b,
                    const struct list *list, struct words *to)
{
    json_t *a = values_of(meta_a, list);
    json_t *b = values_of(meta_b, list);
    int error = -ENOMEM;

    if (a && b && !json_object_size(a) != !json_object_size(b))
        error =
            words_format(to, "the %s does not tell its %s",
                         json_object_size(a) ? "second" : "first", list->what);
    else if (a && b)
        error = compare_values(list, a, b, to);
    json_decref(a);
    json_decref(b);
    return error;
}

static int add_lists(const json_t *a, const json_t *b, int asked,
                     struct words *to)
{
    int error = 0;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (lists[i].asked & asked)
            error |= add_list(a, b, &lists[i], to);
    }
    return error;
}

static int add_dirt(const json_t *meta, const char *side, struct words *to)
{
    if (!json_is_true(fact(meta, "software", "dirty")))
        return 0;
    return words_format(
        to, "the %s was built from a tree with uncommitted changes", side);
}

/* Kernels keep a part for themselves, which makes no other machine. */
static int add_memory(const json_t *a, const json_t *b, struct words *to)
{
    const char *x = json_string_value(fact(a, NULL, "memory"));
    const char *y = json_string_value(fact(b, NULL, "memory"));
    double m = x ? strtod(x, NULL) : 0;
    double n = y ? strtod(y, NULL) : 0;

    if (fabs(m - n) <= 0.05 * fmax(m, n))
        return 0;
    return difference_add(to, "the memory", x ? x : "unknown",
                          y ? y : "unknown");
}

/* Whether both have a fingerprint; says which does not. */
static bool both_tell(const json_t *a, const json_t *b, struct words *to,
                      int *error)
{
    bool first = json_is_object(json_object_get(a, "machine"));
    bool second = json_is_object(json_object_get(b, "machine"));

    *error = 0;
    if (!first)
        *error |= words_format(to, "the first does not tell its machine");
    if (!second)
        *error |= words_format(to, "the second does not tell its machine");
    return first && second;
}

int fingerprint_differences(const json_t *meta_a, const json_t *meta_b,
                            struct words *differences)
{
    int error;

    if (!both_tell(meta_a, meta_b, differences, &error))
        return error;
    error = add_facts(meta_a, meta_b, DOUBT, differences);
    error |= add_lists(meta_a, meta_b, DOUBT, differences);
    error |= add_dirt(meta_a, "first", differences);
    error |= add_dirt(meta_b, "second", differences);
    return error;
}

bool fingerprint_same_machine(const json_t *meta_a, const json_t *meta_b,
                              struct words *why)
{
    const size_t before = why->n;
    int error;

    if (!both_tell(meta_a, meta_b, why, &error))
        return false;
    error = add_facts(meta_a, meta_b, MACHINE, why);
    error |= add_memory(meta_a, meta_b, why);
    error |= add_lists(meta_a, meta_b, MACHINE, why);
    return !error && why->n == before;
}

const char *fingerprint_kernel(const json_t *meta)
{
    const char *release = json_string_value(fact(meta, "kernel", "release"));

    return release ? release : "";
}

const char *fingerprint_boot(const json_t *meta)
{
    const char *id = json_string_value(fact(meta, "kernel", "boot_id"));

    return id ? id : "";
}

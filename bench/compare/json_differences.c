#include "bench/compare/json_differences.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool all_equal(json_t *const *value, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        /* json_equal() takes no value that is missing for equal to another */
        if (value[0] != value[i] && !json_equal(value[0], value[i]))
            return false;
    }
    return true;
}

static bool all_objects(json_t *const *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!json_is_object(value[i]))
            return false;
    }
    return true;
}

static int add_text(const json_t *value, struct words *words)
{
    const char *text = value ? json_string_value(value) : "–";
    char *dumped = text ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    int error = -ENOMEM;

    if (text || dumped)
        error = words_format(words, "%s", text ? text : dumped);
    free(dumped);
    return error;
}

static int add_values(const char *path, json_t *const *value, size_t n,
                      struct words *words)
{
    int error = words_format(words, "%s", path);

    for (size_t i = 0; i < n && !error; i++)
        error = add_text(value[i], words);
    return error;
}

static bool one_has(json_t *const *object, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (json_object_get(object[i], key))
            return true;
    }
    return false;
}

static int list(const char *path, json_t *const *value, size_t n,
                struct words *words);

/* What differs in the value of `key` in all of them. */
static int list_key(const char *path, const char *key, json_t *const *object,
                    size_t n, struct words *words)
{
    json_t **value = calloc(n, sizeof(*value));
    struct words deeper = {0};
    int error =
        value ? words_format(&deeper, "%s%s%s", path, *path ? "." : "", key)
              : -ENOMEM;

    for (size_t i = 0; i < n && !error; i++)
        value[i] = json_object_get(object[i], key);
    if (!error)
        error = list(deeper.word[0], value, n, words);
    words_free(&deeper);
    free(value);
    return error;
}

static int list(const char *path, json_t *const *value, size_t n,
                struct words *words)
{
    int error = 0;

    if (all_equal(value, n))
        return 0;
    if (!all_objects(value, n))
        return add_values(path, value, n, words);
    for (size_t i = 0; i < n && !error; i++) {
        for (void *at = json_object_iter(value[i]); at && !error;
             at = json_object_iter_next(value[i], at)) {
            const char *key = json_object_iter_key(at);
            if (!one_has(value, i, key))
                error = list_key(path, key, value, n, words);
        }
    }
    return error;
}

int json_differences(json_t *const *object, size_t n, struct words *words)
{
    return list("", object, n, words);
}

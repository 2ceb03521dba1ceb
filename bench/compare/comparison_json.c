#include "bench/compare/comparison_text.h"

#include <errno.h>

#include "bench/runner/run_dir.h"

#include <math.h>

static json_t *number(double value, bool known)
{
    return known && !isnan(value) ? json_real(value) : json_null();
}

/* A new reference; NULL when out of memory. */
static json_t *finding_json(const struct comparison *comparison,
                            const struct finding *finding)
{
    const bool interval = comparison_has_interval(finding);
    json_t *object = json_deep_copy(finding->axes);
    int error = 0;

    if (comparison_has_column(comparison, COLUMN_SIDE))
        error |= json_object_set_new(
            object, "side", json_string(comparison->sides.word[finding->side]));
    json_t *rest = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:s}", "metric",
        metric_path(finding->metric), "ratio", number(finding->ratio, true),
        "low", number(finding->low, interval), "high",
        number(finding->high, interval), "p", number(finding->p, true), "q",
        number(finding->q, true), "n_a", (json_int_t)finding->n_base, "n_b",
        (json_int_t)finding->n_side, "verdict", change_word(finding->change));
    error |= json_object_update(object, rest);
    json_decref(rest);
    if (!error)
        return object;
    json_decref(object);
    return NULL;
}

/* The words from the `from`th on. As above. */
static json_t *words_json(const struct words *words, size_t from)
{
    json_t *array = json_array();
    int error = 0;

    for (size_t i = from; i < words->n; i++)
        error |= json_array_append_new(array, json_string(words->word[i]));
    if (!error)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *findings_json(const struct comparison *comparison)
{
    json_t *array = json_array();
    int error = 0;

    for (size_t i = 0; i < comparison->findings.n; i++)
        error |= json_array_append_new(
            array, finding_json(comparison, &comparison->findings.finding[i]));
    if (!error)
        return array;
    json_decref(array);
    return NULL;
}

json_t *comparison_json(const struct comparison *comparison)
{
    const struct words *sides = &comparison->sides;
    json_t *object = json_pack(
        "{s:i, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "schema", RECORD_SCHEMA,
        "a", sides->word[0], "b", sides->word[1], "unit", comparison->unit,
        "warnings", words_json(&comparison->warnings, 0), "unmatched",
        words_json(&comparison->unmatched, 0), "verdict",
        change_word(comparison->verdict), "cells", findings_json(comparison));

    if (!object || sides->n <= 2)
        return object;
    if (json_object_set_new(object, "others", words_json(sides, 2)) == 0)
        return object;
    json_decref(object);
    return NULL;
}

int comparison_write_json(const struct comparison *comparison, FILE *to)
{
    json_t *object = comparison_json(comparison);
    int error = object ? 0 : -ENOMEM;

    if (object &&
        json_dumpf(object, to, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) != 0)
        error = -EIO;
    fputc('\n', to);
    json_decref(object);
    return error;
}

#include "bench/runner/record.h"

#include "bench/runner/run_dir.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 4 };

enum kind {
    TEXT,  /* of one line, as tables need it */
    PROSE, /* any */
    COUNT,
    SHARE, /* a COUNT, or a TEXT like "50%" */
    FLAG,
    NUMBER,
};

/* Nothing that is measured comes near it, in any of our units. */
static const double impossible = 1e15;

/* What others read of a record. Null is as good as missing. */
static const struct field {
    const char *key[DEPTH]; /* where it is, from the outside in */
    enum kind kind;
    bool needed;
} fields[] = {
    {{"trial"}, COUNT, true},
    {{"repeat"}, COUNT, false},
    {{"retry"}, COUNT, false},
    {{"suite"}, TEXT, false},
    {{"server"}, TEXT, true},
    {{"protocol"}, TEXT, true},
    {{"tool"}, TEXT, true},
    {{"engine"}, TEXT, false},
    {{"connections"}, COUNT, true},
    {{"idle"}, COUNT, false},
    {{"payload_bytes"}, COUNT, false},
    {{"pipeline"}, COUNT, false},
    {{"requests_per_connection"}, COUNT, false},
    {{"rate"}, SHARE, false},
    {{"rate_per_s"}, COUNT, false},
    {{"rate_of", "server"}, TEXT, false},
    {{"rate_of", "requests_per_s"}, NUMBER, false},
    {{"calibration"}, FLAG, false},
    {{"workers"}, COUNT, false},
    {{"server_cpus"}, TEXT, false},
    {{"client_cpus"}, TEXT, false},
    {{"placement"}, TEXT, false},
    {{"keep_awake"}, FLAG, false},
    {{"file_io"}, TEXT, false},
    {{"file_bytes"}, COUNT, false},
    {{"status"}, TEXT, true},
    {{"reason"}, PROSE, false},
    {{"started"}, TEXT, false},
    {{"noisy"}, FLAG, false},
    {{"foreign_cpu_share"}, NUMBER, false},
    {{"steal_share"}, NUMBER, false},
    {{"histogram"}, TEXT, false},
    {{"hlog"}, TEXT, false},
    {{"result", "verdict"}, TEXT, false},
    {{"result", "requests"}, NUMBER, false},
    {{"result", "requests_per_s"}, NUMBER, false},
    {{"result", "connections_served"}, NUMBER, false},
    {{"result", "connections_starved"}, NUMBER, false},
    {{"result", "errors", "total"}, NUMBER, false},
    {{"result", "total", "cpu_us_per_request"}, NUMBER, false},
    {{"result", "server", "cpu_us_per_request"}, NUMBER, false},
    {{"result", "client", "cpu_us_per_request"}, NUMBER, false},
    {{"result", "body_bytes"}, NUMBER, false},
    {{"result", "bytes_per_s"}, NUMBER, false},
    {{"result", "total", "cpu_s_per_gib"}, NUMBER, false},
    {{"result", "server", "cpu_s_per_gib"}, NUMBER, false},
    {{"result", "client", "cpu_s_per_gib"}, NUMBER, false},
    {{"result", "latency_ns", "service", "p50"}, NUMBER, false},
    {{"result", "latency_ns", "service", "p99"}, NUMBER, false},
    {{"result", "latency_ns", "response", "p50"}, NUMBER, false},
    {{"result", "latency_ns", "response", "p99"}, NUMBER, false},
    {{"result", "latency_ns", "connect", "p50"}, NUMBER, false},
    {{"result", "latency_ns", "connect", "p99"}, NUMBER, false},
};

const char *record_schema_fault(const json_t *object, char *why, size_t size)
{
    json_int_t schema = json_integer_value(json_object_get(object, "schema"));

    why[0] = '\0';
    if (schema < 1)
        snprintf(why, size, "has no schema");
    else if (schema > RECORD_SCHEMA)
        snprintf(why, size, "newer schema %lld; this muxbench knows up to %d",
                 (long long)schema, RECORD_SCHEMA);
    return why;
}

static bool is_plain(const char *text)
{
    for (; *text; text++) {
        if (iscntrl((unsigned char)*text))
            return false;
    }
    return true;
}

static const char *text_fault(const json_t *value, bool plain)
{
    if (!json_is_string(value))
        return "is no text";
    return !plain || is_plain(json_string_value(value))
               ? NULL
               : "holds control characters";
}

static const char *number_fault(const json_t *value)
{
    if (!json_is_number(value))
        return "is no number";
    if (json_number_value(value) < 0)
        return "is negative";
    return json_number_value(value) > impossible ? "is impossibly large" : NULL;
}

static const char *count_fault(const json_t *value)
{
    if (!json_is_integer(value))
        return "is no whole number";
    if (json_integer_value(value) < 0)
        return "is negative";
    return json_integer_value(value) > UINT32_MAX ? "is impossibly large"
                                                  : NULL;
}

static const char *value_fault(const json_t *value, enum kind kind)
{
    switch (kind) {
    case TEXT:
        return text_fault(value, true);
    case PROSE:
        return text_fault(value, false);
    case COUNT:
        return count_fault(value);
    case SHARE:
        return json_is_integer(value) ? count_fault(value)
                                      : text_fault(value, true);
    case FLAG:
        return json_is_boolean(value) ? NULL : "is neither true nor false";
    case NUMBER:
        return number_fault(value);
    }
    return NULL;
}

/* What is wrong with the field of `record`, or NULL; `*depth` keys lead to
 * what is meant. */
static const char *field_fault(const json_t *record, const struct field *field,
                               size_t *depth)
{
    const json_t *value = record;

    for (*depth = 0; *depth < DEPTH && field->key[*depth]; ++*depth) {
        if (!json_is_object(value))
            return "is no object";
        value = json_object_get(value, field->key[*depth]);
        if (!value || json_is_null(value)) {
            ++*depth;
            return field->needed ? "is missing" : NULL;
        }
    }
    return value_fault(value, field->kind);
}

/* Whether the status is known, and the result there that it promises. */
static const char *status_fault(const json_t *record)
{
    const char *status = json_string_value(json_object_get(record, "status"));

    if (strcmp(status, "ok") == 0)
        return json_is_object(json_object_get(record, "result"))
                   ? NULL
                   : "is ok, but has no result";
    if (strcmp(status, "failed") == 0 || strcmp(status, "skipped") == 0)
        return NULL;
    return "has a status that is neither ok, failed nor skipped";
}

static void name_field(const struct field *field, size_t depth,
                       const char *fault, char *why, size_t size)
{
    size_t at = 0;

    for (size_t i = 0; i < depth && at < size; i++)
        at += (size_t)snprintf(why + at, size - at, "%s%s", i ? "." : "",
                               field->key[i]);
    if (at < size)
        snprintf(why + at, size - at, " %s", fault);
}

const char *record_fault(const json_t *record, char *why, size_t size)
{
    const char *fault = NULL;

    if (record_schema_fault(record, why, size)[0])
        return why;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        size_t depth;
        fault = field_fault(record, &fields[i], &depth);
        if (fault) {
            name_field(&fields[i], depth, fault, why, size);
            return why;
        }
    }
    fault = status_fault(record);
    snprintf(why, size, "%s", fault ? fault : "");
    return why;
}

bool record_is_invalid(const json_t *record)
{
    const char *verdict = json_string_value(
        json_object_get(json_object_get(record, "result"), "verdict"));

    return verdict && strcmp(verdict, "invalid") == 0;
}

bool record_is_doubtful(const json_t *record)
{
    return json_is_true(json_object_get(record, "noisy")) ||
           record_is_invalid(record);
}

#include "bench/report/summary.h"

#include "common/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The axes that tables show only when they vary, and charts do not show. */
static const enum axis other_axes[] = {
    AXIS_ENGINE,      AXIS_WORKERS,   AXIS_SERVER_CPUS,
    AXIS_CLIENT_CPUS, AXIS_PLACEMENT, AXIS_KEEP_AWAKE,
};
/* Rates that differ less are as good as equal. */
static const double least_rate_change = 0.05;

enum { OTHER_AXES = sizeof(other_axes) / sizeof(other_axes[0]) };

static double number(const struct summary_cell *cell, enum axis axis)
{
    return json_number_value(cell->axis[axis]);
}

static bool is(const struct summary_cell *cell, enum axis axis,
               const char *word)
{
    const char *value = json_string_value(cell->axis[axis]);

    return value && strcmp(value, word) == 0;
}

static bool has(const struct summary_cell *cell, enum axis axis)
{
    return cell->axis[axis] && !json_is_null(cell->axis[axis]);
}

enum load summary_load(const struct summary_cell *cell)
{
    if (has(cell, AXIS_RATE))
        return LOAD_OPEN;
    if (summary_churns(cell))
        return LOAD_CHURN;
    return summary_has_file(cell) ? LOAD_FILES : LOAD_CLOSED;
}

bool summary_churns(const struct summary_cell *cell)
{
    return has(cell, AXIS_REQUESTS_PER_CONNECTION);
}

bool summary_has_file(const struct summary_cell *cell)
{
    return has(cell, AXIS_FILE_BYTES);
}

bool summary_is_usual(const struct summary_cell *cell)
{
    const double payload = is(cell, AXIS_PROTOCOL, "echo") ? 64 : 0;

    return is(cell, AXIS_TOOL, "loadgen") && number(cell, AXIS_PIPELINE) == 1 &&
           number(cell, AXIS_PAYLOAD) == payload &&
           number(cell, AXIS_IDLE) == 0 &&
           summary_has_file(cell) == (summary_load(cell) == LOAD_FILES) &&
           !(summary_load(cell) == LOAD_OPEN && summary_churns(cell));
}

bool summary_share_charts(const struct summary_cell *base,
                          const struct summary_cell *cell)
{
    if (!summary_is_usual(cell) || summary_load(cell) != summary_load(base))
        return false;
    for (size_t i = 0; i < OTHER_AXES; i++) {
        if (!axis_equal(base->axis[other_axes[i]], cell->axis[other_axes[i]]))
            return false;
    }
    return true;
}

enum axis summary_other_axis(size_t n)
{
    return n < OTHER_AXES ? other_axes[n] : AXES;
}

const char *summary_other_axes(const struct summary *summary,
                               const struct summary_cell *cell, char *text,
                               size_t size)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < OTHER_AXES && at < size; i++) {
        char value[64];
        if (!summary->varies[other_axes[i]])
            continue;
        at += (size_t)snprintf(
            text + at, size - at, ", %s %s", axis_record_key(other_axes[i]),
            summary_axis(cell, other_axes[i], value, sizeof(value)));
    }
    return text;
}

const char *summary_load_text(const struct summary_cell *cell, char *text,
                              size_t size)
{
    char pipeline[40] = "";
    char idle[40] = "";
    char churn[60] = "";
    char open[80] = "";
    char value[40];
    const double each = number(cell, AXIS_REQUESTS_PER_CONNECTION);

    if (number(cell, AXIS_PIPELINE) > 1)
        snprintf(pipeline, sizeof(pipeline), ", pipelined %.0f",
                 number(cell, AXIS_PIPELINE));
    if (number(cell, AXIS_IDLE) > 0)
        snprintf(idle, sizeof(idle), ", %.0f idle connections",
                 number(cell, AXIS_IDLE));
    if (each > 0)
        snprintf(churn, sizeof(churn), ", %.0f request%s a connection", each,
                 each == 1 ? "" : "s");
    if (has(cell, AXIS_RATE))
        snprintf(open, sizeof(open), ", open loop at %s%s",
                 summary_axis(cell, AXIS_RATE, value, sizeof(value)),
                 json_is_string(cell->axis[AXIS_RATE]) ? "" : "/s");
    snprintf(text, size, "%s%s%s%s", pipeline, idle, churn, open);
    return text;
}

const char *summary_file_text(const struct summary_cell *cell, char *text,
                              size_t size)
{
    char bytes[16];
    char way[32];

    text[0] = '\0';
    if (summary_has_file(cell))
        snprintf(text, size, ", a file of %s by %s",
                 units_format_bytes(bytes, sizeof(bytes),
                                    number(cell, AXIS_FILE_BYTES)),
                 summary_axis(cell, AXIS_FILE_IO, way, sizeof(way)));
    return text;
}

const char *summary_cell_name(const struct summary *summary,
                              const struct summary_cell *cell, char *text,
                              size_t size)
{
    static const enum axis parts[] = {AXIS_SERVER, AXIS_PROTOCOL, AXIS_TOOL,
                                      AXIS_CONNECTIONS, AXIS_PAYLOAD};
    char part[5][32];
    char file[80];
    char load[220];
    char others[200];

    for (size_t i = 0; i < 5; i++)
        summary_axis(cell, parts[i], part[i], sizeof(part[i]));
    snprintf(text, size, "%s, %s%s, %s connection%s, payload %s B%s%s%s",
             part[0], part[1], strcmp(part[2], "wrk") == 0 ? " by wrk" : "",
             part[3], strcmp(part[3], "1") == 0 ? "" : "s", part[4],
             summary_file_text(cell, file, sizeof(file)),
             summary_load_text(cell, load, sizeof(load)),
             summary_other_axes(summary, cell, others, sizeof(others)));
    return text;
}

bool summary_rates_differ(const struct summary_cell *a,
                          const struct summary_cell *b)
{
    return fabs(log(a->whole_per_s / b->whole_per_s)) >
           log1p(least_rate_change);
}

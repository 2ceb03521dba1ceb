#include "bench/runner/cell.h"

#include "common/units.h"

#include <stdio.h>
#include <string.h>

uint64_t cell_count(const struct cell *cell, enum axis axis)
{
    uint64_t count;

    return units_parse_count(cell->axis[axis], 0, UINT32_MAX, &count) == 0
               ? count
               : 0;
}

bool cell_is_open(const struct cell *cell)
{
    return !cell_is(cell, AXIS_RATE, AXIS_NONE);
}

bool cell_is(const struct cell *cell, enum axis axis, const char *word)
{
    return strcmp(cell->axis[axis], word) == 0;
}

bool cell_has_file(const struct cell *cell)
{
    return !cell_is(cell, AXIS_FILE_BYTES, AXIS_NONE);
}

const char *cell_path(const struct cell *cell, char *text, size_t size)
{
    if (cell_has_file(cell))
        snprintf(text, size, "/%s.bin", cell->axis[AXIS_FILE_BYTES]);
    else
        snprintf(text, size, "/");
    return text;
}

void cell_add_axes(const struct cell *cell, json_t *record)
{
    for (enum axis axis = 0; axis < AXES; axis++)
        json_object_set_new(record, axis_record_key(axis),
                            axis_json(axis, cell->axis[axis]));
}

const char *cell_default_payload(const struct cell *cell)
{
    return cell_is(cell, AXIS_PROTOCOL, "echo") ? "64" : "0";
}

const char *cell_describe(const struct cell *cell, char *text, size_t size)
{
    static const enum axis told[] = {
        AXIS_IDLE, AXIS_PAYLOAD, AXIS_PIPELINE,  AXIS_REQUESTS_PER_CONNECTION,
        AXIS_RATE, AXIS_FILE_IO, AXIS_FILE_BYTES};
    size_t at =
        (size_t)snprintf(text, size, "%s %s%s c=%s", cell->axis[AXIS_SERVER],
                         cell->axis[AXIS_PROTOCOL],
                         cell_is(cell, AXIS_TOOL, "wrk") ? " wrk" : "",
                         cell->axis[AXIS_CONNECTIONS]);

    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]) && at < size; i++) {
        const char *usual = told[i] == AXIS_PAYLOAD ? cell_default_payload(cell)
                                                    : axis_default(told[i]);
        if (!cell_is(cell, told[i], usual))
            at += (size_t)snprintf(text + at, size - at, " %s=%s",
                                   axis_key(told[i]), cell->axis[told[i]]);
    }
    return text;
}

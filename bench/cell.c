#include "bench/cell.h"

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

bool cell_is(const struct cell *cell, enum axis axis, const char *word)
{
    return strcmp(cell->axis[axis], word) == 0;
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
    size_t at =
        (size_t)snprintf(text, size, "%s %s%s c=%s", cell->axis[AXIS_SERVER],
                         cell->axis[AXIS_PROTOCOL],
                         cell_is(cell, AXIS_TOOL, "wrk") ? " wrk" : "",
                         cell->axis[AXIS_CONNECTIONS]);

    if (!cell_is(cell, AXIS_PAYLOAD, cell_default_payload(cell)) && at < size)
        at += (size_t)snprintf(text + at, size - at, " payload=%s",
                               cell->axis[AXIS_PAYLOAD]);
    if (!cell_is(cell, AXIS_PIPELINE, "1") && at < size)
        snprintf(text + at, size - at, " pipeline=%s",
                 cell->axis[AXIS_PIPELINE]);
    return text;
}

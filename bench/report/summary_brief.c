#include "bench/report/summary.h"

#include "bench/compare/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends as printf() does, as far as there is room. */
static void append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...)
{
    size_t at = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + at, size - at, format, args);
    va_end(args);
}

/* Whether the value must be told: it is not what people take for granted, or
 * not the same in all cells. */
static bool tells(const bool varies[AXES], enum axis axis, const char *value,
                  const char *protocol)
{
    switch (axis) {
    case AXIS_SERVER:
    case AXIS_PROTOCOL:
    case AXIS_CONNECTIONS:
        return true;
    case AXIS_TOOL:
        return strcmp(value, "loadgen") != 0;
    case AXIS_PIPELINE:
    case AXIS_IDLE:
    case AXIS_REQUESTS_PER_CONNECTION:
    case AXIS_RATE:
    case AXIS_FILE_IO:
    case AXIS_FILE_BYTES:
        return strcmp(value, axis_default(axis)) != 0;
    case AXIS_PAYLOAD:
        return strcmp(value, strcmp(protocol, "echo") == 0 ? "64" : "0") != 0;
    default:
        return varies[axis];
    }
}

const char *summary_cell_brief(const struct summary_cell *cell,
                               const bool varies[AXES], char *text, size_t size)
{
    char protocol[64];

    summary_axis(cell, AXIS_PROTOCOL, protocol, sizeof(protocol));
    text[0] = '\0';
    for (enum axis axis = 0; axis < AXES; axis++) {
        char value[64];
        summary_axis(cell, axis, value, sizeof(value));
        if (!tells(varies, axis, value, protocol))
            continue;
        if (axis == AXIS_SERVER || axis == AXIS_PROTOCOL || axis == AXIS_TOOL)
            append(text, size, "%s%s", text[0] ? " " : "", value);
        else if (axis == AXIS_CONNECTIONS)
            append(text, size, " c=%s", value);
        else
            append(text, size, " %s=%s", axis_key(axis), value);
    }
    return plain_text(text);
}

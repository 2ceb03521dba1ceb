#include "bench/runner/suite.h"

#include "common/msg.h"
#include "common/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ECHO_BYTES = 16 }; /* room for its numbers */

/* Whether any value of the section's list is another than the usual one. */
static bool asks_for(const struct section *section, enum axis axis)
{
    const struct words *values = &section->axis[axis];

    return values->n > 1 || !words_have(values, axis_default(axis));
}

/* The same of files. A list with both none and others makes cells that have one
 * without the other. */
static const char *file_fault(const struct section *section)
{
    const bool io = asks_for(section, AXIS_FILE_IO);
    const bool bytes = asks_for(section, AXIS_FILE_BYTES);

    if (!io && !bytes)
        return NULL;
    if (words_have(&section->axis[AXIS_FILE_IO], AXIS_NONE) ||
        words_have(&section->axis[AXIS_FILE_BYTES], AXIS_NONE))
        return "file_io and file_bytes go together: give a section both, or "
               "none of them";
    if (words_have(&section->axis[AXIS_PROTOCOL], "echo"))
        return "only HTTP serves files; give echo a section without file_io";
    if (asks_for(section, AXIS_PAYLOAD))
        return "a file is asked for with GET, which has no payload";
    return NULL;
}

/* What can only be said of a whole section. */
static const char *section_fault(const struct section *section)
{
    const struct words *payloads = &section->axis[AXIS_PAYLOAD];
    bool echo = words_have(&section->axis[AXIS_PROTOCOL], "echo");
    bool wrk = words_have(&section->axis[AXIS_TOOL], "wrk");

    if (wrk && echo)
        return "wrk speaks HTTP only; give it a section of its own";
    if (wrk && section->settings.duration_ns % NS_PER_S != 0)
        return "wrk takes whole seconds as its duration";
    if (wrk && asks_for(section, AXIS_RATE))
        return "wrk has no open loop; give rates a section without it";
    if (wrk && asks_for(section, AXIS_REQUESTS_PER_CONNECTION))
        return "wrk keeps its connections; give requests_per_connection a "
               "section without it";
    if (wrk && asks_for(section, AXIS_IDLE))
        return "wrk holds no idle connections; give idle a section without it";
    for (size_t i = 0; i < payloads->n && echo; i++) {
        uint64_t bytes;
        if (units_parse_count(payloads->word[i], 0, LEAST_ECHO_BYTES - 1,
                              &bytes) == 0)
            return "an echo message has at least 16 bytes of payload";
    }
    return file_fault(section);
}

int suite_check(const struct suite *suite)
{
    for (size_t i = 0; i < suite->sections; i++) {
        const struct section *section = &suite->section[i];
        const char *fault = section_fault(section);
        if (!fault)
            continue;
        msg_error("%s:%u: [%s]: %s", suite->path, section->line, section->name,
                  fault);
        return -1;
    }
    return 0;
}

static void free_section(struct section *section)
{
    for (enum axis axis = 0; axis < AXES; axis++)
        words_free(&section->axis[axis]);
    free(section->name);
}

void suite_free(struct suite *suite)
{
    for (size_t i = 0; i < suite->sections; i++)
        free_section(&suite->section[i]);
    free(suite->section);
    free(suite->name);
    free(suite->path);
    free(suite->summary);
    *suite = (struct suite){0};
}

/* Whether some section's list for `axis` has `value`. */
static bool anywhere(const struct suite *suite, enum axis axis,
                     const char *value)
{
    for (size_t i = 0; i < suite->sections; i++) {
        if (words_have(&suite->section[i].axis[axis], value))
            return true;
    }
    return false;
}

/* Replaces each section's list by those of `wanted` that it has or that no
 * section has. */
static int narrow_axis(struct suite *suite, enum axis axis,
                       const struct words *wanted)
{
    struct words fresh = {0};
    int error = 0;

    for (size_t i = 0; i < wanted->n && !error; i++) {
        if (!anywhere(suite, axis, wanted->word[i]))
            error = words_add(&fresh, wanted->word[i], strlen(wanted->word[i]));
    }
    for (size_t s = 0; s < suite->sections && !error; s++) {
        struct words *values = &suite->section[s].axis[axis];
        struct words kept = {0};
        for (size_t i = 0; i < wanted->n && !error; i++) {
            const char *value = wanted->word[i];
            if (words_have(values, value) || words_have(&fresh, value))
                error = words_add(&kept, value, strlen(value));
        }
        words_free(values);
        *values = kept;
    }
    words_free(&fresh);
    return error;
}

static void drop_empty_sections(struct suite *suite)
{
    size_t kept = 0;

    for (size_t s = 0; s < suite->sections; s++) {
        bool empty = false;
        for (enum axis axis = 0; axis < AXES; axis++)
            empty = empty || suite->section[s].axis[axis].n == 0;
        if (empty)
            free_section(&suite->section[s]);
        else
            suite->section[kept++] = suite->section[s];
    }
    suite->sections = kept;
}

static void narrow_numbers(struct suite *suite,
                           const struct narrowing *narrowing)
{
    for (size_t s = 0; s < suite->sections; s++) {
        struct section *section = &suite->section[s];
        if (narrowing->repeats)
            section->settings.repeats = narrowing->repeats;
        if (!narrowing->duration_ns)
            continue;
        section->settings.duration_ns = narrowing->duration_ns;
        if (words_have(&section->axis[AXIS_TOOL], "wrk")) /* whole seconds */
            section->settings.duration_ns =
                (narrowing->duration_ns + NS_PER_S - 1) / NS_PER_S * NS_PER_S;
    }
}

/* The axis is named once, also where the reason begins with it. */
static void tell_option(enum axis axis, const char *why)
{
    const char *key = axis_key(axis);
    size_t length = strlen(key);

    if (strncmp(why, key, length) == 0 && why[length] == ':')
        msg_error("--%s", why);
    else
        msg_error("--%s: %s", key, why);
}

int suite_narrow(struct suite *suite, const struct narrowing *narrowing,
                 const struct words *servers)
{
    for (enum axis axis = 0; axis < AXES; axis++) {
        struct words wanted = {0};
        char why[400];
        int error;
        if (!narrowing->axis[axis])
            continue;
        error = axis_values(axis, narrowing->axis[axis], servers, &wanted, why,
                            sizeof(why));
        if (error)
            tell_option(axis, why);
        else if ((error = narrow_axis(suite, axis, &wanted)) != 0)
            msg_error("out of memory");
        words_free(&wanted);
        if (error)
            return -1;
    }
    drop_empty_sections(suite);
    narrow_numbers(suite, narrowing);
    if (suite->sections == 0) {
        msg_error("nothing is left of suite '%s' when narrowed so",
                  suite->name);
        return -1;
    }
    return suite_check(suite);
}

/* Lists go on in further lines, so that none is longer than inih reads. */
static void write_list(FILE *file, const char *key, const struct words *values)
{
    int column = fprintf(file, "%s =", key);

    for (size_t i = 0; i < values->n; i++) {
        if (column + (int)strlen(values->word[i]) > 80 && i > 0)
            column = fprintf(file, "\n   ") - 1;
        column += fprintf(file, " %s", values->word[i]);
    }
    fputc('\n', file);
}

int suite_write(const struct suite *suite, FILE *file)
{
    char duration[24];
    char warmup[24];

    if (suite->summary)
        fprintf(file, "[suite]\nsummary = %s\n", suite->summary);
    for (size_t s = 0; s < suite->sections; s++) {
        const struct section *section = &suite->section[s];
        fprintf(file, "\n[%s]\nrepeats = %llu\nduration = %s\nwarmup = %s\n",
                section->name, (unsigned long long)section->settings.repeats,
                units_format_exact(duration, sizeof(duration),
                                   section->settings.duration_ns),
                units_format_exact(warmup, sizeof(warmup),
                                   section->settings.warmup_ns));
        for (enum axis axis = 0; axis < AXES; axis++)
            write_list(file, axis_key(axis), &section->axis[axis]);
    }
    return fflush(file) == 0 && !ferror(file) ? 0 : -EIO;
}

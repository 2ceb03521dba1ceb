#include "bench/suite.h"

#include "common/msg.h"
#include "common/nearest.h"
#include "common/units.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_MAX = 400, LINE_MAX_BYTES = 190 /* below inih's 200 */ };

static const uint64_t longest_ns = 3600 * NS_PER_S;

/* Where the reader of a file stands. */
struct reader {
    FILE *file;
    const char *path;
    unsigned line;
    const struct words *servers;
    struct suite *suite;
    bool told;
};

/* Tells the first thing that is wrong, with file and line. */
static int wrong(struct reader *reader, const char *why)
{
    if (!reader->told)
        msg_error("%s:%u: %s", reader->path, reader->line, why);
    reader->told = true;
    return 0; /* inih's word for "stop" */
}

/* inih's line source: counts lines, because inih names only the last one it
 * failed at, and refuses the lines that inih would silently split. */
static char *next_line(char *line, int size, void *stream)
{
    struct reader *reader = stream;

    if (reader->told || !fgets(line, size, reader->file))
        return NULL;
    reader->line++;
    if (strlen(line) > LINE_MAX_BYTES) {
        wrong(reader, "the line is longer than 190 bytes; a list goes on in "
                      "the next line when that begins with blanks");
        return NULL;
    }
    return line;
}

static struct section *find_section(struct suite *suite, const char *name)
{
    for (size_t i = 0; i < suite->sections; i++) {
        if (strcmp(suite->section[i].name, name) == 0)
            return &suite->section[i];
    }
    return NULL;
}

static struct section *add_section(struct suite *suite, const char *name)
{
    struct section *grown =
        realloc(suite->section, (suite->sections + 1) * sizeof(*grown));

    if (!grown)
        return NULL;
    suite->section = grown;
    grown[suite->sections] = (struct section){.name = strdup(name)};
    return grown[suite->sections].name ? &grown[suite->sections++] : NULL;
}

/* Takes a setting that is one number; false if `key` is no such setting. */
static bool take_number(struct reader *reader, const char *key,
                        const char *value, struct section *into, int *result)
{
    int error;

    if (strcmp(key, "repeats") == 0) {
        error = units_parse_count(value, 1, 10000, &into->repeats);
    } else if (strcmp(key, "duration") == 0) {
        error = units_parse_duration(value, &into->duration_ns);
        if (!error &&
            (into->duration_ns < NS_PER_MS || into->duration_ns > longest_ns))
            error = -ERANGE;
    } else if (strcmp(key, "warmup") == 0) {
        error = units_parse_duration(value, &into->warmup_ns);
        if (!error && into->warmup_ns > longest_ns)
            error = -ERANGE;
        into->has_warmup = true;
    } else {
        return false;
    }
    *result = 1;
    if (error) {
        char why[WHY_MAX];
        snprintf(why, sizeof(why), "%s: '%.40s' %s", key, value,
                 error == -ERANGE ? "is out of range"
                 : strcmp(key, "repeats") == 0
                     ? "is not a whole number"
                     : "is not a duration like 400ms or 2s");
        *result = wrong(reader, why);
    }
    return true;
}

static int unknown_key(struct reader *reader, const char *key)
{
    static const char *const later[] = {"idle", "rate",
                                        "requests_per_connection"};
    const char *known[AXES + 3] = {"repeats", "duration", "warmup"};
    char phrase[96];
    char why[WHY_MAX];

    for (size_t i = 0; i < 3; i++) {
        if (strcmp(key, later[i]) != 0)
            continue;
        snprintf(why, sizeof(why), "'%s' is not there yet", key);
        return wrong(reader, why);
    }
    for (enum axis axis = 0; axis < AXES; axis++)
        known[3 + axis] = axis_key(axis);
    snprintf(why, sizeof(why), "unknown key '%.40s'%s", key,
             nearest_phrase(phrase, sizeof(phrase), key, known, AXES + 3));
    return wrong(reader, why);
}

/* The [suite] section: the settings that hold where a section has none. */
static int take_general(struct reader *reader, const char *key,
                        const char *value)
{
    struct suite *suite = reader->suite;
    struct section taken = {.repeats = suite->repeats,
                            .duration_ns = suite->duration_ns,
                            .warmup_ns = suite->warmup_ns};
    int result;

    if (strcmp(key, "summary") == 0) {
        free(suite->summary);
        suite->summary = strdup(value);
        return suite->summary ? 1 : wrong(reader, "out of memory");
    }
    if (!take_number(reader, key, value, &taken, &result)) {
        const char *known[] = {"repeats", "duration", "warmup", "summary"};
        char phrase[96];
        char why[WHY_MAX];
        snprintf(why, sizeof(why), "[suite] has no key '%.40s'%s", key,
                 nearest_phrase(phrase, sizeof(phrase), key, known, 4));
        return wrong(reader, why);
    }
    suite->repeats = taken.repeats;
    suite->duration_ns = taken.duration_ns;
    suite->warmup_ns = taken.warmup_ns;
    return result;
}

/* inih's handler: 1 to go on, 0 after an error. A list that goes on in the
 * next line comes as the same key again. */
static int take(void *user, const char *section_name, const char *key,
                const char *value)
{
    struct reader *reader = user;
    char why[WHY_MAX];
    int result;

    if (reader->told)
        return 0;
    if (section_name[0] == '\0')
        return wrong(reader, "a key before the first [section]");
    if (strcmp(section_name, "suite") == 0)
        return take_general(reader, key, value);
    struct section *section = find_section(reader->suite, section_name);
    if (!section)
        section = add_section(reader->suite, section_name);
    if (!section)
        return wrong(reader, "out of memory");
    if (take_number(reader, key, value, section, &result))
        return result;
    enum axis axis = axis_find(key);
    if (axis == AXES)
        return unknown_key(reader, key);
    if (axis_values(axis, value, reader->servers, &section->axis[axis], why,
                    sizeof(why)) != 0)
        return wrong(reader, why);
    return 1;
}

/* Gives every section what it did not name. */
static int fill_in(struct suite *suite, const struct words *servers)
{
    for (size_t i = 0; i < suite->sections; i++) {
        struct section *section = &suite->section[i];
        if (!section->repeats)
            section->repeats = suite->repeats;
        if (!section->duration_ns)
            section->duration_ns = suite->duration_ns;
        if (!section->has_warmup)
            section->warmup_ns = suite->warmup_ns;
        for (enum axis axis = 0; axis < AXES; axis++) {
            struct words *values = &section->axis[axis];
            const char *otherwise = axis_default(axis);
            if (values->n > 0)
                continue;
            if (axis == AXIS_SERVER
                    ? words_copy(values, servers) != 0
                    : words_add(values, otherwise, strlen(otherwise)) != 0)
                return -ENOMEM;
        }
    }
    return 0;
}

/* What can only be said of a whole section. */
static int check_section(const struct section *section, const char *path)
{
    const char *why = NULL;

    if (!words_have(&section->axis[AXIS_TOOL], "wrk"))
        return 0;
    if (words_have(&section->axis[AXIS_PROTOCOL], "echo"))
        why = "wrk speaks HTTP only; give it a section of its own";
    else if (section->duration_ns % NS_PER_S != 0)
        why = "wrk takes whole seconds as its duration";
    if (why)
        msg_error("%s: [%s]: %s", path, section->name, why);
    return why ? -1 : 0;
}

static int name_after(struct suite *suite, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');

    suite->name = strndup(base, dot ? (size_t)(dot - base) : strlen(base));
    return suite->name ? 0 : -ENOMEM;
}

int suite_read(const char *path, const struct words *servers,
               struct suite *suite)
{
    struct reader reader = {.path = path, .servers = servers, .suite = suite};

    *suite = (struct suite){
        .repeats = 1, .duration_ns = NS_PER_S, .warmup_ns = 100 * NS_PER_MS};
    reader.file = fopen(path, "re");
    if (!reader.file) {
        msg_error("%s: %s", path, strerror(errno));
        return -1;
    }
    int line = ini_parse_stream(next_line, &reader, take, &reader);
    if (ferror(reader.file))
        wrong(&reader, "can't be read");
    fclose(reader.file);
    if (line != 0 && !reader.told) {
        reader.line = (unsigned)line;
        wrong(&reader, "is neither a [section], 'key = value', nor a comment");
    }
    if (reader.told)
        return -1;
    if (suite->sections == 0) {
        msg_error("%s: has no section to measure", path);
        return -1;
    }
    if (name_after(suite, path) != 0 || fill_in(suite, servers) != 0) {
        msg_error("out of memory");
        return -1;
    }
    for (size_t i = 0; i < suite->sections; i++) {
        if (check_section(&suite->section[i], path) != 0)
            return -1;
    }
    return 0;
}

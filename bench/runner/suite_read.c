#include "bench/runner/suite.h"

#include "common/msg.h"
#include "common/nearest.h"
#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum {
    WHY_MAX = 400,
    LINE_MAX_BYTES = 190, /* below inih's 200 */
    NAME_MAX_BYTES = 40,  /* below inih's 50 */
};

static const uint64_t longest_ns = 3600 * NS_PER_S;

/* Where the reader of a file stands. */
struct reader {
    FILE *file;
    unsigned line;
    bool continues; /* the line begins with blanks: a list goes on */
    const struct words *servers;
    struct suite *suite;
    bool in_general;         /* in [suite] */
    struct section *section; /* else that of the last header, or NULL */
    bool empty;              /* no key since that header */
    bool told;
};

/* Tells the first thing that is wrong, with file and line. */
static int wrong(struct reader *reader, const char *why)
{
    if (!reader->told)
        msg_error("%s:%u: %s", reader->suite->path, reader->line, why);
    reader->told = true;
    return 0; /* inih's word for "stop" */
}

static int wrong_about(struct reader *reader, const char *what,
                       const char *name, const char *more)
{
    char why[WHY_MAX];

    snprintf(why, sizeof(why), "%s '%.60s'%s", what, name, more);
    return wrong(reader, why);
}

static bool has_section(const struct suite *suite, const char *name)
{
    for (size_t i = 0; i < suite->sections; i++) {
        if (strcmp(suite->section[i].name, name) == 0)
            return true;
    }
    return false;
}

static struct section *add_section(struct suite *suite, const char *name,
                                   unsigned line)
{
    struct section *grown =
        realloc(suite->section, (suite->sections + 1) * sizeof(*grown));

    if (!grown)
        return NULL;
    suite->section = grown;
    grown[suite->sections] =
        (struct section){.name = strdup(name), .line = line};
    return grown[suite->sections].name ? &grown[suite->sections++] : NULL;
}

/* Tells of a section that has ended without any key. */
static bool section_was_empty(struct reader *reader)
{
    if (!reader->empty)
        return false;
    wrong_about(reader, "section",
                reader->section ? reader->section->name : "suite",
                " has no key");
    return true;
}

/* Takes "[name]". inih would cut a long name and accept a missing bracket. */
static void take_header(struct reader *reader, const char *line)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    char name[NAME_MAX_BYTES + 1];
    size_t length = strspn(line + 1, allowed);
    const char *end = line + 1 + length;

    if (section_was_empty(reader))
        return;
    if (length == 0 || length > NAME_MAX_BYTES || *end != ']' ||
        (end[1 + strspn(end + 1, " \t\r\n")] != '\0' && !strchr(end, ';'))) {
        wrong(reader, "a section is [name]: up to 40 letters, digits, '.', "
                      "'_' or '-'");
        return;
    }
    memcpy(name, line + 1, length);
    name[length] = '\0';
    reader->empty = true;
    reader->in_general = strcmp(name, "suite") == 0;
    if (reader->in_general)
        return;
    if (strcasecmp(name, "suite") == 0)
        wrong_about(reader, "section", name, " (did you mean 'suite'?)");
    else if (has_section(reader->suite, name))
        wrong_about(reader, "section", name, " stands there twice");
    else if (!(reader->section =
                   add_section(reader->suite, name, reader->line)))
        wrong(reader, "out of memory");
}

/* inih's line source. It counts lines, because inih names only the last one
 * that failed, and refuses what inih would silently cut or split. */
static char *next_line(char *line, int size, void *stream)
{
    struct reader *reader = stream;

    if (reader->told || !fgets(line, size, reader->file))
        return NULL;
    reader->line++;
    size_t length = strlen(line);
    if (length > LINE_MAX_BYTES) {
        wrong(reader, "the line is longer than 190 bytes; a list goes on in "
                      "the next line when that begins with blanks");
    } else if ((length == 0 || line[length - 1] != '\n') &&
               !feof(reader->file)) {
        wrong(reader, "has a NUL byte");
    } else if (line[0] == '[') {
        take_header(reader, line);
    }
    reader->continues = isblank((unsigned char)line[0]);
    return reader->told ? NULL : line;
}

/* Parses a number into `*value`, unless it was given before. */
static int take_number(struct reader *reader, const char *key, const char *text,
                       uint64_t min, uint64_t max, bool duration, bool *given,
                       uint64_t *value)
{
    uint64_t number = 0;
    int error = duration ? units_parse_duration(text, &number)
                         : units_parse_count(text, min, max, &number);
    char why[WHY_MAX];

    if (*given)
        return wrong_about(reader, "key", key, " stands there twice");
    if (!error && (number < min || number > max))
        error = -ERANGE;
    if (error) {
        snprintf(why, sizeof(why), "%s: '%.40s' %s", key, text,
                 error == -ERANGE ? "is out of range"
                 : duration       ? "is not a duration like 400ms or 2s"
                                  : "is not a whole number");
        return wrong(reader, why);
    }
    *given = true;
    *value = number;
    return 1;
}

/* Takes a setting of a section, or, the same, of [suite]. -1 if `key` is none
 * of them. */
static int take_setting(struct reader *reader, const char *key,
                        const char *value, struct settings *into)
{
    if (strcmp(key, "repeats") == 0)
        return take_number(reader, key, value, 1, 10000, false,
                           &into->has_repeats, &into->repeats);
    if (strcmp(key, "duration") == 0)
        return take_number(reader, key, value, NS_PER_MS, longest_ns, true,
                           &into->has_duration, &into->duration_ns);
    if (strcmp(key, "warmup") == 0)
        return take_number(reader, key, value, 0, longest_ns, true,
                           &into->has_warmup, &into->warmup_ns);
    return -1;
}

/* A key that is none: what it was meant to be. */
static int unknown_key(struct reader *reader, const char *key)
{
    const char *known[AXES + 3] = {"repeats", "duration", "warmup"};
    char phrase[96];

    for (enum axis axis = 0; axis < AXES; axis++)
        known[3 + axis] = axis_key(axis);
    return wrong_about(
        reader, "unknown key", key,
        nearest_phrase(phrase, sizeof(phrase), key, known, AXES + 3));
}

/* Takes the suite's line for people, or what goes on of it. */
static int take_summary(struct reader *reader, const char *value)
{
    struct suite *suite = reader->suite;
    char *joined;

    if (suite->summary && !reader->continues)
        return wrong(reader, "key 'summary' stands there twice");
    if (asprintf(&joined, "%s%s%s", suite->summary ? suite->summary : "",
                 suite->summary ? " " : "", value) < 0)
        return wrong(reader, "out of memory");
    free(suite->summary);
    suite->summary = joined;
    return 1;
}

static int take_general(struct reader *reader, const char *key,
                        const char *value)
{
    static const char *const known[] = {"repeats", "duration", "warmup",
                                        "summary"};
    char phrase[96];
    int result;

    if (strcmp(key, "summary") == 0)
        return take_summary(reader, value);
    result = take_setting(reader, key, value, &reader->suite->settings);
    if (result >= 0)
        return result;
    return wrong_about(reader, "[suite] has no key", key,
                       nearest_phrase(phrase, sizeof(phrase), key, known, 4));
}

/* inih's handler: 1 to go on, 0 after an error. A list that goes on in the
 * next line comes as the same key again. */
static int take(void *user, const char *section_name, const char *key,
                const char *value)
{
    struct reader *reader = user;
    struct section *section = reader->section;
    char why[WHY_MAX];
    int result;

    if (reader->told)
        return 0;
    if (section_name[0] == '\0')
        return wrong(reader, "a key before the first [section]");
    reader->empty = false;
    if (reader->in_general)
        return take_general(reader, key, value);
    result = take_setting(reader, key, value, &section->settings);
    if (result >= 0)
        return result;
    enum axis axis = axis_find(key);
    if (axis == AXES)
        return unknown_key(reader, key);
    if (section->axis[axis].n > 0 && !reader->continues)
        return wrong_about(reader, "key", key, " stands there twice");
    if (axis_values(axis, value, reader->servers, &section->axis[axis], why,
                    sizeof(why)) != 0)
        return wrong(reader, why);
    return 1;
}

/* Gives a section what it did not name. */
static int fill_in(struct section *section, const struct settings *general,
                   const struct words *servers)
{
    struct settings *own = &section->settings;

    if (!own->has_repeats)
        own->repeats = general->repeats;
    if (!own->has_duration)
        own->duration_ns = general->duration_ns;
    if (!own->has_warmup)
        own->warmup_ns = general->warmup_ns;
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
    return 0;
}

static int begin(const char *path, struct suite *suite)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');

    *suite = (struct suite){
        .settings = {.repeats = 1,
                     .duration_ns = NS_PER_S,
                     .warmup_ns = 100 * NS_PER_MS},
        .path = strdup(path),
        .name = strndup(base, dot ? (size_t)(dot - base) : strlen(base)),
    };
    return suite->path && suite->name ? 0 : -ENOMEM;
}

/* Reads all lines. 0, or -1 after telling what is wrong. */
static int parse(struct reader *reader)
{
    int line = ini_parse_stream(next_line, reader, take, reader);

    if (ferror(reader->file))
        wrong(reader, "can't be read");
    if (line != 0 && !reader->told) {
        reader->line = (unsigned)line;
        wrong(reader, "is neither a [section], 'key = value', nor a comment");
    }
    if (!reader->told && !section_was_empty(reader) &&
        reader->suite->sections == 0) {
        msg_error("%s: has no section to measure", reader->suite->path);
        reader->told = true;
    }
    return reader->told ? -1 : 0;
}

int suite_read(const char *path, const struct words *servers,
               struct suite *suite)
{
    struct reader reader = {.servers = servers, .suite = suite};
    int error = begin(path, suite);

    if (error) {
        msg_error("out of memory");
        return -1;
    }
    reader.file = fopen(path, "re");
    if (!reader.file) {
        msg_error("%s: %s", path, strerror(errno));
        return -1;
    }
    error = parse(&reader);
    fclose(reader.file);
    for (size_t i = 0; i < suite->sections && !error; i++) {
        error = fill_in(&suite->section[i], &suite->settings, servers);
        if (error)
            msg_error("out of memory");
    }
    return error ? -1 : suite_check(suite);
}

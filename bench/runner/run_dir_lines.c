#include "bench/runner/run_dir.h"

#include "bench/runner/axes.h"
#include "bench/runner/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONGEST_LINE = 1 << 20, /* a record has a few KiB */
    FAULTS_TOLD = 10,       /* of a file that is none, not every line */
};

/* trials.jsonl while it is read. */
struct lines {
    FILE *file;
    const char *name;
    json_t *trials;
    json_t *seen;  /* "TRIAL/RETRY" of each, as keys */
    json_t *suite; /* whose trials these are; NULL till that is known */
    struct words *faults;
    unsigned left_out;
    unsigned number; /* of the line in `text` */
    size_t length;   /* with its end; only the first LONGEST_LINE are there */
    bool torn;       /* it does not end */
    char *text;
};

/* Reads the next line; false at the end. */
static bool next_line(struct lines *lines)
{
    int c = EOF;

    lines->length = 0;
    while ((c = getc_unlocked(lines->file)) != EOF) {
        if (lines->length < LONGEST_LINE)
            lines->text[lines->length] = (char)c;
        lines->length++;
        if (c == '\n')
            break;
    }
    lines->torn = c == EOF;
    lines->number++;
    return lines->length > 0;
}

/* The reason may hold bytes of the line. */
static int leave_out(struct lines *lines, char *why)
{
    for (char *c = why; *c; c++) {
        if (*c < ' ' || *c > '~')
            *c = '?';
    }
    if (lines->left_out++ >= FAULTS_TOLD)
        return 0;
    return words_format(lines->faults, "%s:%u: %s; left out", lines->name,
                        lines->number, why);
}

/* What makes a good record none of this run's, or no new one, or "". 0 or
 * -ENOMEM. */
static int find_stranger(struct lines *lines, const json_t *record, char *why,
                         size_t size)
{
    json_t *suite = json_object_get(record, "suite");
    char key[64];

    if (!lines->suite && json_is_string(suite))
        lines->suite = json_incref(suite);
    snprintf(key, sizeof(key), "%lld/%lld",
             (long long)json_integer_value(json_object_get(record, "trial")),
             (long long)json_integer_value(json_object_get(record, "retry")));
    if (json_is_string(suite) && !json_equal(suite, lines->suite))
        snprintf(why, size, "is of another suite, '%s' and not '%s'",
                 json_string_value(suite), json_string_value(lines->suite));
    else if (json_object_get(lines->seen, key))
        snprintf(why, size, "tells of trial %s (trial/retry) again", key);
    else
        return json_object_set_new(lines->seen, key, json_true()) ? -ENOMEM : 0;
    return 0;
}

/* Gives it the axes that there were none of when it was written: what was not to be
 * chosen was as it is by default now. 0 or -ENOMEM. */
static int complete(json_t *record)
{
    for (enum axis axis = 0; axis < AXES; axis++) {
        const char *key = axis_record_key(axis);
        if (!json_object_get(record, key) &&
            json_object_set_new(record, key,
                                axis_json(axis, axis_default(axis))) != 0)
            return -ENOMEM;
    }
    return 0;
}

/* Takes the record of the line, or says why it is none. 0 or -ENOMEM. */
static int take_line(struct lines *lines)
{
    char why[sizeof(((json_error_t *)0)->text) + 32] = "";
    json_error_t fault;
    json_t *record = NULL;
    int error = 0;

    if (lines->torn)
        snprintf(why, sizeof(why), "torn: the runner died while it wrote");
    else if (lines->length > LONGEST_LINE)
        snprintf(why, sizeof(why), "is no record: longer than 1 MiB");
    else if (!(record = json_loadb(lines->text, lines->length, 0, &fault)))
        snprintf(why, sizeof(why), "is no record (%s)", fault.text);
    else if (!json_is_object(record))
        snprintf(why, sizeof(why), "is no record (not an object)");
    else if (!record_fault(record, why, sizeof(why))[0])
        error = find_stranger(lines, record, why, sizeof(why));
    if (!error && !why[0])
        error = complete(record);
    if (!error && why[0])
        error = leave_out(lines, why);
    else if (!error && json_array_append(lines->trials, record) != 0)
        error = -ENOMEM;
    json_decref(record);
    return error;
}

static int read_lines(struct lines *lines, off_t *whole)
{
    int error = 0;

    *whole = 0;
    while (!error && next_line(lines)) {
        error = take_line(lines);
        *whole += lines->torn ? 0 : (off_t)lines->length;
    }
    if (!error && ferror(lines->file))
        error = -EIO;
    if (!error && lines->left_out > FAULTS_TOLD)
        error = words_format(lines->faults, "%s: %u more lines are left out",
                             lines->name, lines->left_out - FAULTS_TOLD);
    return error;
}

/* The suite that meta.json names, or NULL; what is wrong with it is others' to
 * tell. */
static json_t *suite_of(const char *path)
{
    struct words faults = {0};
    json_t *meta = run_dir_scan_meta(path, &faults);
    json_t *suite = json_object_get(meta, "suite");

    suite = json_is_string(suite) ? json_incref(suite) : NULL;
    json_decref(meta);
    words_free(&faults);
    return suite;
}

static int scan(struct lines *lines, off_t *whole)
{
    int error = -ENOMEM;

    lines->trials = json_array();
    lines->seen = json_object();
    lines->text = malloc(LONGEST_LINE);
    if (lines->trials && lines->seen && lines->text)
        error = read_lines(lines, whole);
    if (error) {
        (void)words_format(lines->faults, "%s: %s", lines->name,
                           strerror(-error));
        json_decref(lines->trials);
        lines->trials = NULL;
    }
    json_decref(lines->seen);
    free(lines->text);
    return error;
}

json_t *run_dir_scan_trials(const char *path, struct words *faults,
                            off_t *whole)
{
    char *name = run_dir_file(path, "trials.jsonl");
    struct lines lines = {.name = name, .faults = faults};
    off_t end;

    lines.file = name ? run_dir_open_file(name) : NULL;
    if (lines.file) {
        lines.suite = suite_of(path);
        (void)scan(&lines, whole ? whole : &end); /* without trials it failed */
        json_decref(lines.suite);
        fclose(lines.file);
    } else if (name) {
        (void)words_format(faults, "%s: holds no run (trials.jsonl: %s)", path,
                           strerror(errno));
    }
    free(name);
    return lines.trials;
}

#include "bench/run_dir.h"

#include "common/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LONGEST_LINE = 1 << 20, /* a record has a few KiB */
    FAULTS_TOLD = 10,       /* of a file that is none, not every line */
};

/* trials.jsonl while it is read. */
struct lines {
    FILE *file;
    const char *name;
    json_t *trials;
    struct words *faults;
    unsigned left_out;
    unsigned number; /* of the line in `text` */
    size_t length;   /* with its end; only the first LONGEST_LINE are there */
    bool torn;       /* it does not end */
    char *text;
};

/* That of a record or meta.json; 0 if there is none. */
static json_int_t schema_of(const json_t *object)
{
    return json_integer_value(json_object_get(object, "schema"));
}

/* What is wrong with the schema of `object`, or "". */
static const char *schema_fault(const json_t *object, char *why, size_t size)
{
    const json_int_t schema = schema_of(object);

    why[0] = '\0';
    if (schema < 1)
        snprintf(why, size, "has no schema");
    else if (schema > RECORD_SCHEMA)
        snprintf(why, size, "newer schema %lld; this muxbench knows up to %d",
                 (long long)schema, RECORD_SCHEMA);
    return why;
}

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

static int leave_out(struct lines *lines, const char *why)
{
    if (lines->left_out++ >= FAULTS_TOLD)
        return 0;
    return words_format(lines->faults, "%s:%u: %s; left out", lines->name,
                        lines->number, why);
}

/* Takes the record of the line, or says why it is none. 0 or -ENOMEM. */
static int take_line(struct lines *lines)
{
    char why[sizeof(((json_error_t *)0)->text) + 32];
    json_error_t fault;
    json_t *record;
    int error;

    if (lines->torn)
        return leave_out(lines, "torn: the runner died while it wrote");
    if (lines->length > LONGEST_LINE)
        return leave_out(lines, "is no record: longer than 1 MiB");
    record = json_loadb(lines->text, lines->length, 0, &fault);
    if (!record)
        snprintf(why, sizeof(why), "is no record (%s)", fault.text);
    else if (!json_is_object(record))
        snprintf(why, sizeof(why), "is no record (not an object)");
    else
        schema_fault(record, why, sizeof(why));
    error = why[0] ? leave_out(lines, why)
                   : json_array_append(lines->trials, record);
    json_decref(record);
    return error ? -ENOMEM : 0;
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

/* Opens a file of a run; nothing else, which could block. NULL with errno. */
static FILE *open_file(const char *name)
{
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat about;
    FILE *file = NULL;

    if (fd >= 0 && fstat(fd, &about) == 0) {
        errno = S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
        file = S_ISREG(about.st_mode) ? fdopen(fd, "r") : NULL;
    }
    if (!file && fd >= 0) {
        int error = errno;
        close(fd);
        errno = error;
    }
    return file;
}

static json_t *scan_trials(const char *name, struct words *faults, off_t *whole)
{
    struct lines lines = {.name = name, .faults = faults};
    int error = 0;

    lines.file = open_file(name);
    if (!lines.file) {
        (void)words_format(faults, "%s: %s", name, strerror(errno));
        return NULL;
    }
    lines.trials = json_array();
    lines.text = malloc(LONGEST_LINE);
    error = lines.trials && lines.text ? read_lines(&lines, whole) : -ENOMEM;
    if (error) {
        (void)words_format(faults, "%s: %s", name, strerror(-error));
        json_decref(lines.trials);
    }
    free(lines.text);
    fclose(lines.file);
    return error ? NULL : lines.trials;
}

json_t *run_dir_scan_trials(const char *path, struct words *faults,
                            off_t *whole)
{
    char *name = run_dir_file(path, "trials.jsonl");
    off_t end;
    json_t *trials =
        name ? scan_trials(name, faults, whole ? whole : &end) : NULL;

    free(name);
    return trials;
}

static json_t *scan_meta(const char *name, struct words *faults)
{
    FILE *file = open_file(name);
    json_error_t fault;
    json_t *meta = file ? json_loadf(file, 0, &fault) : NULL;

    if (!file)
        (void)words_format(faults, "%s: %s; every run has it", name,
                           strerror(errno));
    else if (!meta)
        (void)words_format(faults, "%s:%d: %s", name, fault.line, fault.text);
    if (file)
        fclose(file);
    return meta;
}

json_t *run_dir_scan_meta(const char *path, struct words *faults)
{
    char *name = run_dir_file(path, "meta.json");
    json_t *meta = name ? scan_meta(name, faults) : NULL;
    const bool newer = schema_of(meta) > RECORD_SCHEMA;
    char why[80];

    if (meta && schema_fault(meta, why, sizeof(why))[0]) {
        (void)words_format(faults, "%s:1: %s", name, why);
        json_decref(meta);
        meta = NULL;
    }
    free(name);
    return meta || newer ? meta : json_object();
}

void run_dir_tell(const struct words *faults)
{
    for (size_t i = 0; i < faults->n; i++)
        msg_error("%s", faults->word[i]);
}

json_t *run_dir_read_meta(const char *path)
{
    struct words faults = {0};
    json_t *meta = run_dir_scan_meta(path, &faults);

    run_dir_tell(&faults);
    if (meta && faults.n > 0) {
        json_decref(meta);
        meta = NULL;
    }
    words_free(&faults);
    return meta;
}

json_t *run_dir_read_trials(const char *path, off_t *whole)
{
    struct words faults = {0};
    json_t *trials = run_dir_scan_trials(path, &faults, whole);

    run_dir_tell(&faults);
    words_free(&faults);
    return trials;
}

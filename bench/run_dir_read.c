#include "bench/run_dir.h"

#include "common/msg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 0 if this program knows the schema, else -1 after telling. */
static int check_schema(const json_t *object, const char *file, unsigned line)
{
    json_int_t schema = json_integer_value(json_object_get(object, "schema"));

    if (schema >= 1 && schema <= RECORD_SCHEMA)
        return 0;
    if (schema > RECORD_SCHEMA)
        msg_error("%s:%u: newer schema %lld; this muxbench knows up to %d",
                  file, line, (long long)schema, RECORD_SCHEMA);
    else
        msg_error("%s:%u: is no record of muxbench", file, line);
    return -1;
}

json_t *run_dir_read_meta(const char *path)
{
    char *name = run_dir_file(path, "meta.json");
    json_error_t why;
    json_t *meta = NULL;

    if (name && access(name, R_OK) != 0)
        msg_error("%s: holds no run (meta.json: %s)", path, strerror(errno));
    else if (name && !(meta = json_load_file(name, 0, &why)))
        msg_error("%s:%d: %s", name, why.line, why.text);
    if (meta && check_schema(meta, name, 1) != 0) {
        json_decref(meta);
        meta = NULL;
    }
    free(name);
    return meta;
}

/* Appends the record in `line` to `trials`; what is none is told and left out.
 * -1 only for a newer schema. */
static int take_line(json_t *trials, const char *line, const char *file,
                     unsigned number)
{
    json_error_t why;
    json_t *record = json_loads(line, 0, &why);

    if (!json_is_object(record)) {
        msg_error("%s:%u: is no record (%s); left out", file, number,
                  record ? "not an object" : why.text);
        json_decref(record);
        return 0;
    }
    if (json_integer_value(json_object_get(record, "schema")) < 1) {
        msg_error("%s:%u: has no schema; left out", file, number);
        json_decref(record);
        return 0;
    }
    if (check_schema(record, file, number) != 0) {
        json_decref(record);
        return -1;
    }
    return json_array_append_new(trials, record);
}

static json_t *read_lines(FILE *file, const char *name, off_t *whole)
{
    json_t *trials = json_array();
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    unsigned number = 0;
    int error = trials ? 0 : -1;

    *whole = 0;
    while (!error && (length = getline(&line, &room, file)) > 0) {
        number++;
        if (line[length - 1] != '\n')
            break; /* torn: the runner died while it wrote */
        *whole += length;
        error = take_line(trials, line, name, number);
    }
    free(line);
    if (!error && ferror(file)) {
        msg_error("%s: %s", name, strerror(errno));
        error = -1;
    }
    if (error) {
        json_decref(trials);
        return NULL;
    }
    return trials;
}

json_t *run_dir_read_trials(const char *path, off_t *whole)
{
    char *name = run_dir_file(path, "trials.jsonl");
    FILE *file = name ? fopen(name, "re") : NULL;
    json_t *trials = NULL;
    off_t end;

    if (file) {
        trials = read_lines(file, name, whole ? whole : &end);
        fclose(file);
    } else {
        msg_error("%s: %s", name ? name : path, strerror(errno));
    }
    free(name);
    return trials;
}

#include "bench/runner/run_dir.h"

#include "bench/runner/record.h"
#include "common/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *run_dir_open_file(const char *name)
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

static json_t *load_meta(const char *name, struct words *faults)
{
    FILE *file = run_dir_open_file(name);
    json_error_t fault;
    json_t *meta = file ? json_loadf(file, 0, &fault) : NULL;

    if (!file)
        (void)words_format(faults, "%s: %s", name, strerror(errno));
    else if (!meta)
        (void)words_format(faults, "%s:%d: %s", name, fault.line, fault.text);
    if (file)
        fclose(file);
    return meta;
}

json_t *run_dir_scan_meta(const char *path, struct words *faults)
{
    char *name = run_dir_file(path, "meta.json");
    json_t *meta = name ? load_meta(name, faults) : NULL;
    bool newer =
        json_integer_value(json_object_get(meta, "schema")) > RECORD_SCHEMA;
    char why[80];

    if (meta && record_schema_fault(meta, why, sizeof(why))[0]) {
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

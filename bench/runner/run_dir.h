/* run_dir.h: a run's folder on disk. What is in it survives kill -9 and a full
 * disk: a finished trial is appended as one line and synced. */
#ifndef BENCH_RUNNER_RUN_DIR_H
#define BENCH_RUNNER_RUN_DIR_H

#include "bench/words.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum { RECORD_SCHEMA = 1 };

struct run_dir {
    char *path;
    int trials_fd; /* trials.jsonl, locked against a second runner */
    off_t size;    /* up to the end of the last whole record */
};

/* Makes a new run's folder with its subfolders: `path`, or, when that is NULL,
 * results/STAMP-HOST-KERNEL[-LABEL] below `root`. Refuses a folder that holds a
 * run, or the slices of two trees. It is no run before run_dir_begin(). 0, or -1 after telling why. */
int run_dir_create(const char *root, const char *path, const char *label,
                   struct run_dir *dir);

/* Makes the folder a run, which it is once trials.jsonl is there: all that
 * --resume needs must be in it by now. 0, or -1 after telling why. */
int run_dir_begin(struct run_dir *dir);

/* Lets results/latest below `root` point to the run. What fails is told. */
void run_dir_point_latest(const char *root, const struct run_dir *dir);

/* Opens a run's folder to go on with it: cuts a torn last line off. 0, or -1
 * after telling why. */
int run_dir_open(const char *path, struct run_dir *dir);

/* Appends a record and syncs. 0 or -errno; after an error the file is as it
 * was before. */
int run_dir_append(struct run_dir *dir, const json_t *record);

/* Writes the descriptor `from`, from its start, to the file `name` in the
 * folder, whole or not at all. Without bytes there is no file. 0 or -errno. */
int run_dir_keep(const struct run_dir *dir, const char *name, int from);

/* Writes meta.json, whole or not at all. 0 or -errno. */
int run_dir_write_meta(const struct run_dir *dir, const json_t *meta);

/* Joins "PATH/NAME". The result must be freed; NULL when out of memory. */
char *run_dir_file(const char *path, const char *name);

/* Removes a folder that was made for nothing; what else is in it stays. */
void run_dir_drop(const struct run_dir *dir);

void run_dir_close(struct run_dir *dir);

/* Opens the file `name` for reading, if it is a regular one: nothing that could
 * block. NULL with errno set. */
FILE *run_dir_open_file(const char *name);

/* Reads meta.json of the run in `path`. A new reference: an empty object, and
 * a sentence in `faults`, when it is missing or damaged. NULL for a newer
 * schema, which is then said, and when out of memory. */
json_t *run_dir_scan_meta(const char *path, struct words *faults);

/* Reads all whole records of the run in `path` into a new array. Left out, each
 * with a sentence in `faults` that names file and line, is what is no record,
 * has a newer schema, is of another suite, tells of a trial again, or lacks what
 * a trial must tell (record.h), and a torn last line. `*whole` (may be NULL) is
 * the offset of the latter. NULL when the file can't be read, which is then
 * said, and when out of memory. */
json_t *run_dir_scan_trials(const char *path, struct words *faults,
                            off_t *whole);

/* Prints what such a reading found, a message each. */
void run_dir_tell(const struct words *faults);

/* Reads meta.json of the run in `path`. A new reference, or NULL after telling
 * what is wrong with it. */
json_t *run_dir_read_meta(const char *path);

/* As run_dir_scan_trials(), but tells what is wrong. */
json_t *run_dir_read_trials(const char *path, off_t *whole);

#endif

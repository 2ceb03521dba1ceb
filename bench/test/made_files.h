/* made_files.h: trials in which files were served, for tests, with figures that
 * are made up. */
#ifndef BENCH_TEST_MADE_FILES_H
#define BENCH_TEST_MADE_FILES_H

struct made_files {
    const char *servers; /* lists with blanks */
    const char *ways;    /* to read a file */
    const char *sizes;   /* of files, in bytes */
    int repeats;
    double cost; /* of all: 1.1 is slower */
};

/* Adds the trials to a run that made_run_write() has made. `blocking` has one
 * connection, all others 4. Every way is a tenth slower than the one before; at
 * 1 MiB and more the generator is the limit of `sendfile`; `direct` is skipped. */
void made_files_add(const char *folder, const struct made_files *files);

#endif

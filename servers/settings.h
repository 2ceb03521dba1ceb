/* settings.h: the command line of a server, the same for every model. */
#ifndef SERVERS_SETTINGS_H
#define SERVERS_SETTINGS_H

#include "servers/files/way.h"
#include "servers/model.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct settings {
    const char *host; /* or "unix:PATH" */
    unsigned port;    /* 0: a free one */
    enum proto proto;
    unsigned workers;
    bool pinned;
    cpu_set_t cpus; /* where to run, if pinned */
    uint64_t idle_ns;
    uint64_t request_ns;
    unsigned max_connections; /* 0: as many as there are descriptors */
    const char *stats;        /* file, or NULL */
    const char *record_file;  /* given with PROTO_RECORD only */
    bool syncs;               /* --fsync */
    const char *root;         /* folder whose files are served, or NULL */
    const struct file_way *file_io;
};

/* Fills `settings` from the command line, within what `model` can do. Strings
 * point into argv. Exits 2 after one line on stderr if it is wrong, and 0 for
 * --help, --version and --summary. */
void settings_parse(struct settings *settings, int argc, char **argv);

#endif

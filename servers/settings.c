#include "servers/settings.h"

#include "common/cpus.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"
#include "common/units.h"
#include "common/unix_path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_HOST = 0x100,
    KEY_PORT,
    KEY_PROTOCOL,
    KEY_WORKERS,
    KEY_CPUS,
    KEY_IDLE,
    KEY_REQUEST,
    KEY_CONNECTIONS,
    KEY_STATS,
    KEY_SUMMARY,
    KEY_FACTS,
    KEY_ROOT,
    KEY_FILE_IO,
    KEY_RECORD,
    KEY_FSYNC,
};

static const struct argp_option table[] = {
    {"host", KEY_HOST, "ADDRESS", 0,
     "Listen there (default: 127.0.0.1); unix:PATH is a Unix socket", 0},
    {"port", KEY_PORT, "N", 0, "TCP port; 0, the default: a free one", 0},
    {"protocol", KEY_PROTOCOL, "NAME", 0, "echo, http (default) or record", 0},
    {"workers", KEY_WORKERS, "N", 0,
     "Loops, processes or pool threads. A model that has one loop, or one "
     "thread for each connection, takes only 1",
     0},
    {"cpus", KEY_CPUS, "LIST", 0, "Run on these CPUs only, as in taskset", 0},
    {"idle-timeout", KEY_IDLE, "D", 0,
     "Close a connection without progress for so long (default: 60s; 0s: "
     "never)",
     0},
    {"request-timeout", KEY_REQUEST, "D", 0,
     "Close one whose request takes longer to come in (default: 10s; 0s: "
     "never)",
     0},
    {"max-connections", KEY_CONNECTIONS, "N", 0,
     "Serve at most so many at once; the others wait in the kernel's queue", 0},
    {"stats", KEY_STATS, "FILE", 0, "Write counters there at the end, as JSON",
     0},
    {"summary", KEY_SUMMARY, NULL, 0,
     "Print the model's name, a tab and a line about it, and exit", 0},
    {"facts", KEY_FACTS, NULL, 0,
     "Print what tests and tables go by, a name and its value on each line, "
     "and exit",
     0},
    {"root", KEY_ROOT, "DIR", 0, "Serve the files in this folder", 0},
    {"file-io", KEY_FILE_IO, "WAY", 0,
     "How to read them: sendfile (default), read, mmap, splice, direct "
     "(O_DIRECT) or aio (POSIX)",
     0},
    {"record-file", KEY_RECORD, "FILE", 0,
     "Append the lines that come to it; with --protocol record", 0},
    {"fsync", KEY_FSYNC, NULL, 0,
     "Acknowledge no line before it is on the disk; with --protocol record", 0},
    {0},
};

static int count(const char *name, const char *text, uint64_t min, uint64_t max,
                 unsigned *value)
{
    uint64_t number = 0;

    if (options_count(name, text, min, max, &number) != 0)
        return -1;
    *value = (unsigned)number;
    return 0;
}

/* "0" needs no unit: it is the same in all of them. */
static int duration(const char *name, const char *text, uint64_t *ns)
{
    return options_duration(name, strcmp(text, "0") == 0 ? "0s" : text, 0,
                            3600 * NS_PER_S, ns);
}

static int protocol(struct settings *settings, const char *text)
{
    static const char *const known[] = {[PROTO_ECHO] = "echo",
                                        [PROTO_HTTP] = "http",
                                        [PROTO_RECORD] = "record"};
    int chosen = options_choice("--protocol", text, known, 3);

    if (chosen < 0)
        return -1;
    settings->proto = (enum proto)chosen;
    return 0;
}

static int host(struct settings *settings, const char *text)
{
    const char *path = unix_path(text);
    const char *why = path ? unix_path_refuses(path) : NULL;

    if (why) {
        msg_error("--host: '%s': %s", text, why);
        return -1;
    }
    settings->host = text;
    return 0;
}

static int file_io(struct settings *settings, const char *text)
{
    const char *names[WAYS];
    int chosen;

    for (size_t i = 0; i < WAYS; i++)
        names[i] = ways[i]->name;
    chosen = options_choice("--file-io", text, names, WAYS);
    if (chosen < 0)
        return -1;
    settings->file_io = ways[chosen];
    return 0;
}

static int workers(struct settings *settings, const char *text)
{
    unsigned *value = &settings->workers;

    if (count("--workers", text, 1, UINT_MAX, value) != 0)
        return -1;
    if (*value <= model.max_workers)
        return 0;
    msg_error("--workers: %s takes at most %u, not %u", model.name,
              model.max_workers, *value);
    return -1;
}

static int summary(void)
{
    printf("%s\t%s\n", model.name, model.summary);
    exit(fflush(stdout) == 0 ? EXIT_FINE : EXIT_USAGE);
}

static int facts(const struct settings *settings)
{
    printf("syscalls_per_request %g\nserves_at_once %u\nmax_fd %d\nspins %d\n",
           model.syscalls_per_request, model.one_each ? settings->workers : 0,
           model.max_fd, model.spins);
    printf("waits %s\nlimit %s\nkernel %s\n", model.waits, model.limit,
           model.kernel);
    exit(fflush(stdout) == 0 ? EXIT_FINE : EXIT_USAGE);
}

static int take(int key, const char *value, void *input)
{
    struct settings *settings = input;

    switch (key) {
    case KEY_HOST:
        return host(settings, value);
    case KEY_PORT:
        return count("--port", value, 0, 65535, &settings->port);
    case KEY_PROTOCOL:
        return protocol(settings, value);
    case KEY_WORKERS:
        return workers(settings, value);
    case KEY_CPUS:
        settings->pinned = true;
        return cpus_option("--cpus", value, &settings->cpus);
    case KEY_IDLE:
        return duration("--idle-timeout", value, &settings->idle_ns);
    case KEY_REQUEST:
        return duration("--request-timeout", value, &settings->request_ns);
    case KEY_CONNECTIONS:
        return count("--max-connections", value, 1, 1000000,
                     &settings->max_connections);
    case KEY_STATS:
        settings->stats = value;
        return 0;
    case KEY_SUMMARY:
        return summary();
    case KEY_FACTS:
        return facts(settings);
    case KEY_ROOT:
        settings->root = value;
        return 0;
    case KEY_FILE_IO:
        return file_io(settings, value);
    case KEY_RECORD:
        settings->record_file = value;
        return 0;
    case KEY_FSYNC:
        settings->syncs = true;
        return 0;
    default:
        msg_error("unexpected word '%s'; see --help", value);
        return -1;
    }
}

/* What of the options does not go together; NULL: all does. */
static const char *contradiction(const struct settings *settings)
{
    bool records = settings->proto == PROTO_RECORD;

    if (settings->port && unix_path(settings->host))
        return "--port: a Unix socket has none";
    if (records && !settings->record_file)
        return "--record-file: --protocol record needs it; name the file to "
               "append to";
    if (!records && settings->record_file)
        return "--record-file: goes with --protocol record only";
    if (!records && settings->syncs)
        return "--fsync: goes with --protocol record only";
    if (settings->root && settings->proto != PROTO_HTTP)
        return "--root: files are served with --protocol http only";
    if (settings->file_io && !settings->root)
        return "--file-io: there are no files without --root";
    return NULL;
}

void settings_parse(struct settings *settings, int argc, char **argv)
{
    const char *why;
    const struct options options = {
        .table = table,
        .about = "Serve echo or HTTP, or record lines, with one I/O model "
                 "until SIGTERM or SIGINT.\vWhen it can serve, it prints one "
                 "line: ready MODEL "
                 "ADDRESS PORT; for a Unix socket, its path and 0.",
        .take = take,
    };

    *settings = (struct settings){
        .host = "127.0.0.1",
        .proto = PROTO_HTTP,
        .workers = model.default_workers ? model.default_workers : 1,
        .idle_ns = 60 * NS_PER_S,
        .request_ns = 10 * NS_PER_S,
        .max_connections = model.max_connections,
    };
    options_parse(&options, argc, argv, settings);
    why = contradiction(settings);
    if (why) {
        msg_error("%s", why);
        exit(EXIT_USAGE);
    }
    if (!settings->file_io)
        settings->file_io = ways[0];
}

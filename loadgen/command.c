#include "loadgen/command.h"

#include "loadgen/command_conns.h"
#include "loadgen/command_plan.h"
#include "loadgen/engine.h"

#include "common/cost.h"
#include "common/cpus.h"
#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"
#include "common/units.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_NS (3600 * NS_PER_S)

enum {
    CONNECTIONS_MOST = 1000000,
    THREADS_MOST = SCHEDULE_THREADS_MOST,
    PIPELINE_MOST = 1024,
    REQUESTS_MOST = 1000000000,
};

enum key {
    KEY_WORD = OPTIONS_WORD,
    KEY_CONNECTIONS = 'c',
    KEY_THREADS = 0x100,
    KEY_IDLE,
    KEY_DURATION,
    KEY_WARMUP,
    KEY_TIMEOUT,
    KEY_PIPELINE,
    KEY_PAYLOAD,
    KEY_REQUESTS,
    KEY_CLOSE,
    KEY_CPUS,
    KEY_SEED,
    KEY_ENGINE,
    KEY_RATE,
    KEY_ARRIVALS,
    KEY_NO_SPIN,
    KEY_PRINT_SCHEDULE,
    KEY_FIND_RATE,
    KEY_SERVER_PID,
    KEY_STRICT,
    KEY_JSON,
    KEY_HGRM,
    KEY_HLOG,
    KEY_SERIES,
    KEY_INTERVAL,
    KEY_LIVE,
};

static const struct argp_option table[] = {
    {"connections", KEY_CONNECTIONS, "N", 0, "Connections in all (1)", 0},
    {"idle", KEY_IDLE, "N", 0,
     "Connections besides, opened first and only held (0)", 0},
    {"threads", KEY_THREADS, "N", 0, "Threads that share them (1)", 0},
    {"duration", KEY_DURATION, "D", 0, "How long to measure (10s)", 0},
    {"warmup", KEY_WARMUP, "D", 0, "How long to send before that (200ms)", 0},
    {"timeout", KEY_TIMEOUT, "D", 0,
     "How long to wait for a connection or a reply (2s)", 0},
    {"pipeline", KEY_PIPELINE, "N", 0,
     "Requests in flight on each connection (1)", 0},
    {"payload", KEY_PAYLOAD, "BYTES", 0,
     "Echo: bytes of a message, at least 16 (64); HTTP: bytes of a body to "
     "POST, 0 is GET (0). LOW-HIGH: each of another length, between them",
     0},
    {"rate", KEY_RATE, "R", 0,
     "Open loop: plan so many requests a second in all, and send them then", 0},
    {"arrivals", KEY_ARRIVALS, "HOW", 0,
     "How the moments of --rate follow each other: poisson or fixed (poisson)",
     0},
    {"no-spin", KEY_NO_SPIN, NULL, 0,
     "Only sleep until a planned moment: later, but leaves the CPU to others",
     0},
    {"print-schedule", KEY_PRINT_SCHEDULE, NULL, 0,
     "Print the planned moments, THREAD and ns, and connect to nothing", 0},
    {"requests-per-connection", KEY_REQUESTS, "N", 0,
     "Close each connection after so many, and open it anew", 0},
    {"close", KEY_CLOSE, "WHO", 0,
     "Who closes it then: client (default), server, or reset by the client", 0},
    {"find-rate", KEY_FIND_RATE, "GOAL", 0,
     "Find the highest rate with a response time like 'p99<1ms', from --rate "
     "(100) on; each step takes --duration",
     0},
    {"cpus", KEY_CPUS, "LIST", 0, "Pin each thread to one of these CPUs", 0},
    {"seed", KEY_SEED, "N", 0,
     "Determines what echo messages hold, drawn lengths, and the plan (1)", 0},
    {"engine", KEY_ENGINE, "NAME", 0, "How bytes move: epoll or uring (epoll)",
     0},
    {"server-pid", KEY_SERVER_PID, "PID", 0,
     "Measure what this process and its descendants cost", 0},
    {"strict", KEY_STRICT, NULL, 0, "Exit 1 unless the verdict is ok", 0},
    {"json", KEY_JSON, "FILE", 0, "Write the record there ('-': stdout)", 0},
    {"hgrm", KEY_HGRM, "FILE", 0,
     "Write the distribution of the response time (closed loop: service time) "
     "there, in microseconds",
     0},
    {"hlog", KEY_HLOG, "FILE", 0,
     "Write the distributions of each interval there (HdrHistogram log)", 0},
    {"series", KEY_SERIES, "FILE", 0, "Write a row an interval there (TSV)", 0},
    {"live", KEY_LIVE, NULL, 0,
     "Print a line an interval on stderr, if that is a terminal", 0},
    {"interval", KEY_INTERVAL, "D", 0,
     "Of --hlog, --series and --live, at least 1ms (1s)", 0},
    {0},
};

static int take_engine(const char *value, struct settings *settings)
{
    const char *names[ENGINES];

    for (int i = 0; i < ENGINES; i++)
        names[i] = engines[i]->name;
    int choice = options_choice("--engine", value, names, ENGINES);
    if (choice < 0)
        return -1;
    settings->engine = engines[choice];
    return 0;
}

static const char targets[] = "http://HOST:PORT/PATH | echo://HOST:PORT | "
                              "unix:http:SOCKET | unix:echo:SOCKET";

static int take_target(const char *value, struct settings *settings)
{
    char why[200];

    if (settings->target_text) {
        msg_error("one target is enough: '%s' is one too many", value);
        return -1;
    }
    settings->target_text = value;
    if (target_parse(value, &settings->target, why, sizeof(why)) != 0) {
        msg_error("target '%s': %s", value, why);
        return -1;
    }
    return 0;
}

static int take_number(const char *name, const char *value, uint64_t min,
                       uint64_t max, unsigned *number)
{
    uint64_t count = 0;
    int error = options_count(name, value, min, max, &count);

    if (!error)
        *number = (unsigned)count;
    return error;
}

/* What is written where, and how often. */
static int take_output(enum key key, const char *value, struct command *command)
{
    switch (key) {
    case KEY_JSON:
        command->json = value;
        return 0;
    case KEY_HGRM:
        command->hgrm = value;
        return 0;
    case KEY_HLOG:
        command->hlog = value;
        return 0;
    case KEY_SERIES:
        command->series = value;
        return 0;
    case KEY_INTERVAL:
        return options_duration("--interval", value, NS_PER_MS, 24 * HOUR_NS,
                                &command->settings.interval_ns);
    case KEY_LIVE:
        command->live = true;
        return 0;
    default:
        return -1;
    }
}

/* What makes an open loop; or one of the above. */
static int take_plan(enum key key, const char *value, struct command *command)
{
    struct settings *to = &command->settings;

    switch (key) {
    case KEY_RATE:
        return options_count("--rate", value, 1, SCHEDULE_RATE_MOST,
                             &to->rate_per_s);
    case KEY_ARRIVALS:
        return command_take_arrivals(command, value);
    case KEY_NO_SPIN:
        to->spin = false;
        return 0;
    case KEY_PRINT_SCHEDULE:
        command->print_schedule = true;
        return 0;
    case KEY_FIND_RATE:
        return command_take_goal(command, value);
    default:
        return take_output(key, value, command);
    }
}

/* How long, where, with what, and when it is well; or one of the above. */
static int take_run(enum key key, const char *value, struct command *command)
{
    struct settings *to = &command->settings;
    unsigned number = 0;

    switch (key) {
    case KEY_DURATION:
        return options_duration("--duration", value, NS_PER_MS, 24 * HOUR_NS,
                                &to->duration_ns);
    case KEY_WARMUP:
        return options_duration("--warmup", value, 0, HOUR_NS, &to->warmup_ns);
    case KEY_CPUS:
        to->pinned = true;
        return cpus_option("--cpus", value, &to->cpus);
    case KEY_SEED:
        return options_count("--seed", value, 0, INT64_MAX, &to->seed);
    case KEY_ENGINE:
        return take_engine(value, to);
    case KEY_SERVER_PID:
        if (take_number("--server-pid", value, 1, INT32_MAX, &number) != 0)
            return -1;
        to->server_pid = (pid_t)number;
        return 0;
    case KEY_STRICT:
        command->strict = true;
        return 0;
    default:
        return take_plan(key, value, command);
    }
}

/* What is asked of whom on how many connections; or one of the above. */
static int take_option(int key, const char *value, void *input)
{
    struct command *command = input;
    struct settings *to = &command->settings;

    switch ((enum key)key) {
    case KEY_WORD:
        return take_target(value, to);
    case KEY_CONNECTIONS:
        return take_number("--connections", value, 1, CONNECTIONS_MOST,
                           &to->connections);
    case KEY_IDLE:
        return take_number("--idle", value, 0, CONNECTIONS_MOST, &to->idle);
    case KEY_THREADS:
        return take_number("--threads", value, 1, THREADS_MOST, &to->threads);
    case KEY_TIMEOUT:
        return options_duration("--timeout", value, NS_PER_MS, HOUR_NS,
                                &to->timeout_ns);
    case KEY_PIPELINE:
        return take_number("--pipeline", value, 1, PIPELINE_MOST,
                           &to->pipeline);
    case KEY_PAYLOAD:
        return command_take_payload(command, value);
    case KEY_REQUESTS:
        return take_number("--requests-per-connection", value, 1, REQUESTS_MOST,
                           &to->requests_per_connection);
    case KEY_CLOSE:
        return command_take_closing(command, value);
    default:
        return take_run((enum key)key, value, command);
    }
}

/* What can only be checked when everything is known. */
static int check(struct command *command)
{
    struct settings *settings = &command->settings;
    struct cost cost;
    char why[200];

    if (!settings->target_text) {
        msg_error("no target; say %s", targets);
        return -1;
    }
    if (command_check_plan(command) != 0 || command_check_conns(command) != 0)
        return -1;
    if (settings->server_pid) {
        int error = cost_of_tree_cpu(settings->server_pid, &cost);
        if (error) {
            msg_error("--server-pid: process %d: %s", (int)settings->server_pid,
                      strerror(-error));
            return -1;
        }
    }
    if (target_resolve(&settings->target, why, sizeof(why)) != 0) {
        msg_error("target '%s': %s", settings->target_text, why);
        return -1;
    }
    return 0;
}

/* Exits where the engine can't run. */
static void probe_engine(const struct engine *engine)
{
    const char *lacks;
    int error = engine->probe ? engine->probe(&lacks) : 0;

    if (!error)
        return;
    msg_error("--engine %s: %s: %s; use --engine %s", engine->name, lacks,
              strerror(-error), engines[0]->name);
    exit(EXIT_NOT_HERE);
}

void command_parse(struct command *command, int argc, char **argv)
{
    const struct options options = {
        .table = table,
        .words = targets,
        .about =
            "Drives a server in a closed or an open loop, checks every "
            "reply, and "
            "says what it cost and what the figures are worth.\v"
            "Exit: 0 every reply was right, 1 errors or a verdict that "
            "--strict refuses, 2 could not run, 3 --find-rate could not tell.",
        .take = take_option,
    };

    *command = (struct command){
        .settings =
            {
                .engine = engines[0],
                .connections = 1,
                .threads = 1,
                .pipeline = 1,
                .duration_ns = 10 * NS_PER_S,
                .warmup_ns = 200 * NS_PER_MS,
                .timeout_ns = 2 * NS_PER_S,
                .seed = 1,
                .spin = true,
                .interval_ns = NS_PER_S,
            },
    };
    options_parse(&options, argc, argv, command);
    if (check(command) != 0)
        exit(EXIT_USAGE);
    probe_engine(command->settings.engine);
}

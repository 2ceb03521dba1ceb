#include "loadgen/command_conns.h"

#include "loadgen/protocol/request.h"

#include "common/msg.h"
#include "common/options.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum {
    PAYLOAD_MOST = 16 * 1024 * 1024,
    PAYLOAD_ECHO = 64,
};

int command_take_payload(struct command *command, const char *value)
{
    struct settings *settings = &command->settings;
    const char *dash = strchr(value, '-');
    char least[24];
    uint64_t low = 0;
    uint64_t high = 0;

    /* A dash in front is a sign, which no count has. */
    if (!dash || dash == value || strlen(value) >= sizeof(least))
        dash = value + strlen(value);
    snprintf(least, sizeof(least), "%.*s", (int)(dash - value), value);
    if (options_count("--payload", *dash ? least : value, 0, PAYLOAD_MOST,
                      &low) != 0 ||
        options_count("--payload", *dash ? dash + 1 : value, 0, PAYLOAD_MOST,
                      &high) != 0)
        return -1;
    if (low > high) {
        msg_error("--payload: '%s' is the wrong way round, say %s-%s", value,
                  dash + 1, least);
        return -1;
    }
    settings->payload_bytes = (size_t)low;
    settings->payload_most_bytes = (size_t)high;
    command->payload_given = true;
    return 0;
}

int command_take_closing(struct command *command, const char *value)
{
    static const char *const known[] = {
        [CLOSING_CLIENT] = "client",
        [CLOSING_SERVER] = "server",
        [CLOSING_RESET] = "reset",
    };
    int choice = options_choice("--close", value, known, CLOSINGS);

    if (choice < 0)
        return -1;
    command->settings.closing = (enum closing)choice;
    command->closing_given = true;
    return 0;
}

static int check_threads(const struct settings *settings)
{
    if (settings->threads > settings->connections) {
        msg_error("--threads: %u threads cannot share %u connection%s",
                  settings->threads, settings->connections,
                  settings->connections == 1 ? "" : "s");
        return -1;
    }
    if (settings->pinned &&
        settings->threads > (unsigned)CPU_COUNT(&settings->cpus)) {
        msg_error("--threads: %u threads need as many CPUs, and --cpus names "
                  "%d",
                  settings->threads, CPU_COUNT(&settings->cpus));
        return -1;
    }
    return 0;
}

static int check_payload(struct command *command)
{
    struct settings *settings = &command->settings;

    if (settings->target.protocol != TARGET_ECHO)
        return 0;
    if (!command->payload_given) {
        settings->payload_bytes = PAYLOAD_ECHO;
        settings->payload_most_bytes = PAYLOAD_ECHO;
    }
    if (settings->payload_bytes < ECHO_HEAD) {
        msg_error("--payload: %zu is too small, an echo message has at least "
                  "%d bytes",
                  settings->payload_bytes, ECHO_HEAD);
        return -1;
    }
    return 0;
}

static int check_closing(const struct command *command)
{
    const struct settings *settings = &command->settings;

    if (command->closing_given && settings->requests_per_connection == 0) {
        msg_error("--close: nothing is closed without "
                  "--requests-per-connection");
        return -1;
    }
    if (settings->closing == CLOSING_RESET &&
        target_is_unix(&settings->target)) {
        msg_error("--close: a Unix socket knows no reset; say client or "
                  "server");
        return -1;
    }
    return 0;
}

/* So many descriptors are not to be had. */
static void refuse_descriptors(const struct settings *settings, rlim_t needed,
                               rlim_t most)
{
    char idle[32] = "";

    if (settings->idle)
        snprintf(idle, sizeof(idle), " and --idle %u", settings->idle);
    msg_error("--connections: %u%s need %llu descriptors, and the limit is "
              "%llu; ask for fewer, or raise it (ulimit -Hn, as root)",
              settings->connections, idle, (unsigned long long)needed,
              (unsigned long long)most);
}

static int raise_limit(const struct settings *settings)
{
    const rlim_t others = 32 + 4 * (rlim_t)settings->threads;
    rlim_t needed = (rlim_t)settings->connections + settings->idle + others;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return 0;
    if (limit.rlim_max < needed) {
        refuse_descriptors(settings, needed, limit.rlim_max);
        return -1;
    }
    limit.rlim_cur = needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        msg_error("--connections: raising the descriptor limit: %s",
                  strerror(errno));
        return -1;
    }
    return 0;
}

int command_check_conns(struct command *command)
{
    if (check_threads(&command->settings) != 0 || check_payload(command) != 0 ||
        check_closing(command) != 0)
        return -1;
    return raise_limit(&command->settings);
}

/* client.c: the command line of the interactive client. */
#include "servers/client/chat.h"
#include "servers/client/dial.h"

#include "common/exits.h"
#include "common/msg.h"
#include "common/options.h"
#include "common/units.h"
#include "common/unix_path.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_TIMEOUT = 0x100 };

static const struct argp_option table[] = {
    {"timeout", KEY_TIMEOUT, "D", 0,
     "How long to wait for the connection, and for a reply (5s)", 0},
    {0},
};

struct command {
    const char *host;
    const char *path; /* of a Unix socket, or NULL */
    const char *port;
    uint64_t timeout_ns;
};

static int take_host(struct command *command, const char *word)
{
    const char *why;

    command->host = word;
    command->path = unix_path(word);
    why = command->path ? unix_path_refuses(command->path) : NULL;
    if (why)
        msg_error("'%s': %s", word, why);
    return why ? -1 : 0;
}

static int take_port(struct command *command, const char *word)
{
    uint64_t port = 0;

    command->port = word;
    return options_count("PORT", word, 1, 65535, &port);
}

static int take(int key, const char *value, void *input)
{
    struct command *command = input;

    if (key == KEY_TIMEOUT)
        return options_duration("--timeout", value, NS_PER_MS, 3600 * NS_PER_S,
                                &command->timeout_ns);
    if (!command->host)
        return take_host(command, value);
    if (!command->port && !command->path)
        return take_port(command, value);
    msg_error("unexpected word '%s'; see --help", value);
    return -1;
}

static void command_parse(struct command *command, int argc, char **argv)
{
    const struct options options = {
        .table = table,
        .words = "HOST PORT\nunix:PATH",
        .about =
            "Say lines to a server, and see what it replies."
            "\vOn a terminal it asks for each line with a prompt and shows "
            "the reply; an empty line or Control-D ends it. From a pipe it "
            "sends all lines, and writes the replies to stdout as they "
            "are.\n\nTry it with: build/servers/epoll --protocol echo",
        .take = take,
    };

    *command = (struct command){.timeout_ns = 5 * NS_PER_S};
    options_parse(&options, argc, argv, command);
    if (command->path || command->port)
        return;
    msg_error("%s; see --help",
              command->host ? "no PORT" : "no HOST and PORT, or unix:PATH");
    exit(EXIT_USAGE);
}

/* Characters are those of the user's locale, or else UTF-8. */
static void choose_encoding(void)
{
    if (!setlocale(LC_CTYPE, "") ||
        strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static int dial_unix(const struct command *command)
{
    struct sockaddr_un address = unix_address(command->path);
    const struct addrinfo at = {
        .ai_family = AF_UNIX,
        .ai_addr = (struct sockaddr *)&address,
        .ai_addrlen = sizeof(address),
    };

    return dial(&at, command->timeout_ns);
}

static int dial_tcp(const struct command *command)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found;
    int error = getaddrinfo(command->host, command->port, &hints, &found);

    if (error) {
        msg_error("host '%s': %s", command->host, gai_strerror(error));
        exit(EXIT_USAGE);
    }
    int fd = dial(found, command->timeout_ns);
    freeaddrinfo(found);
    return fd;
}

static int chat(int fd, const char *server, uint64_t timeout_ns)
{
    static struct chat chat; /* it is large */
    bool in = isatty(STDIN_FILENO);
    bool out = isatty(STDOUT_FILENO);
    int code;

    chat_start(&chat, fd, server, timeout_ns, !out);
    if (in && out) {
        printf("Connected to %s; an empty line ends.\n", server);
        code = chat_on_terminal(&chat);
    } else {
        code = chat_on_pipe(&chat);
    }
    chat_end(&chat);
    return code;
}

int main(int argc, char **argv)
{
    struct command command;
    char server[300];
    int fd;
    int code;

    msg_init(argv[0]);
    command_parse(&command, argc, argv);
    signal(SIGPIPE, SIG_IGN);
    choose_encoding();
    snprintf(server, sizeof(server), "%s%s%s",
             command.path ? command.path : command.host,
             command.path ? "" : " port ", command.path ? "" : command.port);
    fd = command.path ? dial_unix(&command) : dial_tcp(&command);
    if (fd < 0) {
        msg_error("can't connect to %s: %s; is a server running there?", server,
                  strerror(-fd));
        return EXIT_NO;
    }
    code = chat(fd, server, command.timeout_ns);
    close(fd);
    return code;
}

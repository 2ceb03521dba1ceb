/* tool_pty: runs a command on a terminal of its own, of 80 columns. What comes
 * from stdin is typed there; what the screen gets goes to stdout. At the end of
 * stdin, the terminal hangs up.
 * Usage: tool_pty COMMAND [ARGUMENT]...
 * Exit: the command's code, or 128 and the signal that killed it; 99: it left
 * the terminal in another mode than it found it in. */
#include "servers/test/relay.h"

#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

enum { EXIT_MODE_CHANGED = 99 };

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

static bool same_mode(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
           a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
           memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc)) == 0;
}

static pid_t start(char **command, int master, int terminal)
{
    pid_t pid = fork();

    if (pid < 0)
        fail("fork");
    if (pid > 0)
        return pid;
    close(master);
    if (login_tty(terminal) == 0)
        execvp(command[0], command);
    fail(command[0]);
}

int main(int argc, char **argv)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    struct termios before;
    struct termios after;
    int master;
    int terminal;
    int status;

    if (argc < 2) {
        fputs("usage: tool_pty COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    if (openpty(&master, &terminal, NULL, NULL, &size) != 0 ||
        tcgetattr(terminal, &before) != 0)
        fail("terminal");
    pid_t pid = start(argv + 1, master, terminal);
    close(terminal);
    bool ended = relay(master);
    /* what the master shows is the terminal's mode */
    if (ended && tcgetattr(master, &after) != 0)
        fail("terminal");
    close(master);
    if (waitpid(pid, &status, 0) != pid)
        fail("waitpid");
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    return !ended || same_mode(&before, &after) ? WEXITSTATUS(status)
                                                : EXIT_MODE_CHANGED;
}

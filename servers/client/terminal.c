/* terminal.c: a prompt, a line edited with libedit, its reply, and again. While
 * the user types, libedit asks for a character, and that is where the socket is
 * watched, too; see editline(3), EL_GETCFN. */
#include "servers/client/chat.h"

#include "common/clock.h"

#include <errno.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

enum { HISTORY_LINES = 1000 };

static char prompt_text[] = "Msg>> ";

struct terminal {
    struct chat *chat;
    EditLine *editor;
    History *history;
    int signal_fd;
    sigset_t signals_before;
    bool editing; /* the prompt is on the screen, perhaps with a text */
    bool leaves;  /* a signal asked for it */
};

static char *prompt(EditLine *editor)
{
    (void)editor;
    return prompt_text;
}

/* How many columns libedit shows it in. */
static int width(wchar_t c)
{
    if (iswprint((wint_t)c))
        return wcwidth(c);
    return iswcntrl((wint_t)c) ? 2 : 8;
}

/* Takes the prompt and the text off the screen. Where the terminal can't, they
 * stay, and what follows begins below. */
static void erase(struct terminal *terminal)
{
    const LineInfoW *line = el_wline(terminal->editor);
    int column = (int)strlen(prompt_text);
    int columns = 0;
    char *up = NULL;
    char *clear = NULL;

    el_get(terminal->editor, EL_GETTC, "co", &columns);
    el_get(terminal->editor, EL_GETTC, "up", &up);
    el_get(terminal->editor, EL_GETTC, "cd", &clear);
    if (columns <= 0 || !up || !clear) {
        fputc('\n', stdout);
        return;
    }
    for (const wchar_t *at = line->buffer; at < line->cursor; at++)
        column += width(*at);
    fputc('\r', stdout);
    for (int row = column / columns; row > 0; row--)
        fputs(up, stdout);
    fputs(clear, stdout);
}

static void draw(struct terminal *terminal)
{
    el_set(terminal->editor, EL_REFRESH);
}

/* So that what follows does not begin amid a text of several rows. */
static void leave_text(struct terminal *terminal)
{
    const LineInfoW *line = el_wline(terminal->editor);
    const int behind = (int)(line->lastchar - line->cursor);

    if (behind == 0)
        return;
    erase(terminal);
    el_cursor(terminal->editor, behind);
    draw(terminal);
}

/* Control-Z: stops as a program does that does not mind the signal, with the
 * terminal in order, and goes on later. */
static void stop_here(struct terminal *terminal)
{
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    if (terminal->editing)
        el_set(terminal->editor, EL_PREP_TERM, 0);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, NULL); /* here */
    sigprocmask(SIG_BLOCK, &stop, NULL);
    if (!terminal->editing)
        return;
    el_set(terminal->editor, EL_PREP_TERM, 1);
    fputc('\r', stdout);
    draw(terminal);
}

static void heed_signal(struct terminal *terminal)
{
    struct signalfd_siginfo signal;

    if (read(terminal->signal_fd, &signal, sizeof(signal)) !=
        (ssize_t)sizeof(signal))
        return;
    if (signal.ssi_signo == SIGTSTP) {
        stop_here(terminal);
    } else if (signal.ssi_signo != SIGWINCH) {
        terminal->leaves = true;
    } else if (terminal->editing) {
        erase(terminal);
        el_resize(terminal->editor);
        draw(terminal);
    }
}

static bool over(const struct terminal *terminal)
{
    return terminal->leaves || chat_over(terminal->chat);
}

/* Waits for something to happen, with an eye on stdin or not, and sees to all
 * but the input. What the server says is shown above the line being edited.
 * Returns whether there is input. */
static bool turn(struct terminal *terminal, int input_fd)
{
    unsigned ready = chat_wait(terminal->chat, input_fd, terminal->signal_fd);
    bool shows = terminal->editing && ready & (CHAT_REPLY | CHAT_SHOWS);

    if (shows)
        erase(terminal);
    chat_move(terminal->chat, ready);
    if (shows)
        draw(terminal);
    if (ready & CHAT_SIGNAL)
        heed_signal(terminal);
    return ready & CHAT_INPUT;
}

/* Adds a byte to a character that has begun in `state`. 1: it is whole; 0: more
 * are needed. What is no character is left out. */
static int add_byte(wchar_t *c, char byte, mbstate_t *state)
{
    bool begun = !mbsinit(state);
    size_t length = mbrtowc(c, &byte, 1, state);

    if (length == (size_t)-1) {
        memset(state, 0, sizeof(*state));
        return begun ? add_byte(c, byte, state) : 0;
    }
    return length != (size_t)-2;
}

/* The next character that is typed: 1, or 0 at the end of it all. */
static int next_character(EditLine *editor, wchar_t *c)
{
    struct terminal *terminal = NULL;
    mbstate_t state = {0};
    char byte;

    el_get(editor, EL_CLIENTDATA, &terminal);
    while (!over(terminal)) {
        if (!turn(terminal, STDIN_FILENO))
            continue;
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n == 1 && add_byte(c, byte, &state))
            return 1;
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            break;
    }
    leave_text(terminal);
    return 0;
}

/* Until the reply is shown, or too late. */
static void await_reply(struct terminal *terminal)
{
    struct chat *chat = terminal->chat;
    const uint64_t shown = chat->display.shown;

    while (!over(terminal) && chat->session.awaited > 0 &&
           chat->display.shown == shown) {
        turn(terminal, -1);
        if (chat_late(chat))
            chat_give_up(chat);
    }
    if (!over(terminal))
        session_settle(&chat->session);
}

static void say(struct terminal *terminal, const char *line, size_t n)
{
    chat_say(terminal->chat, line, n);
    await_reply(terminal);
}

/* Asks for a line, and says it. */
static void ask(struct terminal *terminal)
{
    HistEvent event;
    int n = 0;

    terminal->editing = true;
    const char *line = el_gets(terminal->editor, &n);
    terminal->editing = false;
    if (!line || n <= 0) {
        fputc('\n', stdout); /* the cursor is behind the prompt */
        n = 0;
    }
    if (over(terminal))
        return;
    if (n > 1)
        history(terminal->history, &event, H_ENTER, line);
    say(terminal, line, (size_t)n);
}

/* The signals that end it, and those that a terminal's user sends otherwise. */
static int open_signals(struct terminal *terminal)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGQUIT,
                                  SIGHUP, SIGTSTP, SIGWINCH};
    sigset_t signals;

    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaddset(&signals, numbers[i]);
    sigprocmask(SIG_BLOCK, &signals, &terminal->signals_before);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool open_editor(struct terminal *terminal)
{
    HistEvent event;

    terminal->history = history_init();
    terminal->editor = el_init("muxbench-client", stdin, stdout, stderr);
    if (!terminal->history || !terminal->editor)
        return false;
    history(terminal->history, &event, H_SETSIZE, HISTORY_LINES);
    history(terminal->history, &event, H_SETUNIQUE, 1);
    el_set(terminal->editor, EL_CLIENTDATA, terminal);
    el_set(terminal->editor, EL_GETCFN, next_character);
    el_set(terminal->editor, EL_PROMPT, prompt);
    el_set(terminal->editor, EL_EDITOR, "emacs");
    el_set(terminal->editor, EL_HIST, history, terminal->history);
    el_source(terminal->editor, NULL); /* the user's own bindings, if any */
    return true;
}

static void close_terminal(struct terminal *terminal)
{
    if (terminal->editor)
        el_end(terminal->editor);
    if (terminal->history)
        history_end(terminal->history);
    if (terminal->signal_fd >= 0)
        close(terminal->signal_fd);
    sigprocmask(SIG_SETMASK, &terminal->signals_before, NULL);
}

int chat_on_terminal(struct chat *chat)
{
    struct terminal terminal = {.chat = chat};

    terminal.signal_fd = open_signals(&terminal);
    if (terminal.signal_fd < 0 || !open_editor(&terminal))
        chat_fail(chat, "terminal");
    while (!over(&terminal) && !chat->session.ended)
        ask(&terminal);
    close_terminal(&terminal);
    fflush(stdout);
    return chat_outcome(chat);
}

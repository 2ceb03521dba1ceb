#include "bench/regress/base_tree.h"

#include "bench/child.h"
#include "bench/runner/run_dir.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/units.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t limit_ns = 600 * NS_PER_S;
static const uint64_t tidy_limit_ns = 30 * NS_PER_S;
/* An interrupted git takes back what it has begun. */
static const uint64_t grace_ns = 5 * NS_PER_S;

/* What the surrounding make or git hook says is not for the other tree. */
static const char *const not_inherited[] = {
    "MAKEFLAGS", "MFLAGS",        "MAKELEVEL",      "MAKEOVERRIDES",
    "GIT_DIR",   "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX",
};

/* Runs a program to its end. 0 if that was good, 1 if not, or -1 after telling
 * that it could not be run or was interrupted. */
static int run_program(const char *const *argv, int stdout_fd, int stderr_fd)
{
    const struct child_setup setup = {
        .argv = argv, .stdout_fd = stdout_fd, .stderr_fd = stderr_fd};
    struct child child;
    int error = child_start(&setup, &child);

    if (error) {
        msg_error("%s: can't be started: %s", argv[0], strerror(-error));
        return -1;
    }
    switch (child_wait(&child, -1, clock_ns() + limit_ns)) {
    case CHILD_ENDED:
        return child.status == 0 ? 0 : 1;
    case CHILD_INTERRUPT:
        msg_error("interrupted");
        break;
    case CHILD_LATE:
    case CHILD_READABLE:
        msg_error("%s: did not end within 10 minutes", argv[0]);
        break;
    }
    child_stop(&child, grace_ns);
    return -1;
}

/* The first line that a program prints, to be freed; NULL after telling, or,
 * with `*refused`, because the program ended with an error. */
static char *first_line(const char *const *argv, bool *refused)
{
    char text[300];
    int fd = memfd_create("output", MFD_CLOEXEC);
    int status = fd < 0 ? -1 : run_program(argv, fd, -1);
    ssize_t n = status == 0 ? pread(fd, text, sizeof(text) - 1, 0) : -1;
    char *line = NULL;

    if (fd >= 0)
        close(fd);
    *refused = status == 1;
    if (n >= 0) {
        text[n] = '\0';
        text[strcspn(text, "\n")] = '\0';
        line = strdup(text);
    }
    if (fd < 0 || (!line && status == 0))
        msg_error("%s: its output can't be read", argv[0]);
    return line;
}

/* Copies the end of a log to stderr: why a tree does not build. */
static void show_end(int log_fd)
{
    char text[4096];
    struct stat about;
    off_t from = 0;

    if (fstat(log_fd, &about) == 0 && about.st_size >= (off_t)sizeof(text))
        from = about.st_size - (off_t)sizeof(text) + 1;
    ssize_t n = pread(log_fd, text, sizeof(text) - 1, from);
    if (n > 0)
        fprintf(stderr, "%.*s", (int)n, text);
}

bool base_tree_has(const struct base_tree *tree, const char *server)
{
    char file[PATH_MAX];

    snprintf(file, sizeof(file), "%s/servers/models/%s.c", tree->path, server);
    return access(file, R_OK) == 0;
}

/* Builds the servers that the tree has, with its own rules. */
static int build(const struct base_tree *tree, const struct words *servers)
{
    struct words command = {0};
    int log_fd = memfd_create("make", MFD_CLOEXEC);
    int error = log_fd < 0 ? -1 : 0;

    error |= words_format(&command, "make");
    error |= words_format(&command, "--directory=%s", tree->path);
    error |=
        words_format(&command, "--jobs=%ld", sysconf(_SC_NPROCESSORS_ONLN));
    error |= words_format(&command, "BUILD=build");
    error |= words_format(&command, "SAN=");
    error |= words_format(&command, "DEV=");
    const size_t options = command.n;
    for (size_t i = 0; i < servers->n && !error; i++) {
        if (base_tree_has(tree, servers->word[i]))
            error =
                words_format(&command, "build/servers/%s", servers->word[i]);
    }
    if (error) {
        msg_error("out of memory");
    } else if (command.n > options) {
        error = run_program((const char *const *)command.word, log_fd, log_fd);
        if (error > 0) {
            show_end(log_fd);
            msg_error("the base (%s) does not build; the end of make's output "
                      "is above",
                      tree->name);
        }
    }
    words_free(&command);
    if (log_fd >= 0)
        close(log_fd);
    return error ? -1 : 0;
}

/* Runs what puts things in order, also after an interrupt. */
static void tidy_up(const char *const *argv)
{
    const struct child_setup setup = {
        .argv = argv, .stdout_fd = -1, .stderr_fd = -1};
    struct child child;

    if (child_start(&setup, &child) == 0)
        (void)child_finish(&child, tidy_limit_ns);
}

/* Takes it away, whatever is in it, and if git still knows one that is gone, or
 * that a killed git left locked; quietly when there is none. */
static int remove_worktree(const char *git, const char *worktree)
{
    const char *const remove[] = {"git",      "-C",     git,
                                  "worktree", "remove", "--force",
                                  "--force",  worktree, NULL};
    const char *const clear[] = {"rm", "-rf", "--", worktree, NULL};

    tidy_up(remove);
    if (access(worktree, F_OK) == 0)
        tidy_up(clear);
    return access(worktree, F_OK) == 0 ? -1 : 0;
}

/* Only one at a time works in a tree: they share its build folder, and would
 * disturb each other. `whose` is the tree in words. A descriptor, or -1 after
 * telling. */
static int take_lock(const char *programs, const char *whose)
{
    char *path = run_dir_file(programs, "regress.lock");
    int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    int error = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;

    if (error == EWOULDBLOCK)
        msg_error("another regress of %s is at work", whose);
    else if (error)
        msg_error("%s: %s", path ? path : "lock", strerror(error));
    if (error && fd >= 0) {
        close(fd);
        fd = -1;
    }
    free(path);
    return fd;
}

static int lock_own(const struct paths *paths, struct base_tree *tree)
{
    tree->lock_fd = take_lock(paths->programs, "this tree");
    return tree->lock_fd < 0 ? -1 : 0;
}

static bool same_folder(const char *a, const char *b)
{
    struct stat x;
    struct stat y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

/* Another checkout may be the base of several trees; this tree, too, may be its
 * own base, and is locked already then. 0, or -1 after telling. */
static int lock_base(const struct paths *paths, struct base_tree *tree)
{
    if (mkdir(tree->programs, 0777) != 0 && errno != EEXIST) {
        msg_error("--base: %s can't be made: %s", tree->programs,
                  strerror(errno));
        return -1;
    }
    if (same_folder(tree->programs, paths->programs))
        return 0;
    tree->base_lock_fd = take_lock(tree->programs, tree->name);
    return tree->base_lock_fd < 0 ? -1 : 0;
}

/* git does not know it, or refuses to look at all. */
static void tell_no_revision(const struct paths *paths, const char *base)
{
    const char *const argv[] = {"git",       "-C",        paths->root,
                                "rev-parse", "--git-dir", NULL};

    if (run_program(argv, -1, STDERR_FILENO) == 0)
        msg_error("--base: '%s' is neither a revision of this repository nor "
                  "a checkout's folder",
                  base);
    else
        msg_error("--base: '%s': git can't look it up in %s", base,
                  paths->root);
}

/* The revision's full name, to be freed; NULL after telling. */
static char *resolve(const struct paths *paths, const char *base)
{
    char commit[300];
    const char *const argv[] = {
        "git",      "-C",      paths->root,        "rev-parse",
        "--verify", "--quiet", "--end-of-options", commit,
        NULL};
    bool refused;

    snprintf(commit, sizeof(commit), "%s^{commit}", base);
    char *hash = first_line(argv, &refused);
    if (refused)
        tell_no_revision(paths, base);
    return hash;
}

static char *joined(const char *base, const char *subject)
{
    char *name;

    if (asprintf(&name, "%s: %s", base, subject) >= 0)
        return name;
    msg_error("out of memory");
    return NULL;
}

static int check_out(const struct paths *paths, const char *base,
                     struct base_tree *tree)
{
    char *hash = resolve(paths, base);
    const char *const subject[] = {
        "git", "-C", paths->root, "log", "-1", "--format=%h %s", hash, NULL};
    bool refused;
    int error = -1;

    if (!hash)
        return -1;
    char *text = first_line(subject, &refused);
    tree->path = run_dir_file(paths->programs, "regress-base");
    if (text && tree->path && (tree->name = joined(base, text)) &&
        lock_own(paths, tree) == 0 &&
        remove_worktree(paths->root, tree->path) == 0) {
        const char *const add[] = {
            "git",     "-C",      paths->root, "worktree", "add", "--quiet",
            "--force", "--force", "--detach",  tree->path, hash,  NULL};
        tree->git = paths->root;
        tree->worktree = tree->path;
        error = run_program(add, -1, STDERR_FILENO);
        if (error > 0)
            msg_error("%s: can't be checked out", tree->name);
    }
    free(text);
    free(hash);
    return error ? -1 : 0;
}

/* Whether `base` is meant as a folder, and that folder is a checkout. */
static bool is_checkout(const char *base)
{
    char file[PATH_MAX];

    snprintf(file, sizeof(file), "%s/servers/models", base);
    return access(file, R_OK) == 0;
}

int base_tree_open(const struct paths *paths, const char *base,
                   const struct words *servers, struct base_tree *tree)
{
    *tree = BASE_TREE_NONE;
    for (size_t i = 0; i < sizeof(not_inherited) / sizeof(*not_inherited); i++)
        unsetenv(not_inherited[i]);
    if (is_checkout(base)) {
        tree->path = realpath(base, NULL);
        tree->name = strdup(base);
        if (!tree->path)
            msg_error("--base: %s: %s", base, strerror(errno));
        if (!tree->path || lock_own(paths, tree) != 0)
            return -1;
    } else if (check_out(paths, base, tree) != 0) {
        return -1;
    }
    tree->programs = tree->path ? run_dir_file(tree->path, "build") : NULL;
    if (!tree->name || !tree->programs) {
        msg_error("out of memory");
        return -1;
    }
    if (!tree->worktree && lock_base(paths, tree) != 0)
        return -1;
    return build(tree, servers);
}

void base_tree_close(struct base_tree *tree)
{
    if (tree->worktree && remove_worktree(tree->git, tree->worktree) != 0)
        msg_error("%s: can't be removed; do it with: git -C '%s' worktree "
                  "remove --force --force '%s'",
                  tree->worktree, tree->git, tree->worktree);
    if (tree->lock_fd >= 0)
        close(tree->lock_fd);
    if (tree->base_lock_fd >= 0)
        close(tree->base_lock_fd);
    free(tree->name);
    free(tree->path);
    free(tree->programs);
    *tree = BASE_TREE_NONE;
}

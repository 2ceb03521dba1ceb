#include "bench/paths.h"

#include "common/msg.h"
#include "common/nearest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_program(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) &&
           access(path, X_OK) == 0;
}

static char *join(const char *folder, const char *name)
{
    char *joined;

    if (asprintf(&joined, "%s/%s", folder, name) < 0) {
        msg_error("out of memory");
        return NULL;
    }
    return joined;
}

/* Cuts the last part off; false when there is none left. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

int paths_find(struct paths *paths)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    *paths = (struct paths){0};
    if (length < 0) {
        msg_error("/proc/self/exe: %s", strerror(errno));
        return -1;
    }
    path[length] = '\0';
    go_up(path);
    paths->programs = strdup(path);
    if (!paths->programs) {
        msg_error("out of memory");
        return -1;
    }
    while (go_up(path)) {
        char *suites = join(path, "bench/suites");
        bool found = suites && is_folder(suites);
        free(suites);
        if (found) {
            paths->root = strdup(path);
            break;
        }
    }
    if (!paths->root)
        msg_error("no folder above %s has bench/suites", paths->programs);
    return paths->root ? 0 : -1;
}

void paths_free(struct paths *paths)
{
    free(paths->programs);
    free(paths->root);
    *paths = (struct paths){0};
}

/* The length of `name` without `ending`; 0 if it ends otherwise. */
static size_t stem_length(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t tail = strlen(ending);

    return length > tail && strcmp(name + length - tail, ending) == 0
               ? length - tail
               : 0;
}

int paths_list(const char *folder, const char *ending, struct words *names)
{
    const struct dirent *entry;
    DIR *dir = opendir(folder);
    int error = 0;

    if (!dir)
        return -errno;
    while (!error && (entry = readdir(dir))) {
        size_t length = stem_length(entry->d_name, ending);
        if (length > 0)
            error = words_add(names, entry->d_name, length);
    }
    closedir(dir);
    words_sort(names);
    return error;
}

int paths_servers(const struct paths *paths, struct words *names)
{
    char *folder = join(paths->programs, "servers");
    struct words all = {0};
    int error = folder ? paths_list(folder, "", &all) : -ENOMEM;

    for (size_t i = 0; i < all.n && !error; i++) {
        char *program = join(folder, all.word[i]);
        if (program && is_program(program))
            error = words_add(names, all.word[i], strlen(all.word[i]));
        free(program);
    }
    words_free(&all);

    if (error || names->n == 0) {
        msg_error("no servers in %s; run make first",
                  folder ? folder : "build/servers");
        error = -1;
    }
    free(folder);
    return error ? -1 : 0;
}

int paths_suites(const struct paths *paths, struct words *names)
{
    char *folder = join(paths->root, "bench/suites");
    int error = folder ? paths_list(folder, ".ini", names) : -ENOMEM;

    if (error && folder)
        msg_error("%s: %s", folder, strerror(-error));
    free(folder);
    return error ? -1 : 0;
}

char *paths_suite_file(const struct paths *paths, const char *name)
{
    struct words known = {0};
    char phrase[96];
    char there[300];
    char *file = NULL;

    if (strchr(name, '/') || stem_length(name, ".ini") > 0) {
        if (access(name, R_OK) == 0)
            return strdup(name);
        msg_error("--suite: %s: %s", name, strerror(errno));
        return NULL;
    }
    if (paths_suites(paths, &known) != 0)
        return NULL;
    if (!words_have(&known, name))
        msg_error("--suite: unknown suite '%s'%s; there are: %s", name,
                  nearest_phrase(phrase, sizeof(phrase), name,
                                 (const char *const *)known.word, known.n),
                  words_join(&known, ", ", there, sizeof(there)));
    else if (asprintf(&file, "%s/bench/suites/%s.ini", paths->root, name) < 0)
        file = NULL;
    words_free(&known);
    return file;
}

/* The real path of PLACE/NAME below the checkout; NULL if that is no folder. */
static char *folder_in(const struct paths *paths, const char *place,
                       const char *name)
{
    char *folder = join(paths->root, place);
    char *path = folder ? join(folder, name) : NULL;
    char *real = path && is_folder(path) ? realpath(path, NULL) : NULL;

    free(folder);
    free(path);
    return real;
}

char *paths_run(const struct paths *paths, const char *name)
{
    char *run = name && is_folder(name) ? realpath(name, NULL) : NULL;

    if (!run)
        run = folder_in(paths, "results", name ? name : "latest");
    if (!run && name)
        run = folder_in(paths, "results/baselines", name);
    if (!run && name)
        msg_error("%s: is no run: neither a folder nor one in results/ or "
                  "results/baselines/",
                  name);
    else if (!run)
        msg_error("there is no run yet; make one with: make bench");
    return run;
}

const char *paths_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

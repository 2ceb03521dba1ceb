#include "bench/compare/newest.h"

#include "bench/compare/fingerprint.h"
#include "bench/runner/run_dir.h"
#include "common/msg.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { STAMP = sizeof("20261124T132747Z") };

struct found {
    char *path;
    char *kernel;
    char stamp[STAMP]; /* sorts by time */
};

struct all_found {
    struct found *found;
    size_t n;
};

/* Whether the name begins as that of a run made without --out. */
static bool has_stamp(const char *name)
{
    static const char shape[] = "ddddddddTddddddZ";

    for (size_t i = 0; shape[i]; i++) {
        if (shape[i] == 'd' ? !isdigit((unsigned char)name[i])
                            : name[i] != shape[i])
            return false;
    }
    return true;
}

/* When the run was begun; for one with a name of its own when its meta.json was
 * written last. */
static void set_stamp(const char *name, const struct stat *meta,
                      char stamp[STAMP])
{
    struct tm utc;

    memset(stamp, 0, STAMP);
    if (has_stamp(name))
        memcpy(stamp, name, STAMP - 1);
    else if (gmtime_r(&meta->st_mtime, &utc))
        strftime(stamp, STAMP, "%Y%m%dT%H%M%SZ", &utc);
}

/* What is in results/ besides single runs. */
static bool is_other(const char *name)
{
    return name[0] == '.' || strcmp(name, "latest") == 0 ||
           strcmp(name, "baselines") == 0 ||
           strncmp(name, "compare-", strlen("compare-")) == 0;
}

/* Whether both files of a run are there, and the trials are not empty. */
static bool looks_like_run(const char *path, struct stat *meta)
{
    char *meta_path = run_dir_file(path, "meta.json");
    char *trials_path = run_dir_file(path, "trials.jsonl");
    struct stat trials;
    bool is = meta_path && trials_path && stat(meta_path, meta) == 0 &&
              stat(trials_path, &trials) == 0 && trials.st_size > 0;

    free(meta_path);
    free(trials_path);
    return is;
}

/* Adds the run, which takes `path`, if it can be read; what is wrong with it is
 * told. 0 or -ENOMEM. */
static int add(struct all_found *all, const char *name, char *path)
{
    struct stat about;
    json_t *meta =
        looks_like_run(path, &about) ? run_dir_read_meta(path) : NULL;
    char *kernel = meta ? strdup(fingerprint_kernel(meta)) : NULL;
    struct found *grown = NULL;
    bool wanted = meta != NULL;

    json_decref(meta);
    if (kernel)
        grown = realloc(all->found, (all->n + 1) * sizeof(*grown));
    if (!grown) {
        free(kernel);
        free(path);
        return wanted ? -ENOMEM : 0;
    }
    all->found = grown;
    grown[all->n] = (struct found){.path = path, .kernel = kernel};
    set_stamp(name, &about, grown[all->n].stamp);
    all->n++;
    return 0;
}

static int newest_first(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    int order = strcmp(y->stamp, x->stamp);

    return order ? order : strcmp(y->path, x->path);
}

/* 0 or -errno. */
static int find_all(const char *results, struct all_found *all)
{
    struct words names = {0};
    int error = paths_list(results, "", &names);

    for (size_t i = 0; i < names.n && !error; i++) {
        if (is_other(names.word[i]))
            continue;
        char *path = run_dir_file(results, names.word[i]);
        error = path ? add(all, names.word[i], path) : -ENOMEM;
    }
    words_free(&names);
    if (all->n > 1)
        qsort(all->found, all->n, sizeof(*all->found), newest_first);
    return error;
}

/* The newest one of another kernel than the newest has; else the second. */
static const struct found *partner(const struct all_found *all)
{
    for (size_t i = 1; i < all->n; i++) {
        if (strcmp(all->found[i].kernel, all->found[0].kernel) != 0)
            return &all->found[i];
    }
    return &all->found[1];
}

int newest_runs(const struct paths *paths, struct words *run)
{
    char *results = run_dir_file(paths->root, "results");
    struct all_found all = {0};
    int error = results ? find_all(results, &all) : -ENOMEM;

    if (error && error != -ENOENT) {
        msg_error("results/: can't be read: %s", strerror(-error));
    } else if (all.n < 2) {
        msg_error("there are not two runs in results/ to compare; name them, "
                  "or make one with: make bench");
        error = -1;
    } else {
        const char *older = partner(&all)->path;
        error = words_add(run, older, strlen(older));
        if (!error)
            error =
                words_add(run, all.found[0].path, strlen(all.found[0].path));
        if (error)
            msg_error("out of memory");
    }
    for (size_t i = 0; i < all.n; i++) {
        free(all.found[i].path);
        free(all.found[i].kernel);
    }
    free(all.found);
    free(results);
    return error ? -1 : 0;
}

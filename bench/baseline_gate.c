#include "bench/baseline.h"

#include "bench/compare/fingerprint.h"
#include "bench/runner/run_dir.h"
#include "common/msg.h"

#include <stdlib.h>
#include <string.h>

/* Whether it lies in some checkout's results/baselines/. */
static bool is_baseline(const char *path)
{
    static const char parents[] = "/results/baselines";
    char *real = realpath(path, NULL);
    char *slash = real ? strrchr(real, '/') : NULL;
    size_t length = slash ? (size_t)(slash - real) : 0;
    bool is = length >= sizeof(parents) - 1 &&
              strncmp(slash - (sizeof(parents) - 1), parents,
                      sizeof(parents) - 1) == 0;

    free(real);
    return is;
}

bool baseline_refuses(const char *base, const json_t *meta_base,
                      const json_t *meta_run, struct words *why)
{
    return is_baseline(base) &&
           !fingerprint_same_machine(meta_base, meta_run, why);
}

/* What is wrong with meta.json is told by whoever reads the trials. */
static json_t *meta_of(const char *run)
{
    struct words faults = {0};
    json_t *meta = run_dir_scan_meta(run, &faults);

    words_free(&faults);
    return meta;
}

/* A baseline can stand on either side. 0, or -1 after telling. */
static int check_pair(const char *base, const char *run)
{
    json_t *meta_base = meta_of(base);
    json_t *meta_run = meta_of(run);
    struct words why = {0};
    char text[800];
    const char *refused = NULL;

    if (baseline_refuses(base, meta_base, meta_run, &why))
        refused = base;
    else if (baseline_refuses(run, meta_base, meta_run, &why))
        refused = run;
    if (refused)
        msg_error("%s: a baseline of another machine can't gate: %s; measure a "
                  "new one here, or compare --anyway",
                  refused, words_join(&why, "; ", text, sizeof(text)));
    words_free(&why);
    json_decref(meta_base);
    json_decref(meta_run);
    return refused ? -1 : 0;
}

int baseline_check_gate(const struct words *run)
{
    int error = 0;

    for (size_t i = 1; i < run->n && !error; i++)
        error = check_pair(run->word[0], run->word[i]);
    return error;
}

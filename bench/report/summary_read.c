#include "bench/report/summary.h"

#include "bench/runner/run_dir.h"
#include "common/msg.h"

#include <errno.h>

/* Lets every record tell which run and boot it is of. 0 or -ENOMEM. */
static int mark_records(json_t *trials, const json_t *meta, const char *run)
{
    json_t *folder = json_string_nocheck(run);
    const json_t *known = json_object_get(
        json_object_get(json_object_get(meta, "machine"), "kernel"), "boot_id");
    json_t *boot = json_is_string(known) ? json_deep_copy(known) : json_null();
    size_t i;
    json_t *record;
    int error = folder && boot ? 0 : -ENOMEM;

    json_array_foreach(trials, i, record)
    {
        if (!error && (json_object_set(record, "folder", folder) != 0 ||
                       json_object_set(record, "boot", boot) != 0))
            error = -ENOMEM;
    }
    json_decref(folder);
    json_decref(boot);
    return error;
}

static int out_of_memory(void)
{
    msg_error("out of memory");
    return -1;
}

/* Appends the run's records; the first run's meta stands for all. 0, or -1
 * after telling why. */
static int read_run(const char *run, struct summary *summary)
{
    struct words faults = {0};
    json_t *meta = run_dir_scan_meta(run, &faults);
    json_t *trials = meta ? run_dir_scan_trials(run, &faults, NULL) : NULL;
    int error = trials ? 0 : -1;

    run_dir_tell(&faults);
    if (!error && (mark_records(trials, meta, run) != 0 ||
                   json_array_extend(summary->trials, trials) != 0 ||
                   words_copy(&summary->faults, &faults) != 0))
        error = out_of_memory();
    if (!error && !summary->meta)
        summary->meta = json_incref(meta);
    words_free(&faults);
    json_decref(trials);
    json_decref(meta);
    return error;
}

int summary_read_pooled(const char *const *run, size_t runs,
                        struct summary *summary)
{
    int error = 0;

    *summary = (struct summary){.trials = json_array()};
    if (!summary->trials)
        return out_of_memory();
    for (size_t i = 0; i < runs && !error; i++)
        error = read_run(run[i], summary);
    if (!error && summary_make_cells(summary) != 0)
        error = out_of_memory();
    return error ? -1 : 0;
}

int summary_read(const char *run, struct summary *summary)
{
    return summary_read_pooled(&run, 1, summary);
}

#include "bench/report/chart_tables.h"

#include "bench/files.h"
#include "bench/report/percentiles.h"
#include "bench/report/tables.h"

static int write_rows(const void *what, FILE *file)
{
    tables_write_rows(what, file);
    return 0;
}

static int write_percentiles(const void *what, FILE *file)
{
    return percentiles_write(what, file);
}

int chart_tables_write(const struct charted charted[LOADS], const char *folder)
{
    static const struct {
        const char *name;
        enum load load;
        int (*write)(const void *what, FILE *file);
    } tables[] = {
        {"connections.tsv", LOAD_CLOSED, write_rows},
        {"open.tsv", LOAD_OPEN, write_rows},
        {"churn.tsv", LOAD_CHURN, write_rows},
        {"files.tsv", LOAD_FILES, write_rows},
        {"percentiles.tsv", LOAD_CLOSED, write_percentiles},
        {"response.tsv", LOAD_OPEN, write_percentiles},
    };
    int error = 0;

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !error; i++)
        error = files_write(folder, tables[i].name, tables[i].write,
                            &charted[tables[i].load]);
    return error;
}

#include "common/test/scratch.h"

#include "common/test/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

int scratch_setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/muxbench-test-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *about, int type,
                      struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

int scratch_teardown(void **state)
{
    (void)state;
    if (chdir("/") != 0)
        return -1;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void scratch_write(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

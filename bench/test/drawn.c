#include "bench/test/drawn.h"

#include "bench/child.h"
#include "common/test/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void assert_chart(const char *folder, const char *name, bool there)
{
    static const char *const endings[] = {"svg", "png"};
    char path[300];
    struct stat about;

    for (size_t i = 0; i < LENGTH(endings); i++) {
        snprintf(path, sizeof(path), "%s/plots/%s.%s", folder, name,
                 endings[i]);
        bool drawn = stat(path, &about) == 0 && about.st_size > 1000;
        if (drawn != there)
            fail_msg("%s: drawn %d instead of %d", path, drawn, there);
    }
}

/* gnuplot's word for a line or points of which there are none, as the latency
 * of a model that starved. */
static const char nothing[] = "warning: Skipping data file with no valid";

void assert_draws_quietly(const char *scripts, const char *folder,
                          const char *name)
{
    char script[4200];
    char line[600];
    FILE *log = tmpfile();
    struct child child;

    assert_non_null(log);
    snprintf(script, sizeof(script), "%s/%s.gp", scripts, name);
    const char *const argv[] = {"env",  "LC_ALL=C.UTF-8", "gnuplot", "-c",
                                script, folder,           NULL};
    const struct child_setup setup = {
        .argv = argv, .stdout_fd = -1, .stderr_fd = fileno(log)};
    assert_int_equal(child_start(&setup, &child), 0);
    assert_int_equal(child_wait(&child, -1, UINT64_MAX), CHILD_ENDED);
    assert_int_equal(child.status, 0);
    rewind(log);
    while (fgets(line, sizeof(line), log)) {
        if (line[0] != '\n' && !strstr(line, nothing))
            fail_msg("%s: %s", name, line);
    }
    fclose(log);
    assert_chart(folder, name, true);
}

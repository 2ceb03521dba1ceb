#include "common/test/test.h"

#include "loadgen/test/model.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct model model_start(const char *name, const char *protocol)
{
    struct model model;
    const char *build = getenv("BUILD");
    char program[4096];
    char line[200] = "";
    int out[2];

    snprintf(program, sizeof(program), "%s/servers/%s", build ? build : "build",
             name);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    model.pid = fork();
    assert_true(model.pid >= 0);
    if (model.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out[1], STDOUT_FILENO);
        execl(program, program, "--port", "0", "--protocol", protocol,
              (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    model.out_fd = out[0];
    ssize_t n = read(out[0], line, sizeof(line) - 1);
    const char *port = n > 0 ? strrchr(line, ' ') : NULL;
    model.port = port ? (unsigned)strtoul(port, NULL, 10) : 0;
    if (model.port == 0)
        fail_msg("%s does not start", program);
    return model;
}

void model_stop(const struct model *model)
{
    kill(model->pid, SIGTERM);
    waitpid(model->pid, NULL, 0);
    close(model->out_fd);
}

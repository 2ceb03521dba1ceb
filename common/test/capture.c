#include "common/test/capture.h"

#include "common/test/test.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static int saved = -1;
static int memory = -1;

void capture_begin(void)
{
    fflush(stderr);
    saved = dup(STDERR_FILENO);
    memory = memfd_create("stderr", MFD_CLOEXEC);
    assert_true(saved >= 0 && memory >= 0);
    assert_int_equal(dup2(memory, STDERR_FILENO), STDERR_FILENO);
}

const char *capture_end(char *text, size_t size)
{
    fflush(stderr);
    ssize_t n = pread(memory, text, size - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(memory);
    return text;
}

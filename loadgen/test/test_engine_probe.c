/* Where the kernel lacks what an engine needs, that is told before anything is
 * started. */
#include "common/test/test.h"

#include "loadgen/test/stub.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static int setup_errno;

/* From now on, io_uring_setup(2) fails with `setup_errno`. */
static void forbid_io_uring(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)setup_errno),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {LENGTH(filter), filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(126);
}

static void a_kernel_that_lacks_it_is_told(void **state)
{
    static const struct {
        int error;
        const char *message;
    } cases[] = {
        {ENOSYS, "--engine uring: the kernel has no io_uring: "},
        {EPERM, "--engine uring: io_uring is forbidden here (sysctl "},
        {EINVAL, "--engine uring: io_uring lacks DEFER_TASKRUN, "},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        setup_errno = cases[i].error;
        loadgen_prepare = forbid_io_uring;
        loadgen_engine = "uring";
        struct outcome outcome = run_loadgen("http", 9, WORDS("-c", "1"));
        loadgen_prepare = NULL;
        if (outcome.status == 126)
            skip();
        assert_int_equal(outcome.status, 77);
        assert_null(outcome.record);
        if (!strstr(outcome.err, cases[i].message) ||
            !strstr(outcome.err, "; use --engine epoll\n"))
            fail_msg("%s", outcome.err);
        outcome_free(&outcome);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_that_lacks_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "loadgen/engines/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Of the submission queue: when it is full, it is submitted. */
enum { ENTRIES_LEAST = 64, ENTRIES_MOST = 512, COMPLETIONS_MOST = 32768 };

uint32_t ring_round(uint64_t wanted, uint32_t least, uint32_t most)
{
    uint32_t rounded = least;

    while (rounded < wanted && rounded < most)
        rounded *= 2;
    return rounded;
}

static const char *why_no_ring(int error)
{
    switch (error) {
    case -ENOSYS:
        return "the kernel has no io_uring";
    case -EPERM:
    case -EACCES:
        return "io_uring is forbidden here (sysctl kernel.io_uring_disabled, "
               "or a seccomp filter)";
    case -EINVAL:
        return "io_uring lacks DEFER_TASKRUN, which it has from Linux 6.1 on";
    case -ENOMEM:
        return "no memory for io_uring (see ulimit -l)";
    default:
        return "io_uring_setup";
    }
}

int ring_open(struct io_uring *ring, uint32_t conns, const char **lacks)
{
    /* Completions wait for the thread that asks for them, and interrupt none:
     * fewer switches, and nothing happens behind the engine's back. */
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                 IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE,
        .cq_entries =
            ring_round(4 * (uint64_t)conns, 4 * ENTRIES_MOST, COMPLETIONS_MOST),
    };
    int error = io_uring_queue_init_params(
        ring_round(conns, ENTRIES_LEAST, ENTRIES_MOST), ring, &params);

    if (error) {
        *lacks = why_no_ring(error);
        return error;
    }
    error = io_uring_register_files_sparse(ring, conns);
    if (error) {
        *lacks = "io_uring cannot register files";
        io_uring_queue_exit(ring);
    }
    return error;
}

void ring_close(struct io_uring *ring)
{
    struct io_uring_sync_cancel_reg all = {
        .flags = IORING_ASYNC_CANCEL_ANY,
        .timeout = {.tv_sec = -1, .tv_nsec = -1},
    };

    /* Closing alone would leave that to the kernel's own time. */
    io_uring_register_sync_cancel(ring, &all);
    io_uring_unregister_files(ring);
    io_uring_queue_exit(ring);
}

static size_t ring_bytes(const struct buffers *buffers)
{
    return buffers->count * sizeof(struct io_uring_buf);
}

int buffers_init(struct buffers *buffers, struct io_uring *ring, uint32_t count,
                 uint32_t size)
{
    *buffers = (struct buffers){.count = count, .size = size};
    /* The kernel wants whole pages. */
    void *pages = mmap(NULL, ring_bytes(buffers), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return -errno;
    buffers->ring = pages;
    buffers->memory = malloc((size_t)count * size);
    if (!buffers->memory)
        return -ENOMEM;
    struct io_uring_buf_reg reg = {
        .ring_addr = (uint64_t)(uintptr_t)pages,
        .ring_entries = count,
        .bgid = BUFFERS_GROUP,
    };
    int error = io_uring_register_buf_ring(ring, &reg, 0);
    if (error)
        return error;
    io_uring_buf_ring_init(buffers->ring);
    for (uint32_t id = 0; id < count; id++)
        buffers_give(buffers, id);
    buffers_show(buffers);
    return 0;
}

void buffers_free(struct buffers *buffers)
{
    if (buffers->ring)
        munmap(buffers->ring, ring_bytes(buffers));
    free(buffers->memory);
    *buffers = (struct buffers){0};
}

int ring_probe(const char **lacks)
{
    struct io_uring ring;
    struct buffers buffers;
    int error = ring_open(&ring, 1, lacks);

    if (error)
        return error;
    error = buffers_init(&buffers, &ring, 1, 4096);
    if (error)
        *lacks = "io_uring lacks rings of buffers";
    ring_close(&ring);
    buffers_free(&buffers);
    return error;
}

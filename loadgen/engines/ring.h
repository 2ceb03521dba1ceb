/* ring.h: an io_uring as the uring engine wants it: its set-up, the table of
 * registered files, and the buffers that it receives into. See io_uring(7). */
#ifndef LOADGEN_RING_H
#define LOADGEN_RING_H

#include <liburing.h>
#include <stdint.h>

/* Buffers that the kernel takes from a ring when something comes, and we give
 * back. See io_uring_register_buf_ring(3). */
struct buffers {
    struct io_uring_buf_ring *ring;
    char *memory;
    uint32_t count; /* a power of two */
    uint32_t size;  /* bytes of each */
    int given;      /* given back, and not yet shown to the kernel */
};

enum { BUFFERS_GROUP = 1 };

/* The least power of two that is not below `wanted`, within `least` and
 * `most`, which are powers of two. */
uint32_t ring_round(uint64_t wanted, uint32_t least, uint32_t most);

/* Opens a ring for the calling thread alone, which serves `conns` connections
 * and has as many places for registered files. 0 or -errno, and then what is
 * missing in `*lacks`. */
int ring_open(struct io_uring *ring, uint32_t conns, const char **lacks);

/* Ends all that is under way, and lets go of all files, before it returns. */
void ring_close(struct io_uring *ring);

/* 0 or -errno; buffers_free() in both cases, after the ring is closed. */
int buffers_init(struct buffers *buffers, struct io_uring *ring, uint32_t count,
                 uint32_t size);
void buffers_free(struct buffers *buffers);

/* Where the bytes are that came into the buffer `id`. */
static inline const char *buffers_at(const struct buffers *buffers, uint32_t id)
{
    return buffers->memory + (size_t)id * buffers->size;
}

/* The kernel may have the buffer `id` again, from the next buffers_show() on. */
static inline void buffers_give(struct buffers *buffers, uint32_t id)
{
    io_uring_buf_ring_add(
        buffers->ring, buffers->memory + (size_t)id * buffers->size,
        buffers->size, (unsigned short)id,
        io_uring_buf_ring_mask(buffers->count), buffers->given++);
}

static inline void buffers_show(struct buffers *buffers)
{
    io_uring_buf_ring_advance(buffers->ring, buffers->given);
    buffers->given = 0;
}

/* Can the uring engine run here? As in engine.h. */
int ring_probe(const char **lacks);

#endif

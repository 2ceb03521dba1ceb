/* read: pread(2) into memory of this process, then send(2) from there.
 *
 * What it costs: two calls a chunk, and each byte is copied twice: from the
 * page cache to here, and from here to the socket. What it gives: the bytes
 * pass through the program, which could change them (compress, encrypt).
 * Where it breaks: nowhere; it is what every system has. */
#include "servers/files/way.h"

const struct file_way way_read = {
    .name = "read",
    .begin = chunk_begin,
    .send = chunk_send,
    .end = chunk_end,
    .fill = chunk_pread,
    .block = 1,
};

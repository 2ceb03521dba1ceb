#include "servers/files/way.h"

const struct file_way *const ways[WAYS] = {
    &way_sendfile, &way_read, &way_mmap, &way_splice, &way_direct, &way_aio,
};

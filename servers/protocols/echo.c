#include "servers/protocols/echo.h"

#include "servers/conn.h"
#include "servers/worker.h"

#include <string.h>

size_t echo_take(struct conn *conn, struct worker *worker, const char *bytes,
                 size_t n)
{
    size_t space = conn_space(conn);
    size_t used = n < space ? n : space;
    char *room;

    if (used == 0)
        return 0;
    room = conn_room(conn, worker, used);
    if (!room)
        return 0;
    memcpy(room, bytes, used);
    conn->out.len += (uint32_t)used;
    worker->counts[COUNT_REQUESTS]++;
    return used;
}

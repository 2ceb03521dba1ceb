#include "common/unix_path.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

const char *unix_path(const char *host)
{
    static const char prefix[] = "unix:";
    const size_t n = sizeof(prefix) - 1;

    return strncmp(host, prefix, n) == 0 ? host + n : NULL;
}

const char *unix_path_refuses(const char *path)
{
    if (*path == '\0')
        return "names no path";
    if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
        return "the path is longer than the 107 bytes that a Unix socket takes";
    for (const char *at = path; *at; at++) {
        if (iscntrl((unsigned char)*at))
            return "the path has a control character";
    }
    return NULL;
}

struct sockaddr_un unix_address(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    return at;
}

#include "servers/net_unix.h"

#include "common/unix_path.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Somebody has bound the address. 0 if he is gone; -EADDRINUSE, -EEXIST as
 * net_unix_listen(), or another -errno. */
static int look_for_life(const struct sockaddr_un *at)
{
    struct stat file;
    int error = -EADDRINUSE;
    int fd;

    if (lstat(at->sun_path, &file) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(file.st_mode))
        return -EEXIST;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 &&
        errno == ECONNREFUSED)
        error = 0;
    close(fd);
    return error;
}

static int bind_at(int fd, const struct sockaddr_un *at)
{
    int error;

    if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
        return 0;
    if (errno != EADDRINUSE)
        return -errno;
    error = look_for_life(at);
    if (error)
        return error;
    if (unlink(at->sun_path) != 0 && errno != ENOENT)
        return -errno;
    return bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 ? 0 : -errno;
}

/* Remembers the file, so as to remove no other one. */
static int describe(const char *path, struct net_place *place)
{
    struct stat file;

    if (lstat(path, &file) != 0)
        return -errno;
    snprintf(place->address, sizeof(place->address), "%s", path);
    place->port = 0;
    place->device = file.st_dev;
    place->inode = file.st_ino;
    return 0;
}

/* Between its bind(2) and its listen(2) a server looks like one that is gone, so
 * that others have to wait. A descriptor whose closing ends that; -1 where the
 * folder can't be locked, as when it may only be searched. */
static int lock_folder(const char *path)
{
    char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

    snprintf(folder, sizeof(folder), "%s", path);
    int fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)flock(fd, LOCK_EX);
    return fd;
}

static int listen_at(int fd, const char *path, struct net_place *place)
{
    const struct sockaddr_un at = unix_address(path);
    int error = bind_at(fd, &at);

    if (!error)
        error = describe(path, place);
    if (!error && listen(fd, NET_BACKLOG) != 0) {
        error = -errno;
        net_unix_remove(place);
    }
    return error;
}

int net_unix_listen(const char *path, bool blocking, struct net_place *place)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK);
    int fd = socket(AF_UNIX, type, 0);

    if (fd < 0)
        return -errno;
    int lock_fd = lock_folder(path);
    int error = listen_at(fd, path, place);
    if (lock_fd >= 0)
        close(lock_fd);
    if (!error)
        return fd;
    close(fd);
    return error;
}

void net_unix_remove(const struct net_place *place)
{
    struct stat file;

    /* As long as the socket is open, its file's number is not used again. */
    if (place->port == 0 && lstat(place->address, &file) == 0 &&
        S_ISSOCK(file.st_mode) && file.st_dev == place->device &&
        file.st_ino == place->inode)
        unlink(place->address);
}

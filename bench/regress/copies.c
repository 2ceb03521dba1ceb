#include "bench/regress/copies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4200, AT_ONCE = 1 << 20 };

static int copy(int from, int to)
{
    ssize_t n;

    do {
        n = sendfile(to, from, NULL, AT_ONCE);
    } while (n > 0);
    return n < 0 ? -errno : 0;
}

static int copy_file(const char *source, const char *target)
{
    int from = open(source, O_RDONLY | O_CLOEXEC);
    int to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0777);
    int error = from < 0 || to < 0 ? -errno : copy(from, to);

    if (from >= 0)
        close(from);
    if (to >= 0 && close(to) != 0 && !error)
        error = -errno;
    return error;
}

static int make_folder(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : -errno;
}

int copies_refresh(const char *programs, const char *folder, const char *name)
{
    char source[PATH];
    char target[PATH];
    int error = make_folder(folder);

    snprintf(target, sizeof(target), "%s/servers", folder);
    if (!error)
        error = make_folder(target);
    snprintf(source, sizeof(source), "%s/servers/%s", programs, name);
    snprintf(target, sizeof(target), "%s/servers/%s", folder, name);
    if (!error && unlink(target) != 0 && errno != ENOENT)
        error = -errno;
    return error ? error : copy_file(source, target);
}

void copies_remove(const char *folder, const char *name)
{
    char path[PATH];

    snprintf(path, sizeof(path), "%s/servers/%s", folder, name);
    unlink(path);
    snprintf(path, sizeof(path), "%s/servers", folder);
    rmdir(path);
    rmdir(folder);
}

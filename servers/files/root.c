#include "servers/files/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

/* openat2(2), which glibc does not wrap yet. The kernel itself sees to it that
 * no ".." and no symbolic link leads out, whatever changes meanwhile.
 * O_NONBLOCK is for FIFOs, which would wait for a writer. */
static int open_beneath(int dir_fd, const char *path, uint64_t flags)
{
    const struct open_how how = {
        .flags = flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int fd = (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));

    return fd < 0 ? -errno : fd;
}

struct file_facts root_facts(const struct stat *status)
{
    return (struct file_facts){
        .size = (uint64_t)status->st_size,
        .modified_s = status->st_mtim.tv_sec,
        .modified_ns = (uint32_t)status->st_mtim.tv_nsec,
        .inode = (uint32_t)status->st_ino,
    };
}

static int judge(int fd, struct stat *status)
{
    if (fstat(fd, status) != 0)
        return -errno;
    if (S_ISDIR(status->st_mode))
        return -EISDIR;
    return S_ISREG(status->st_mode) ? 0 : -ENXIO;
}

static int open_file(const struct root *root, const char *path,
                     struct transfer *file)
{
    int fd = open_beneath(root->dir_fd, path, 0);
    struct stat status;
    int error;

    if (fd < 0)
        return fd;
    error = judge(fd, &status);
    if (error) {
        close(fd);
        return error;
    }
    *file =
        (struct transfer){.root = root, .fd = fd, .facts = root_facts(&status)};
    file->end = file->facts.size;
    file->seen = true;
    return 0;
}

/* Whether the kernel can do it, and the folder be searched. */
static int probe(int dir_fd, const struct file_way *way)
{
    int fd = open_beneath(dir_fd, ".", O_DIRECTORY);

    if (fd == -EPERM)
        return -ENOSYS; /* as some sandboxes answer calls they don't know */
    if (fd < 0)
        return fd;
    close(fd);
    return way->probe && way->probe(dir_fd) != 0 ? -EOPNOTSUPP : 0;
}

int root_open(struct root *root, const char *dir, const struct file_way *way)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error;

    if (fd < 0)
        return -errno;
    error = probe(fd, way);
    if (error) {
        close(fd);
        return error;
    }
    *root = (struct root){
        .dir_fd = fd,
        .way = way,
        .open = open_file,
        .begin = transfer_begin,
        .close = transfer_end,
    };
    return 0;
}

void root_close(struct root *root)
{
    close(root->dir_fd);
}

#include "servers/test/conform/lines.h"

#include "common/test/test.h"

#include "servers/test/conform/client.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void lines_send(int fd, const char *text)
{
    client_send(fd, text, strlen(text));
}

/* Waits until `fd` has something, or its end. */
void lines_await(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    if (poll(&wait, 1, CLIENT_WAIT_MS) != 1)
        fail_msg("nothing comes");
}

/* Reads just as much, and it is `text`. */
void lines_expect(int fd, const char *text)
{
    char got[128] = "";
    size_t n = strlen(text);
    size_t at = 0;

    assert_true(n < sizeof(got));
    while (at < n) {
        ssize_t part;
        lines_await(fd);
        part = read(fd, got + at, n - at);
        if (part <= 0)
            fail_msg("the end, after \"%s\"", got);
        at += (size_t)part;
    }
    assert_string_equal(got, text);
}

void lines_exchange(int fd, const char *line, const char *reply)
{
    lines_send(fd, line);
    lines_expect(fd, reply);
}

/* The recorded bytes, mapped; NULL if there is none. */
const char *lines_map(const struct service *service, size_t *n)
{
    int fd = open(service->record, O_RDONLY | O_CLOEXEC);
    struct stat file;
    const char *mem;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &file), 0);
    *n = (size_t)file.st_size;
    mem = *n ? mmap(NULL, *n, PROT_READ, MAP_SHARED, fd, 0) : NULL;
    assert_ptr_not_equal(mem, MAP_FAILED);
    close(fd);
    return mem;
}

void lines_unmap(const char *mem, size_t n)
{
    if (n > 0)
        munmap((void *)(uintptr_t)mem, n);
}

void lines_expect_file(const struct service *service, const char *bytes,
                       size_t n)
{
    size_t n_file;
    const char *file = lines_map(service, &n_file);

    assert_int_equal(n_file, n);
    if (n > 0 && memcmp(file, bytes, n) != 0)
        fail_msg("the file has other bytes than it should");
    lines_unmap(file, n);
}

void lines_expect_text(const struct service *service, const char *text)
{
    lines_expect_file(service, text, strlen(text));
}

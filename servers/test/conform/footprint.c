#include "servers/test/conform/footprint.h"

#include "common/test/test.h"

#include "servers/test/conform/client.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    /* More than what is kept for later: a worker's 64 free buffers, and glibc's
     * 40 MiB of the stacks of threads that have ended, of 128 KiB each. */
    CROWD = 330,
    SANITIZED_CROWD = 16, /* memory is then not looked at */
    /* What malloc keeps more or less from one time to the next, and what each
     * of a pool has when it has once read a large file: 64 KiB. */
    SLACK_BYTES = 1024 * 1024,
};

static struct footprint figures(const struct service *service)
{
    return (struct footprint){
        .processes = service_processes(service),
        .threads = service_threads(service),
        .descriptors = service_open_descriptors(service),
    };
}

/* Waits until the server holds no more than it did `before`, memory apart. */
static void await(const struct service *service, const struct footprint *before)
{
    struct footprint now = figures(service);

    for (int ms = 0; ms < CLIENT_WAIT_MS; ms++) {
        if (now.processes <= before->processes &&
            now.threads <= before->threads &&
            now.descriptors <= before->descriptors)
            return;
        poll(NULL, 0, 1);
        now = figures(service);
    }
    fail_msg("left: %u processes of %u, %u threads of %u, %u descriptors of %u",
             now.processes, before->processes, now.threads, before->threads,
             now.descriptors, before->descriptors);
}

/* With --root, what HTTP answers is a file, so it is not compared. */
static int open_and_ask(const struct service *service)
{
    int fd = client_open(service, 0);

    if (strcmp(service->proto, "http") != 0) {
        client_exchange(service, fd);
        return fd;
    }
    client_ask(service, fd);
    assert_int_equal(client_status(fd), 200);
    return fd;
}

/* The server has closed it when this returns. */
static void end(int fd)
{
    shutdown(fd, SHUT_WR);
    client_expect_end(fd);
    close(fd);
}

/* Each has been served, and then holds a buffer for half a request. */
static void serve_crowd(const struct service *service)
{
    unsigned crowd = service_is_sanitized() ? SANITIZED_CROWD : CROWD;
    unsigned n = service_at_once(service, crowd);
    int fds[CROWD];

    for (unsigned i = 0; i < n; i++)
        fds[i] = open_and_ask(service);
    for (unsigned i = 0; i < n; i++) /* unless it was idle for too long */
        (void)send(fds[i], client_request(service), 5, MSG_NOSIGNAL);
    for (unsigned i = 0; i < n; i++)
        end(fds[i]);
}

struct footprint footprint_take(const struct service *service)
{
    int fd = open_and_ask(service);
    struct footprint before = figures(service);

    end(fd);
    serve_crowd(service);
    fd = open_and_ask(service);
    /* A pool may not have been complete at first; and it does not shrink. */
    if (service->facts.serves_at_once > 0)
        before = figures(service);
    await(service, &before);
    before.memory = service_memory(service);
    end(fd);
    return before;
}

void footprint_expect(const struct service *service,
                      const struct footprint *before)
{
    int fd = open_and_ask(service);

    await(service, before);
    footprint_expect_memory(service, before, SLACK_BYTES);
    end(fd);
}

void footprint_expect_memory(const struct service *service,
                             const struct footprint *before, uint64_t bytes)
{
    if (!service_is_sanitized())
        assert_in_range(service_memory(service), 0, before->memory + bytes);
}

/* lines.h: lines to a server that records them, its replies, and its file. */
#ifndef SERVERS_TEST_CONFORM_LINES_H
#define SERVERS_TEST_CONFORM_LINES_H

#include "servers/test/conform/service.h"

#include <stddef.h>

void lines_send(int fd, const char *text);

/* Waits until `fd` has something, or its end; at most 10 s. */
void lines_await(int fd);

/* Reads just as much, and it is `text`, of at most 127 bytes. */
void lines_expect(int fd, const char *text);

/* Sends a line, or several, and expects this reply. */
void lines_exchange(int fd, const char *line, const char *reply);

/* The recorded bytes, mapped; NULL if there is none. */
const char *lines_map(const struct service *service, size_t *n);
void lines_unmap(const char *mem, size_t n);

/* These bytes have been recorded, and nothing else. */
void lines_expect_file(const struct service *service, const char *bytes,
                       size_t n);
void lines_expect_text(const struct service *service, const char *text);

#endif

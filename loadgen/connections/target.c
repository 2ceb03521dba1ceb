#include "loadgen/connections/target.h"

#include "common/nearest.h"
#include "common/units.h"
#include "common/unix_path.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static __attribute__((format(printf, 3, 4))) int refuse(char *why, size_t size,
                                                        const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, size, format, args);
    va_end(args);
    return -EINVAL;
}

/* The scheme of `len` bytes at `text`. */
static int parse_scheme(const char *text, size_t len, struct target *target,
                        char *why, size_t size)
{
    static const char *const schemes[] = {
        [TARGET_ECHO] = "echo",
        [TARGET_HTTP] = "http",
    };
    const size_t n = sizeof(schemes) / sizeof(schemes[0]);
    char word[16];
    char phrase[64];

    snprintf(word, sizeof(word), "%.*s", (int)len, text);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, schemes[i]) == 0) {
            target->protocol = (enum target_protocol)i;
            return 0;
        }
    }
    return refuse(why, size,
                  "unknown scheme '%s'%s; there are: http, echo, unix:http and "
                  "unix:echo",
                  word,
                  nearest_phrase(phrase, sizeof(phrase), word, schemes, n));
}

/* Reads "HOST:PORT" of `len` bytes. */
static int parse_authority(const char *text, size_t len, struct target *target,
                           char *why, size_t size)
{
    uint64_t port = 0;
    const char *host = text;
    const char *colon = memrchr(text, ':', len);
    char digits[16];

    if (!colon || colon == text)
        return refuse(why, size, "names no HOST:PORT");
    size_t host_len = (size_t)(colon - text);
    if (host[0] == '[' && host[host_len - 1] == ']') {
        host++;
        host_len -= 2;
    } else if (memchr(host, ':', host_len)) {
        return refuse(why, size, "an IPv6 address needs brackets: [::1]:8080");
    }
    if (host_len == 0 || host_len >= sizeof(target->host))
        return refuse(why, size, "names no usable host");
    for (size_t i = 0; i < host_len; i++) {
        if (host[i] <= ' ' || host[i] == 0x7f || strchr("@[]\\\"<>", host[i]))
            return refuse(why, size, "names no usable host");
    }
    snprintf(digits, sizeof(digits), "%.*s",
             (int)(len - (size_t)(colon + 1 - text)), colon + 1);
    if (units_parse_count(digits, 1, 65535, &port) != 0)
        return refuse(why, size, "port '%s' is not 1 to 65535", digits);
    target->port = (unsigned)port;
    snprintf(target->host, sizeof(target->host), "%.*s", (int)host_len, host);
    snprintf(target->authority, sizeof(target->authority), "%.*s", (int)len,
             text);
    return 0;
}

static int parse_path(const char *text, struct target *target, char *why,
                      size_t size)
{
    if (target->protocol == TARGET_ECHO && *text)
        return refuse(why, size, "echo takes no path");
    if (strlen(text) >= sizeof(target->path))
        return refuse(why, size, "the path is longer than %zu bytes",
                      sizeof(target->path) - 1);
    for (const char *at = text; *at; at++) {
        /* These would need escaping to stay one request line. */
        if (*at <= ' ' || *at == 0x7f || *at == '#')
            return refuse(why, size, "the path has a byte that needs %%XX");
    }
    snprintf(target->path, sizeof(target->path), "%s", *text ? text : "/");
    return 0;
}

/* Reads "PROTOCOL:SOCKET", which stood behind "unix:". */
static int parse_unix(const char *text, struct target *target, char *why,
                      size_t size)
{
    const char *colon = strchr(text, ':');

    if (!colon)
        return refuse(why, size, "is not unix:http:SOCKET or unix:echo:SOCKET");
    const char *socket = colon + 1;
    if (*socket == '\0')
        return refuse(why, size, "names no socket");
    if (strlen(socket) >= sizeof(target->socket))
        return refuse(why, size, "the socket's path is longer than %zu bytes",
                      sizeof(target->socket) - 1);
    snprintf(target->socket, sizeof(target->socket), "%s", socket);
    snprintf(target->host, sizeof(target->host), "localhost");
    snprintf(target->authority, sizeof(target->authority), "localhost");
    snprintf(target->path, sizeof(target->path), "/");
    return parse_scheme(text, (size_t)(colon - text), target, why, size);
}

int target_parse(const char *text, struct target *target, char *why,
                 size_t size)
{
    const char *end = strstr(text, "://");

    *target = (struct target){0};
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text + 5, target, why, size);
    if (!end)
        return refuse(why, size,
                      "is not http://HOST:PORT/PATH, echo://HOST:PORT, "
                      "unix:http:SOCKET or unix:echo:SOCKET");
    int error = parse_scheme(text, (size_t)(end - text), target, why, size);
    if (error)
        return error;
    text = end + 3;
    size_t len = strcspn(text, "/");
    error = parse_authority(text, len, target, why, size);
    if (error)
        return error;
    return parse_path(text + len, target, why, size);
}

static int resolve_unix(struct target *target, char *why, size_t size)
{
    const struct sockaddr_un address = unix_address(target->socket);
    struct stat file;

    if (stat(target->socket, &file) != 0)
        return refuse(why, size, "socket '%s': %s", target->socket,
                      strerror(errno));
    if (!S_ISSOCK(file.st_mode))
        return refuse(why, size, "'%s' is no socket", target->socket);
    memcpy(&target->address, &address, sizeof(address));
    target->address_len = sizeof(address);
    return 0;
}

int target_resolve(struct target *target, char *why, size_t size)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char port[8];

    if (target_is_unix(target))
        return resolve_unix(target, why, size);
    snprintf(port, sizeof(port), "%u", target->port);
    int error = getaddrinfo(target->host, port, &hints, &found);
    if (error || !found)
        return refuse(why, size, "host '%s': %s", target->host,
                      gai_strerror(error));
    const struct addrinfo *best = found;
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        if (at->ai_family == AF_INET) {
            best = at;
            break;
        }
    }
    memcpy(&target->address, best->ai_addr, best->ai_addrlen);
    target->address_len = best->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

/* behaviours.h: what every server does, whatever its I/O model. Each is run
 * for each protocol, on a server of its own. */
#ifndef SERVERS_TEST_CONFORM_BEHAVIOURS_H
#define SERVERS_TEST_CONFORM_BEHAVIOURS_H

/* Which protocols a behaviour concerns, and over what else than TCP and IPv4 it
 * is to be seen: of a Unix socket, what does not need TCP's window or reset. */
enum {
    FOR_ECHO = 1,
    FOR_HTTP = 2,
    FOR_BOTH = 3,
    FOR_UNIX = 4,
    FOR_IPV6 = 8,
    FOR_RECORD = 16
};

struct behaviour {
    const char *name;
    void (*run)(const char *proto);
    int concerns;
};

/* Each ends with a behaviour without a name. */
extern const struct behaviour stream_behaviours[];
extern const struct behaviour crowd_behaviours[];
extern const struct behaviour limit_behaviours[];
extern const struct behaviour hostile_behaviours[];
extern const struct behaviour stop_behaviours[];
extern const struct behaviour process_behaviours[];
extern const struct behaviour record_behaviours[];
extern const struct behaviour typed_behaviours[];
extern const struct behaviour file_behaviours[];

#endif

/* dial.h: a connection to a server. */
#ifndef SERVERS_CLIENT_DIAL_H
#define SERVERS_CLIENT_DIAL_H

#include <netdb.h>
#include <stdint.h>

/* Connects to the first of these addresses that accepts within `timeout_ns`
 * each. Returns a non-blocking descriptor, which is the caller's, or the last
 * address's -errno; -ETIMEDOUT: it said nothing. */
int dial(const struct addrinfo *at, uint64_t timeout_ns);

#endif

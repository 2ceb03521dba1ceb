#include "loadgen/connections/source.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum {
    BLOCKS = 1 << 10,
    BLOCK_ADDRESSES = 1 << 14,
    /* Without the first and the last one of a block: 127.0.0.0 and
     * 127.255.255.255 are for broadcasting. */
    USABLE = BLOCK_ADDRESSES - 2,
    PORTS_USUAL = 60999 - 32768 + 1,
};

/* How many ports the kernel chooses from; see ip(7). */
static uint32_t count_ports(void)
{
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    unsigned first = 0;
    unsigned last = 0;

    if (!file)
        return PORTS_USUAL;
    bool known = fscanf(file, "%u %u", &first, &last) == 2 && last >= first;
    fclose(file);
    return known ? last - first + 1 : PORTS_USUAL;
}

static bool is_ipv4_loopback(const struct target *target)
{
    struct sockaddr_in address;

    if (target->address.ss_family != AF_INET)
        return false;
    memcpy(&address, &target->address, sizeof(address));
    return ntohl(address.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

void source_init(struct source *source, const struct target *target,
                 unsigned index, uint64_t connections)
{
    /* connect() looks through one half of the ports before the other. */
    uint32_t at_most = count_ports() / 3;

    *source = (struct source){
        .block = index % BLOCKS,
        .at_most = at_most ? at_most : 1,
    };
    source->many = is_ipv4_loopback(target) && connections > source->at_most;
}

bool source_next(struct source *source)
{
    if (!source->many)
        return false;
    source->nth = (source->nth + 1) % USABLE;
    source->taken = 0;
    return true;
}

int source_bind(struct source *source, int fd)
{
    const int on = 1;
    const uint32_t base = (uint32_t)IN_LOOPBACKNET << 24;

    if (!source->many)
        return 0;
    if (source->taken == source->at_most)
        source_next(source);
    source->taken++;
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr =
            htonl(base + source->block * BLOCK_ADDRESSES + 1 + source->nth),
    };
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) !=
            0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return -errno;
    return 0;
}

/* range.h: which part of a file a request asks for (RFC 9110, 14). */
#ifndef SERVERS_FILES_RANGE_H
#define SERVERS_FILES_RANGE_H

#include "servers/protocols/text.h"

#include <stdint.h>

enum range {
    RANGE_WHOLE, /* none, several, or one that can't be understood: the whole
                  * file, which is allowed always (RFC 9110, 14.2) */
    RANGE_PART,
    RANGE_NOWHERE, /* lies behind the end: 416 */
};

/* Reads the value of a Range field for a file of `size` bytes. At RANGE_PART,
 * tells the first byte, and one past the last; else it leaves them alone. */
enum range range_read(struct text value, uint64_t size, uint64_t *first,
                      uint64_t *end);

#endif

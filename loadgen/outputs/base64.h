/* base64.h: bytes as text, see RFC 4648, section 4. */
#ifndef LOADGEN_OUTPUTS_BASE64_H
#define LOADGEN_OUTPUTS_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How many characters `n` bytes become, without a '\0'. */
static inline size_t base64_length(size_t n)
{
    return (n + 2) / 3 * 4;
}

/* Writes the `n` bytes as base64_length(n) characters and a '\0'. */
void base64_encode(const uint8_t *bytes, size_t n, char *text);

/* Reads `n` characters into `bytes`, which takes n / 4 * 3 of them. How many
 * bytes they were, or -EBADMSG if they are no base64 with its padding. */
ssize_t base64_decode(const char *text, size_t n, uint8_t *bytes);

#endif

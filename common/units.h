/* units.h: numbers and durations as people write them. */
#ifndef COMMON_UNITS_H
#define COMMON_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* Parses a whole decimal number without sign. 0, -EINVAL if `text` is no such
 * number, or -ERANGE if it is outside `min` … `max`; then `*value` is left
 * alone. */
int units_parse_count(const char *text, uint64_t min, uint64_t max,
                      uint64_t *value);

/* Parses a duration: digits, optionally a fraction, and a unit `ns`, `us`,
 * `ms`, `s`, `m` or `h` ("500us", "1.5s"). 0, -EINVAL if `text` is none, or
 * -ERANGE if it is longer than 1,000 hours; then `*ns` is left alone. */
int units_parse_duration(const char *text, uint64_t *ns);

/* Parses a percentage above 0 and up to 100: digits, optionally a fraction, and
 * a `%` ("3%", "0.5 %") as a share: 0.03. 0, -EINVAL if `text` is none, or
 * -ERANGE; then `*share` is left alone. */
int units_parse_percent(const char *text, double *share);

/* Writes a duration for people, with three significant digits: "1.23 ms";
 * "-" for NAN. `size` of 16 is always enough. Returns `text`. */
const char *units_format_duration(char *text, size_t size, double ns);

/* Writes a duration as units_parse_duration() reads it, exactly: "400ms".
 * `size` of 24 is always enough. Returns `text`. */
const char *units_format_exact(char *text, size_t size, uint64_t ns);

/* Writes a count for people, with three significant digits and k, M or G:
 * "87.2 k"; "-" for NAN. `size` of 16 is always enough. Returns `text`. */
const char *units_format_count(char *text, size_t size, double count);

/* Writes a number of bytes for people, with B, KiB, MiB or GiB: a whole number of
 * them as such ("64 MiB"), any other with three significant digits ("1.53 GiB");
 * "-" for NAN. `size` of 16 is always enough. Returns `text`. */
const char *units_format_bytes(char *text, size_t size, double bytes);

#endif

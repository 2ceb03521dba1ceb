/* http_date.h: times as HTTP writes them (RFC 9110, 5.6.7). */
#ifndef SERVERS_PROTOCOLS_HTTP_DATE_H
#define SERVERS_PROTOCOLS_HTTP_DATE_H

#include "servers/protocols/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_DATE_LENGTH = 29 }; /* "Sun, 06 Nov 1994 08:49:37 GMT" */

/* Writes the time `seconds` after 1970 in that form, with a NUL; what is
 * before 1970 or after the year 9999 as the nearest time that is not. */
void http_date_write(int64_t seconds, char text[HTTP_DATE_LENGTH + 1]);

/* Reads any of the three forms that a recipient must understand; false if it
 * is none of them. Never use the locale of somebody's choice with it. */
bool http_date_read(struct text text, int64_t *seconds);

#endif

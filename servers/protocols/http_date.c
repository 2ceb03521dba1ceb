#include "servers/protocols/http_date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define END_OF_YEAR_9999 INT64_C(253402300799)

void http_date_write(int64_t seconds, char text[HTTP_DATE_LENGTH + 1])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char room[64];
    time_t time = seconds < 0 ? 0 : seconds;
    struct tm tm;

    if (time > END_OF_YEAR_9999)
        time = END_OF_YEAR_9999;
    gmtime_r(&time, &tm);
    /* Not strftime, which speaks the locale's language. */
    snprintf(room, sizeof(room), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
             days + 3 * (size_t)tm.tm_wday, tm.tm_mday,
             months + 3 * (size_t)tm.tm_mon, tm.tm_year + 1900, tm.tm_hour,
             tm.tm_min, tm.tm_sec);
    memcpy(text, room, HTTP_DATE_LENGTH);
    text[HTTP_DATE_LENGTH] = '\0';
}

bool http_date_read(struct text text, int64_t *seconds)
{
    static const char *const forms[] = {
        "%a, %d %b %Y %H:%M:%S GMT", /* IMF-fixdate */
        "%A, %d-%b-%y %H:%M:%S GMT", /* RFC 850 */
        "%a %b %d %H:%M:%S %Y",      /* asctime(3) */
    };
    char room[64];

    if (text.n >= sizeof(room))
        return false;
    memcpy(room, text.at, text.n);
    room[text.n] = '\0';
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct tm tm = {0};
        const char *rest = strptime(room, forms[i], &tm);
        if (rest && *rest == '\0') {
            *seconds = timegm(&tm);
            return true;
        }
    }
    return false;
}

#include "loadgen/test/stub_text.h"

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define COUNTED "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, World!"

enum { TURNS = 2 };

const char *stub_text(enum stub_manner manner, unsigned nth)
{
    static const char *const texts[][TURNS] = {
        [STUB_CHUNKED] =
            {
                CHUNKED "7\r\nHello, \r\n06;x=y\r\nWorld!\r\n0\r\n\r\n",
                CHUNKED "D\r\nHello, World!\r\n0\r\nX: y\r\n\r\n",
            },
        [STUB_UNTIL_END] =
            {
                "HTTP/1.1 200 OK\r\n\r\nHello, World!",
                "HTTP/1.0 200 OK\r\n\r\nHello, World!",
            },
        [STUB_INTERIM] =
            {
                "HTTP/1.1 100 Continue\r\n\r\n" COUNTED,
                "HTTP/1.1 102 Processing\r\n\r\n"
                "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" COUNTED,
            },
        [STUB_MOVED] =
            {
                "HTTP/1.1 301 Moved\r\nLocation: /there/\r\n\r\n",
                "HTTP/1.1 301 Moved\r\nLocation: /there/\r\n\r\n",
            },
    };

    return manner < sizeof(texts) / sizeof(texts[0])
               ? texts[manner][nth % TURNS]
               : NULL;
}

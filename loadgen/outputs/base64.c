#include "loadgen/outputs/base64.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { PADDING = 64 };

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

void base64_encode(const uint8_t *bytes, size_t n, char *text)
{
    while (n > 0) {
        size_t taken = n < 3 ? n : 3;
        uint32_t bits = (uint32_t)bytes[0] << 16 |
                        (uint32_t)(taken > 1 ? bytes[1] : 0) << 8 |
                        (uint32_t)(taken > 2 ? bytes[2] : 0);
        text[0] = alphabet[bits >> 18];
        text[1] = alphabet[bits >> 12 & 63];
        text[2] = alphabet[taken > 1 ? bits >> 6 & 63 : PADDING];
        text[3] = alphabet[taken > 2 ? bits & 63 : PADDING];
        bytes += taken;
        n -= taken;
        text += 4;
    }
    *text = '\0';
}

/* The six bits that a character stands for, or -1. */
static int bits_of(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;

    return at && at < alphabet + PADDING ? (int)(at - alphabet) : -1;
}

/* Four characters, the last `padding` of which are '='. False if they are
 * not. */
static bool decode_four(const char *text, size_t padding, uint8_t *bytes)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < 4; i++) {
        int six = i < 4 - padding ? bits_of(text[i]) : 0;
        if (six < 0)
            return false;
        bits = bits << 6 | (uint32_t)six;
    }
    for (size_t i = 0; i < 3 - padding; i++)
        bytes[i] = (uint8_t)(bits >> (16 - 8 * i));
    return true;
}

ssize_t base64_decode(const char *text, size_t n, uint8_t *bytes)
{
    size_t padding = 0;

    if (n % 4 != 0)
        return -EBADMSG;
    while (padding < 2 && padding < n && text[n - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < n; i += 4) {
        size_t missing = i + 4 == n ? padding : 0;
        if (!decode_four(text + i, missing, bytes))
            return -EBADMSG;
        bytes += 3;
    }
    return (ssize_t)(n / 4 * 3 - padding);
}

/* exits.h: what an exit code means, the same in every program. */
#ifndef COMMON_EXITS_H
#define COMMON_EXITS_H

enum exit_code {
    EXIT_FINE = 0,      /* did what was asked, and the answer is "yes" */
    EXIT_NO = 1,        /* the answer is "no": wrong replies, a failed check */
    EXIT_USAGE = 2,     /* wrong usage, or it could not be done */
    EXIT_UNCLEAR = 3,   /* could not tell */
    EXIT_NOT_HERE = 77, /* can't run on this machine; the reason is on stderr */
};

#endif

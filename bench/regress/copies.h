/* copies.h: new copies of programs, for each block of a comparison of two
 * builds. */
#ifndef BENCH_REGRESS_COPIES_H
#define BENCH_REGRESS_COPIES_H

/* Copies the program PROGRAMS/servers/NAME to FOLDER/servers/NAME, replacing
 * it: a new file, whose pages the kernel places anew. Makes the folders. 0 or
 * -errno. */
int copies_refresh(const char *programs, const char *folder, const char *name);

/* Removes that copy, and the folders if they are empty. */
void copies_remove(const char *folder, const char *name);

#endif

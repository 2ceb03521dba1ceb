/* tree.h: a folder with files for a server, and what it must not serve beside
 * it. */
#ifndef SERVERS_TEST_CONFORM_TREE_H
#define SERVERS_TEST_CONFORM_TREE_H

#include <stddef.h>
#include <stdint.h>

/* Makes a new folder in place of an earlier one, with small files, folders and
 * links; see tree.c. The last one is removed at the end of the program. */
void tree_make(void);

/* The name of `path` in it, "" for the folder itself; good until the next
 * call. */
const char *tree_path(const char *path);

/* Makes a file of `size` bytes, last modified in 2001: of tree_bytes(), or of
 * nothing but a hole. */
void tree_file(const char *path, uint64_t size);
void tree_hole(const char *path, uint64_t size);

/* What stands at the bytes `at` and following of every tree_file(): they look
 * like random ones. */
void tree_bytes(char *bytes, uint64_t at, size_t n);

/* Makes a file that holds `text`. */
void tree_text(const char *path, const char *text);

#endif

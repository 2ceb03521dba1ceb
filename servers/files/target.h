/* target.h: from the target of a request to a path below the root. */
#ifndef SERVERS_FILES_TARGET_H
#define SERVERS_FILES_TARGET_H

#include "servers/protocols/http.h"
#include "servers/protocols/text.h"

#include <stddef.h>

enum { TARGET_PATH_SIZE = HTTP_TARGET_MAX + 1 };

/* Decodes a target, in origin-form or absolute-form (RFC 9112, 3.2), into a
 * path relative to the root, "" for the root itself: without its query, and
 * percent-encodings taken once. 0; or 400 for what names no file, whatever the root may hold: an encoding that is none, of a NUL or of a
 * slash, and a ".." segment, encoded or not. `target` consists of characters
 * IN_TARGET. */
int target_path(struct text target, char path[TARGET_PATH_SIZE]);

/* The reverse: writes "/", the path percent-encoded, and "/", as a redirection
 * to a folder's own path says it, with a NUL. Returns its length; `room` has
 * at least 3 * strlen(path) + 3 bytes. Whatever `path` is, the result has one
 * slash in front: two would name another host (RFC 3986, 4.2). */
size_t target_of_folder(const char *path, char *room);

#endif

/* media.h: what kind of content a file has, by its name. */
#ifndef SERVERS_FILES_MEDIA_H
#define SERVERS_FILES_MEDIA_H

enum { MEDIA_TYPE_MAX = 40 }; /* characters of the longest one */

/* The Content-Type for the file at `path`, by the extension of its name, in
 * upper or lower case; "application/octet-stream" for what is not known
 * (https://www.iana.org/assignments/media-types). Text is taken for UTF-8. */
const char *media_type(const char *path);

#endif

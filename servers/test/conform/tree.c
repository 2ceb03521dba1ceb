#include "servers/test/conform/tree.h"

#include "common/test/test.h"

#include "common/random.h"
#include "common/unix_path.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WALK_FDS = 8, PIECE = 65536 };

static char top[32]; /* what is served is the folder "root" in it */

static int remove_one(const char *name, const struct stat *status, int type,
                      struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(name);
}

static void remove_tree(void)
{
    if (top[0])
        nftw(top, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS);
    top[0] = '\0';
}

const char *tree_path(const char *path)
{
    static char name[96];

    snprintf(name, sizeof(name), "%s/root/%s", top, path);
    return name;
}

static int create(const char *path)
{
    int fd =
        open(tree_path(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    return fd;
}

void tree_text(const char *path, const char *text)
{
    int fd = create(path);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

/* Long ago, so that whatever is written later has another time. */
static void finish(int fd)
{
    const struct timespec times[2] = {{1000000000, 0}, {1000000000, 0}};

    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

void tree_hole(const char *path, uint64_t size)
{
    int fd = create(path);

    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    finish(fd);
}

void tree_file(const char *path, uint64_t size)
{
    static char piece[PIECE];
    int fd = create(path);

    for (uint64_t at = 0; at < size; at += PIECE) {
        size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
        tree_bytes(piece, at, n);
        assert_int_equal(write(fd, piece, n), n);
    }
    finish(fd);
}

/* The eight bytes at that place of all such. */
static uint64_t word_at(uint64_t place)
{
    uint64_t state = place;

    return random_next(&state);
}

void tree_bytes(char *bytes, uint64_t at, size_t n)
{
    uint64_t word = word_at(at / 8);

    for (size_t i = 0; i < n; i++, at++) {
        if (at % 8 == 0)
            word = word_at(at / 8);
        bytes[i] = (char)(word >> (8 * (at % 8)));
    }
}

static void make_socket(const char *path)
{
    const struct sockaddr_un at = unix_address(tree_path(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    close(fd);
}

static void make_links(void)
{
    static const char *const links[][2] = {
        {"a.txt", "link-to-file"},
        {"folder", "link-to-folder"},
        {"../outside", "link-out"},
        {"..", "link-up"},
        {"../../root", "link-around"},
        {"/etc/passwd", "link-to-passwd"},
        {"nothing", "link-to-nothing"},
        {"link-to-itself", "link-to-itself"},
        {"/proc/self/root/etc/passwd", "link-magic"},
    };

    for (size_t i = 0; i < LENGTH(links); i++)
        assert_int_equal(symlink(links[i][0], tree_path(links[i][1])), 0);
}

void tree_make(void)
{
    static bool registered;

    remove_tree();
    if (!registered)
        atexit(remove_tree);
    registered = true;
    snprintf(top, sizeof(top), "/tmp/conform-XXXXXX");
    assert_non_null(mkdtemp(top));
    assert_int_equal(mkdir(tree_path(""), 0755), 0);
    assert_int_equal(mkdir(tree_path("folder"), 0755), 0);
    assert_int_equal(mkdir(tree_path("bare"), 0755), 0);
    assert_int_equal(mkfifo(tree_path("fifo"), 0644), 0);
    make_socket("socket");
    make_links();
    tree_text("index.html", "<p>the index");
    tree_text("folder/index.html", "<p>in a folder");
    tree_text("a.txt", "0123456789");
    tree_text("a\\b\xff\n.txt", "odd");
    tree_text("empty", "");
    tree_text("secret", "not for all");
    assert_int_equal(chmod(tree_path("secret"), 0), 0);
    tree_text("../outside", "SECRET");
}

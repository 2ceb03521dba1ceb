/* base_tree.h: the tree that this one is measured against: a revision in a git
 * worktree of its own, or another checkout; built. */
#ifndef BENCH_REGRESS_BASE_TREE_H
#define BENCH_REGRESS_BASE_TREE_H

#include "bench/paths.h"
#include "bench/words.h"

#include <stdbool.h>

#define BASE_TREE_NONE                                                         \
    (struct base_tree)                                                         \
    {                                                                          \
        .lock_fd = -1, .base_lock_fd = -1                                      \
    }

struct base_tree {
    char *name;       /* in words: "HEAD~1: 1a2b3c4 servers: poll once" */
    char *path;       /* of the checkout */
    char *programs;   /* its build folder */
    char *worktree;   /* what has to be removed, or NULL */
    const char *git;  /* the checkout it belongs to, borrowed */
    int lock_fd;      /* of this tree, held while it is in use; -1: none */
    int base_lock_fd; /* of another checkout that is the base */
};

/* Checks out the revision `base` below the build folder, or takes the checkout
 * in the folder `base`, and builds those of `servers` that it has. 0, or -1
 * after telling why not, with the compiler's words when it does not build.
 * base_tree_close() is due in both cases. */
int base_tree_open(const struct paths *paths, const char *base,
                   const struct words *servers, struct base_tree *tree);

/* Whether the tree has the model. */
bool base_tree_has(const struct base_tree *tree, const char *server);

/* Removes the worktree, if there is one. What fails is told. */
void base_tree_close(struct base_tree *tree);

#endif

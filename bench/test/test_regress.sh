#!/bin/bash
# `muxbench regress` from outside: real servers and slices, but trees made for
# the test, whose make only copies.
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"

# Makes the tree $1: this program, the suite "tiny", and the servers epoll and
# poll; a build from it takes them from its folder "made".
new_tree() {
    local tree=$scratch/$1
    mkdir -p "$tree"/{build/servers,bench/suites,results,made,servers/models}
    cp "$build/muxbench" "$build/loadgen" "$tree/build/"
    cp "$build/servers/epoll" "$build/servers/poll" "$tree/made/"
    cp "$build/servers/epoll" "$build/servers/poll" "$tree/build/servers/"
    cp -r plots "$tree/plots"
    touch "$tree/servers/models/epoll.c" "$tree/servers/models/poll.c"
    cat >"$tree/Makefile" <<'END'
build/servers/%: made/%
	mkdir -p build/servers
	cp $< $@
END
    cat >"$tree/bench/suites/tiny.ini" <<'END'
[suite]
duration = 10ms
warmup = 0s
[a]
servers = epoll
protocol = http
connections = 4
END
    echo 'build results' | tr ' ' '\n' >"$tree/.gitignore"
}

# Makes the tree $1 a repository with one commit.
commit_tree() {
    git -C "$scratch/$1" init -q
    git -C "$scratch/$1" add -A
    git -C "$scratch/$1" -c user.name=test -c user.email=test@localhost commit -qm 'servers: as they were'
}

# Runs regress in the tree $1; stdout and stderr are in out and err.
regress() {
    local tree=$1
    shift
    "$scratch/$tree/build/muxbench" regress --suite tiny --seed 3 "$@" \
        >"$scratch/out" 2>"$scratch/err"
}

ends_with() {
    equal "$1" "$2" || { cat "$scratch/out" "$scratch/err" && return 1; }
}

# No process and no worktree of the tree $1 is left.
nothing_left() {
    ! pgrep -f "$scratch/$1/" && [ ! -e "$scratch/$1/build/regress-base" ] &&
        equal 1 "$(git -C "$scratch/$1" worktree list | wc -l)"
}

# The same programs, and a copy whose server is slower by a planted loop.
new_tree same
new_tree slow
cp "$build/planted/servers/epoll" "$scratch/slow/build/servers/"
export PLANT=spin:100000

names_what_is_slower() {
    regress slow --base "$scratch/same" --budget 60s
    ends_with 1 $? && has_line 'slower.*epoll' "$scratch/out" &&
        equal 'verdict: slower' "$(tail -n 1 "$scratch/out")"
}

is_faster_the_other_way_round() {
    new_tree old
    cp "$build/planted/servers/epoll" "$scratch/old/made/"
    cp "$build/planted/servers/epoll" "$scratch/old/build/servers/"
    regress same --base "$scratch/old" --budget 60s
    case $? in 0 | 3) ;; *) cat "$scratch/err" && return 1 ;; esac
    has_line '^faster .*total CPU/request' "$scratch/out"
}

cannot_tell_in_no_time() {
    regress same --base "$scratch/same" --budget 1s --min-effect 0.1%
    ends_with 3 $? && equal 'verdict: unclear' "$(tail -n 1 "$scratch/out")"
}

keeps_every_slice() {
    rm -rf "$scratch/kept"
    regress slow --base "$scratch/same" --budget 60s --out "$scratch/kept"
    local file=$scratch/kept/slices.tsv
    has_line '^block.*requests_per_s' "$file" && [ -s "$scratch/kept/meta.json" ] &&
        [ "$(awk -F '\t' '$2 == "epoll http c=4"' "$file" | wc -l)" -ge 40 ] &&
        equal "$(awk -F '\t' '$4 == 0' "$file" | wc -l)" "$(awk -F '\t' '$4 == 1' "$file" | wc -l)"
}

new_tree repo
commit_tree repo

builds_a_revision_and_leaves_nothing() {
    regress repo --base HEAD --budget 1s
    case $? in 0 | 3) ;; *) cat "$scratch/err" && return 1 ;; esac
    has_line 'HEAD: [0-9a-f]+ servers: as they were' "$scratch/out" && nothing_left repo
}

shows_why_a_revision_does_not_build() {
    new_tree broken
    printf 'build/servers/%%:\n\t@echo epoll.c:1: no such thing >&2; false\n' >"$scratch/broken/Makefile"
    commit_tree broken
    regress broken --base HEAD
    ends_with 2 $? && has_line 'epoll.c:1: no such thing' "$scratch/err" &&
        has_line 'does not build' "$scratch/err" && nothing_left broken
}

names_a_flag_that_the_base_lacks() {
    new_tree older
    {
        echo '#!/bin/sh'
        echo 'echo "epoll: unknown option --cpus; see --help" >&2; exit 2'
    } >"$scratch/older/made/epoll"
    chmod +x "$scratch/older/made/epoll"
    cp "$scratch/older/made/epoll" "$scratch/older/build/servers/"
    regress same --base "$scratch/older"
    ends_with 2 $? && has_line 'the base: .*unknown option --cpus' "$scratch/err"
}

leaves_out_what_the_base_has_not() {
    new_tree before
    rm "$scratch/before/servers/models/poll.c"
    regress same --base "$scratch/before" --servers 'epoll poll' --budget 1s --out "$scratch/part"
    case $? in 0 | 3) ;; *) cat "$scratch/err" && return 1 ;; esac
    has_line 'poll http c=4' "$scratch/out" || return 1
    regress same --base "$scratch/before" --servers poll
    ends_with 2 $? && has_line 'has none of these servers' "$scratch/err"
}

# Puts a program in the place of epoll in the tree $1, which ends with status $2
# after the words $3.
replace_epoll() {
    printf '#!/bin/sh\necho "%s" >&2\nexit %d\n' "$3" "$2" >"$scratch/$1/made/epoll"
    chmod +x "$scratch/$1/made/epoll"
    cp "$scratch/$1/made/epoll" "$scratch/$1/build/servers/"
}

leaves_out_what_can_not_run_here() {
    new_tree newer
    replace_epoll newer 77 'epoll: this kernel has none'
    regress newer --base "$scratch/same" --servers 'epoll poll' --budget 1s --junit "$scratch/junit.xml"
    case $? in 0 | 3) ;; *) cat "$scratch/err" && return 1 ;; esac
    has_line "epoll http c=4 can't run here: this tree: .*this kernel has none" "$scratch/out" &&
        has_line '1 cell compared' "$scratch/out" &&
        has_line '<testsuite name="muxbench regress" tests="2".* errors="0"' "$scratch/junit.xml" || return 1
    regress newer --base "$scratch/same"
    ends_with 2 $?
}

tells_ci_what_could_not_be_measured() {
    new_tree dying
    replace_epoll dying 2 'epoll: no'
    regress dying --base "$scratch/same" --budget 5s --junit "$scratch/junit.xml"
    ends_with 2 $? && has_line 'errors="2"' "$scratch/junit.xml"
}

# No process of the tree $1 runs.
none_running() { ! pgrep -f "$scratch/$1/build/" >/dev/null; }

# The run is going on: its file of slices has some.
is_measuring() { [ "$(wc -l 2>/dev/null <"$1")" -gt 4 ]; }

leaves_nothing_when_interrupted() {
    rm -rf "$scratch/cut"
    "$scratch/repo/build/muxbench" regress --suite tiny --min-effect 0.1% --base HEAD \
        --out "$scratch/cut" >"$scratch/out" 2>"$scratch/err" &
    local pid=$!
    wait_until 30 is_measuring "$scratch/cut/slices.tsv" || return 1
    kill -INT "$pid"
    wait "$pid"
    ends_with 2 $? && has_line interrupted "$scratch/err" && nothing_left repo
}

works_alone() {
    rm -rf "$scratch/first"
    "$scratch/repo/build/muxbench" regress --suite tiny --min-effect 0.1% --base HEAD \
        --out "$scratch/first" >/dev/null 2>&1 &
    local pid=$! status=0
    wait_until 30 is_measuring "$scratch/first/slices.tsv" &&
        refused 'another regress' "$scratch/repo/build/muxbench" regress --suite tiny --base HEAD ||
        status=1
    kill -INT "$pid"
    wait "$pid"
    return $status
}

# One that measures against the checkout of another is alone in that, too.
locks_the_base_as_well() {
    rm -rf "$scratch/first"
    "$scratch/same/build/muxbench" regress --suite tiny --min-effect 0.1% --base "$scratch/slow" \
        --out "$scratch/first" >/dev/null 2>&1 &
    local pid=$! status=0
    wait_until 30 is_measuring "$scratch/first/slices.tsv" &&
        refused "another regress of .*/slow" "$scratch/repo/build/muxbench" regress --suite tiny --base "$scratch/slow" ||
        status=1
    kill -INT "$pid"
    wait "$pid"
    return $status
}

# Begins a regress of the tree $1 against its HEAD, interrupts it when the file
# "began" there exists, and sees that nothing is left.
interrupted_when_begun() {
    local tree=$scratch/$1
    "$tree/build/muxbench" regress --suite tiny --base HEAD >"$scratch/out" 2>"$scratch/err" &
    local pid=$!
    wait_until 30 test -e "$tree/began" || return 1
    kill -INT "$pid"
    wait "$pid"
    ends_with 2 $? && has_line interrupted "$scratch/err" && nothing_left "$1"
}

# A tree $1 with a program that tells that it runs, and then does not end.
new_held_tree() {
    new_tree "$1"
    cp "$(command -v sleep)" "$scratch/$1/made/hold"
    printf '#!/bin/sh\n: >"%s/began"\nexec "%s/made/hold" 600\n' "$scratch/$1" "$scratch/$1" >"$scratch/$1/made/begin"
    chmod +x "$scratch/$1/made/begin"
}

leaves_nothing_when_git_is_interrupted() {
    new_held_tree checkout
    commit_tree checkout
    cp "$scratch/checkout/made/begin" "$scratch/checkout/.git/hooks/post-checkout"
    interrupted_when_begun checkout
}

leaves_nothing_when_make_is_interrupted() {
    new_held_tree making
    printf 'build/servers/%%:\n\t%s/made/begin\n' "$scratch/making" >"$scratch/making/Makefile"
    commit_tree making
    interrupted_when_begun making
}

stands_blanks_in_paths() {
    new_tree 'with blanks'
    commit_tree 'with blanks'
    regress 'with blanks' --base HEAD --budget 1s --out "$scratch/a folder"
    case $? in 0 | 3) ;; *) cat "$scratch/err" && return 1 ;; esac
    [ -s "$scratch/a folder/slices.tsv" ] && nothing_left 'with blanks'
}

overwrites_no_figures() {
    mkdir "$scratch/earlier"
    echo mine >"$scratch/earlier/slices.tsv"
    refused "holds a run already" "$scratch/same/build/muxbench" regress --suite tiny --base "$scratch/same" \
        --out "$scratch/earlier" && equal mine "$(cat "$scratch/earlier/slices.tsv")"
}

tells_that_there_is_no_repository() {
    new_tree alone
    GIT_CEILING_DIRECTORIES=$scratch regress alone --base HEAD
    ends_with 2 $? && has_line "git can't look it up in $scratch/alone" "$scratch/err"
}

clears_what_a_killed_one_left() {
    rm -rf "$scratch/killed"
    "$scratch/repo/build/muxbench" regress --suite tiny --min-effect 0.1% --base HEAD \
        --out "$scratch/killed" >/dev/null 2>&1 &
    local pid=$!
    wait_until 30 is_measuring "$scratch/killed/slices.tsv" || return 1
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    [ -e "$scratch/repo/build/regress-base" ] || return 1
    wait_until 10 none_running repo || return 1
    regress repo --base HEAD --budget 1s
    nothing_left repo
}

bad_usage() {
    local muxbench=$scratch/repo/build/muxbench
    refused 'with --base REV' "$muxbench" regress &&
        refused "'nonsense' is neither a revision" "$muxbench" regress --base nonsense --suite tiny &&
        refused budget "$muxbench" regress --base HEAD --budget soon &&
        printf '[a]\nservers = epoll\nrate = 50%%\n' >"$scratch/rate.ini" &&
        refused 'rate.ini:1: .a.: regress measures in closed loop' \
            "$muxbench" regress --base HEAD --suite "$scratch/rate.ini" &&
        refused "unknown server 'epol'" "$muxbench" regress --base HEAD --suite tiny --servers epol &&
        nothing_left repo
}

test_that 'it names what is slower, and exits 1' names_what_is_slower
test_that 'the other way round it is faster' is_faster_the_other_way_round
test_that 'without time it can not tell, and exits 3' cannot_tell_in_no_time
test_that 'every slice is kept, as many of each side' keeps_every_slice
test_that 'a revision is built in a worktree, which is removed' builds_a_revision_and_leaves_nothing
test_that 'a revision that does not build is told' shows_why_a_revision_does_not_build
test_that 'a flag that the base lacks is named' names_a_flag_that_the_base_lacks
test_that 'a model that the base lacks is left out, and told' leaves_out_what_the_base_has_not
test_that 'an interrupt leaves nothing behind' leaves_nothing_when_interrupted
test_that 'what can not run here is left out, and told' leaves_out_what_can_not_run_here
test_that 'a CI sees what could not be measured' tells_ci_what_could_not_be_measured
test_that 'only one works in a tree' works_alone
test_that 'nor does another in the checkout that is the base' locks_the_base_as_well
test_that 'an interrupt of git leaves nothing behind' leaves_nothing_when_git_is_interrupted
test_that 'an interrupt of make leaves nothing behind' leaves_nothing_when_make_is_interrupted
test_that 'paths may have blanks' stands_blanks_in_paths
test_that 'no earlier figures are overwritten' overwrites_no_figures
test_that 'that there is no repository is told' tells_that_there_is_no_repository
test_that 'what a killed one left is cleared' clears_what_a_killed_one_left
test_that 'bad usage is refused' bad_usage
tap_end

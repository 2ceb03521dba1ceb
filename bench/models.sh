#!/bin/sh
# Prints the table of models in Markdown, a row a model: how it waits, its limit
# and the kernel it needs, as it says itself by --facts; its lines of code; and from
# a run, how many requests per second it answers and how much CPU one costs, as
# multiples of epoll's.
# Usage: bench/models.sh [RUN]   (a folder, or a name in results/; default: the
# last run. BUILD: where the programs are; CONNECTIONS: only these of the run)
# Exit: 0 printed, 2 there is no such run, or it has not measured epoll.
set -u

build=${BUILD:-build}
run=${1:-results/latest}
only=${CONNECTIONS:-}

fail() {
    echo "models: $1" >&2
    exit 2
}

# The models of the run in its order, then the others.
models() {
    {
        sed 1d "$table" | cut -f 1
        printf '%s\n' servers/models/*.c | sed 's|.*/||; s|\.c$||'
    } | awk '!seen[$0]++'
}

# Lines of the model $1 that are neither empty nor only a comment.
code_lines() {
    gcc -fpreprocessed -dD -E -P "servers/models/$1.c" | grep -c '[^[:space:]]'
}

# What the model $1 says of itself, and its length.
tell() {
    "$build/servers/$1" --facts | awk -v OFS='\t' -v name="$1" -v lines="$(code_lines "$1")" '
        { fact = $1; sub(/^[^ ]* /, ""); of[fact] = $0 }
        END { print name, of["waits"], of["limit"], of["kernel"], lines }'
}

for folder in "$run" "results/$run" "results/baselines/$run" ''; do
    [ -d "$folder" ] && break
done
table=$folder/connections.tsv
[ -n "$folder" ] || fail "$run: there is no such run"
[ -r "$table" ] || fail "$table is not there; write it with: make report RUN=$run"
for model in $(models); do
    [ ! -x "$build/servers/$model" ] || tell "$model"
done | awk -v only="$only" -v run="$(basename "$(realpath "$folder")")" \
    -f bench/models.awk "$table" - ||
    fail "$run: no HTTP by epoll in closed loop${only:+ at $only connections}"

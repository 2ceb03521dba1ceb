#!/bin/bash
# Two clients visit each I/O model in turn: what the second one experiences, and
# the system calls that the server makes meanwhile, in plain words.
# Usage: servers/tour/tour.sh [MODEL...]   (BUILD: where the programs are)
# Times are measured, and nothing rests on them: client 2 waits if it has no
# answer after client 1 has had three more.
# Exit: 0 all shown, 1 a model neither served, refused nor let wait, 2 unknown
# model, interrupted, or it could not be done.
set -u

here=$(dirname "$0")
build=${BUILD:-build}
clients=$build/tour-clients
job=      # the server, or the strace that runs it
visitors= # the clients
traced=   # "yes": job is a strace
no_trace= # why there are no system calls to show

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

give_up() {
    echo "tour: $2" >&2
    exit "$1"
}

# Ends the server. Again and again: strace takes no signal, and it may not have
# started the server yet.
end_server() {
    local status
    while kill -0 "$job" 2>/dev/null; do
        if [ "$traced" ]; then
            pkill -TERM -P "$job"
        else
            kill -TERM "$job" 2>/dev/null
        fi
        sleep 0.02
    done
    wait "$job"
    status=$?
    job=
    return "$status"
}

clean_up() {
    trap '' INT TERM HUP PIPE
    if [ "$visitors" ]; then
        kill "$visitors" 2>/dev/null
        wait "$visitors"
    fi
    [ -z "$job" ] || end_server
    rm -rf "$scratch"
}

scratch=$(mktemp -d) || exit 2
trap clean_up EXIT
trap 'exit 2' INT TERM HUP PIPE
mkfifo "$scratch/ready" || exit 2

# Starts the server "$@", perhaps under strace, and waits until it is ready.
start() {
    "$@" >"$scratch/ready" 2>"$scratch/log" &
    job=$!
    read -r _ _ _ port <"$scratch/ready"
}

# Runs the clients "$@" to their end, in a way that a signal can break off.
let_visit() {
    local status
    "$clients" "$@" &
    visitors=$!
    wait "$visitors"
    status=$?
    visitors=
    return "$status"
}

fact() {
    "$build/servers/$model" --facts | sed -n "s/^$1 //p"
}

# The model's name and what it says of itself, and how it is run.
introduce() {
    printf '\n%s' "$bold"
    "$build/servers/$model" --summary | sed "s/$(printf '\t')/: /" | fold -s -w 78 |
        sed 's/ *$//; 2,$s/^/  /'
    printf '%s' "$plain"
    if [ "$at_once" -gt 1 ]; then
        echo "  (run here with 1 worker instead of $at_once: client 1 takes it)"
    fi
}

# A crowd, for a model with a limit of its own; unless no more descriptors than
# that may be had.
show_limit() {
    local limit hard
    limit=$(fact max_fd)
    hard=$(ulimit -H -n)
    if [ "$limit" -eq 0 ] || { [ "$hard" != unlimited ] && [ "$hard" -lt $((limit + 64)) ]; }; then
        return 0
    fi
    ulimit -S -n $((limit + 64)) && let_visit crowd "$port" "$limit" || return
    sed -n 's/^.*: turned a connection away: /  server    says why: /p' "$scratch/log" | head -n 1
}

# The conversation with the system calls left to themselves.
show_visit() {
    if ! let_visit visit "$port" "$job" "$scratch/visit" || ! show_limit || ! end_server; then
        give_up 1 "$model did not go through with it: $(tail -n 1 "$scratch/log")"
    fi
    read -r second processes threads _ <"$scratch/visit"
}

# The same conversation again, of which only the system calls are shown.
show_calls() {
    local from to
    echo "  The same again under strace: the system calls of the server, and how many"
    traced=yes
    if ! start strace -f -qq -ttt -o "$scratch/trace" "$build/servers/$model" "${options[@]}" ||
        ! let_visit visit "$port" "$job" "$scratch/visit" >/dev/null; then
        give_up 1 "$model did not go through with it under strace: $(tail -n 1 "$scratch/log")"
    fi
    end_server
    traced=
    read -r _ _ _ from to <"$scratch/visit"
    awk -f "$here/calls.awk" -v from="$from" -v to="$to" -v figures="$scratch/figures" \
        "$scratch/trace"
    read -r per_request in_silence <"$scratch/figures"
}

row() {
    printf '%-12s %-13s %13s %16s %10s %8s\n' "$@" >>"$scratch/table"
}

show() {
    model=$1
    options=(--port 0 --protocol echo)
    per_request=- in_silence=-
    at_once=$(fact serves_at_once)
    introduce
    if [ "$at_once" -gt 1 ]; then
        options+=(--workers 1)
    fi
    if ! start "$build/servers/$model" "${options[@]}"; then
        end_server
        echo "  can't be shown: $(tail -n 1 "$scratch/log")"
        row "$model" - - - - -
        return
    fi
    show_visit
    [ "$no_trace" ] || show_calls
    # What a model does that asks all the time depends on the time.
    [ "$(fact spins)" -eq 0 ] || per_request=varies
    row "$model" "$second" "$per_request" "$in_silence" "$processes" "$threads"
}

known=()
for program in "$build"/servers/*; do
    if [ -f "$program" ] && [ -x "$program" ]; then
        known+=("${program##*/}")
    fi
done
for model in "$@"; do
    [[ " ${known[*]} " == *" $model "* ]] ||
        give_up 2 "unknown model '$model' (there are: ${known[*]})"
done
[ $# -gt 0 ] || set -- "${known[@]}"
[ $# -gt 0 ] || give_up 2 "there is no model in $build/servers; run make"

if ! command -v strace >/dev/null || ! command -v pkill >/dev/null; then
    no_trace="strace or pkill is not installed"
elif ! strace -f -qq -o /dev/null true 2>"$scratch/log"; then
    no_trace="strace can't trace here: $(head -n 1 "$scratch/log")"
fi

echo 'Two clients visit each server. What does the second one experience while the'
echo 'first one keeps its connection?'
[ -z "$no_trace" ] || echo "System calls are not shown: $no_trace"
row model 'second client' calls/request 'calls in silence' processes threads
for model in "$@"; do
    show "$model"
done
echo
cat "$scratch/table"

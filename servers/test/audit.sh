#!/bin/sh
# Counts system calls per request, for each model, at one keep-alive
# connection, and compares them with what the model says of itself. Figures
# need no clock: they are the same on any machine.
# Usage: servers/test/audit.sh [MODEL...]   (BUILD: where the programs are)
# Exit: 0 all as said, 1 a model departs, 2 could not measure, 77 strace can't
# trace here.
set -u

build=${BUILD:-build}
requests=200
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' INT TERM

# Ends what strace, the process $1, runs; of which it then tells.
end_traced() {
    pkill -TERM -P "$1"
    wait "$1"
}

# Runs the model $1 under strace while it serves $2 requests with the protocol
# $3, and prints how many calls it made. One worker: how many calls the end of
# others takes is not the same each time.
calls() {
    trap 'end_traced "$server"; exit 2' INT TERM
    rm -f "$scratch/ready"
    strace -f -qq -c -o "$scratch/calls" \
        "$build/servers/$1" --port 0 --protocol "$3" --workers 1 \
        >"$scratch/ready" 2>"$scratch/log" &
    server=$!
    if ! "$build/test/servers/tool_ask" "$scratch/ready" "$3" "$2"; then
        end_traced "$server"
        return 1
    fi
    end_traced "$server"
    awk '$NF == "total" { print $4 }' "$scratch/calls"
}

if ! strace -qq -o /dev/null true 2>"$scratch/log"; then
    echo "audit: strace can't trace here: $(head -n 1 "$scratch/log")" >&2
    exit 77
fi

if [ $# -eq 0 ]; then
    for program in "$build"/servers/*; do
        if [ -f "$program" ] && [ -x "$program" ]; then
            set -- "$@" "${program##*/}"
        fi
    done
fi
code=0
printf '%-12s %-8s %10s %10s\n' model protocol expected counted
for model in "$@"; do
    expected=$("$build/servers/$model" --facts |
        sed -n 's/^syscalls_per_request //p')
    for protocol in echo http; do
        if [ "$expected" = 0 ]; then
            printf '%-12s %-8s %10s %10s\n' "$model" "$protocol" - "as time goes"
            continue
        fi
        # The difference of two runs leaves out the start and the end.
        if ! few=$(calls "$model" 100 "$protocol") ||
            ! many=$(calls "$model" $((100 + requests)) "$protocol"); then
            echo "audit: $model can't be measured: $(cat "$scratch/log")" >&2
            exit 2
        fi
        awk -v model="$model" -v protocol="$protocol" -v few="$few" \
            -v many="$many" -v n="$requests" -v expected="$expected" 'BEGIN {
                counted = (many - few) / n
                off = counted - expected
                departs = off > 0.05 || off < -0.05
                printf "%-12s %-8s %10.3f %10.3f%s\n", model, protocol,
                    expected, counted, departs ? "  departs" : ""
                exit departs
            }' || code=1
    done
done
exit "$code"

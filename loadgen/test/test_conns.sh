#!/bin/bash
# The generator and our own servers together, over all that connections can go
# over. TAP on stdout.
set -u
# shellcheck source=common/test/tap.sh
. common/test/tap.sh

mkfifo "$scratch/ready"

# Starts the server $1 with further options; sets $server, $address and $port.
serve() {
    local program=$build/servers/$1
    shift
    "$program" "$@" >"$scratch/ready" 2>"$scratch/log" &
    server=$!
    read -r _ _ address port <"$scratch/ready"
}

# Ends it; fails unless it ends well.
end_server() {
    kill -TERM "$server" && wait "$server"
}

# Runs the generator; the record is in $scratch/record.
load() {
    "$build/loadgen" --json "$scratch/record" --duration 100ms --warmup 10ms "$@"
}

# The first value of the key $1 in the record.
value() {
    grep -o "\"$1\":[^,}]*" "$scratch/record" | sed 's/[^:]*://;q'
}

drives_over_unix() {
    local model=$1 protocol=$2
    serve "$model" --host "unix:$scratch/socket" --protocol "$protocol" &&
        equal "$scratch/socket" "$address" &&
        load -c 3 --pipeline 4 "unix:$protocol:$scratch/socket"
    local status=$?
    end_server && equal 0 "$status" && [ ! -e "$scratch/socket" ] &&
        equal "\"unix:$protocol:$scratch/socket\"" "$(value target)"
}

drives_over_ipv6() {
    local model=$1 protocol=$2
    serve "$model" --host ::1 --protocol "$protocol" && equal ::1 "$address" &&
        load -c 3 "$protocol://[::1]:$port"
    local status=$?
    end_server && equal 0 "$status"
}

a_dead_socket_is_told() {
    serve epoll --host "unix:$scratch/socket"
    kill -KILL "$server"
    wait "$server"
    load "unix:http:$scratch/socket" 2>"$scratch/err"
    equal 1 $? && has_line "^loadgen: $scratch/socket: 1 x connect, first: Connection refused" "$scratch/err"
}

for program in "$build"/servers/*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    model=${program##*/}
    for protocol in http echo; do
        test_that "$model serves $protocol over a Unix socket" \
            drives_over_unix "$model" "$protocol"
        if grep -q '^0*1 .* lo$' /proc/net/if_inet6 2>/dev/null; then
            test_that "$model serves $protocol over IPv6" \
                drives_over_ipv6 "$model" "$protocol"
        else
            skip "$model serves $protocol over IPv6" 'no ::1 here'
        fi
    done
done
test_that 'a socket that nobody listens at is told' a_dead_socket_is_told
tap_end

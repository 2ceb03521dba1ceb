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
    "$build/loadgen" --json "$scratch/record" --duration 250ms --warmup 10ms "$@"
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

# value() within "closes" and within "connect".
closes() {
    sed 's/.*"closes":{\([^}]*\)}.*/\1/' "$scratch/record" | tr ',' '\n' |
        sed -n "s/\"$1\"://p"
}
connects() {
    sed 's/.*"connect":{\([^}]*\)}.*/\1/' "$scratch/record" | tr ',' '\n' |
        sed -n 's/"count"://p'
}

# What a server counted until its end.
counted() {
    sed "s/^{[^[]*\"$1\": \([0-9]*\).*/\1/" "$scratch/stats"
}

# Each connection carries $3 requests at most, several of them at a time, and
# is closed as $2 says, always, and in no other way. $4: further options.
churns() {
    local target=$1 closing=$2 k=$3 options=$4 other
    serve epoll --protocol "${target%%:*}" --stats "$scratch/stats"
    # shellcheck disable=SC2086 # several words
    load -c 5 --requests-per-connection "$k" --close "$closing" $options \
        "$target://127.0.0.1:$port"
    local status=$?
    end_server && equal 0 "$status" || return 1
    equal "$k" "$(value requests_per_connection)" || return 1
    for other in client server reset; do
        [ "$other" = "$closing" ] || equal 0 "$(closes "$other")" || return 1
    done
    [ "$(value requests)" -gt 0 ] &&
        [ "$(value requests)" -le "$(($(counted accepted) * k))" ] || return 1
    # At the end of the run, five may be closed with a reply unread.
    if [ "$closing" = reset ]; then
        [ "$(counted reset)" -ge "$(closes reset)" ] || return 1
    else
        [ "$(counted reset)" -le 5 ] || return 1
    fi
    # What an open loop has planned in its window may be answered after it.
    [ "${options#--rate}" != "$options" ] || closed_in_the_window "$closing" "$k"
}

# Those of five connections that had all their requests in the window were
# closed and opened anew there, but for the last of each.
closed_in_the_window() {
    [ "$(value requests)" -le "$((($(closes "$1") + 2 * 5) * $2))" ] &&
        [ "$(closes "$1")" -le "$(($(connects) + 2 * 5))" ]
}

churns_over_unix() {
    serve epoll --host "unix:$scratch/socket" &&
        load -c 5 --requests-per-connection 2 --close "$1" "unix:http:$scratch/socket"
    local status=$?
    end_server && equal 0 "$status" && closed_in_the_window "$1" 2
}

# 20 ports in all, each in TIME_WAIT after its use. $1: the host; $2: where no
# other addresses help, the reason that the verdict then has.
churns_with_few_ports() {
    few_ports "$build" "$scratch" "$1" >"$scratch/few" 2>&1
    equal 0 $? || { cat "$scratch/few" && return 1; }
    equal 0 "$(value total)" || return 1
    if [ -n "$2" ]; then
        has_line "$2" "$scratch/record"
    else
        closed_in_the_window client 1 && ! grep -q 'no port was free' "$scratch/record"
    fi
}

# In a network of its own, so that its settings are nobody else's.
few_ports() {
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare -rn bash -c '
        ip link set lo up && echo 40000 40019 >/proc/sys/net/ipv4/ip_local_port_range || exit 77
        "$1/servers/epoll" --host "$3" --port 8080 >"$2/ready" & server=$!
        read -r _ <"$2/ready"
        host=$3
        [ "$host" = ::1 ] && host="[::1]"
        "$1/loadgen" --json "$2/record" -c 4 --duration 1500ms --warmup 0s \
            --requests-per-connection 1 --timeout 5s "http://$host:8080/"
        status=$?
        kill "$server" && wait "$server" && exit "$status"' bash "$@"
}

# More connections than the queue of a server that is held has room for. They
# wait, and when it goes on, all are opened.
a_full_queue_is_waited_for() {
    serve epoll --host "unix:$scratch/socket"
    kill -STOP "$server"
    load -c 4200 --timeout 60s "unix:http:$scratch/socket" 2>"$scratch/err" &
    local generator=$!
    wait_until 30 queue_is_full || return 1
    kill -CONT "$server"
    wait "$generator"
    end_server && equal 0 "$(value total)" && equal 4200 "$(value connections_established)" &&
        has_line "the server's queue of new connections was full" "$scratch/record"
}
queue_is_full() { [ "$(grep -c "$scratch/socket" /proc/net/unix)" -gt 4096 ]; }

draws() {
    local protocol=$1 range=$2 pipeline=$3 engine=$4
    serve epoll --protocol "$protocol"
    load -c 3 --pipeline "$pipeline" --payload "$range" --engine "$engine" \
        "$protocol://127.0.0.1:$port"
    local status=$?
    end_server && equal 0 "$status" && equal "${range%-*}" "$(value payload_bytes)" &&
        equal "${range#*-}" "$(value payload_most_bytes)"
}

# The server has them all, and ends well with them.
holds_idle_ones() {
    local options=$1 target=$2
    # shellcheck disable=SC2086 # several words
    serve epoll $options --stats "$scratch/stats"
    load -c 4 --threads 2 --idle 2000 "${target/PORT/$port}"
    local status=$?
    end_server && equal 0 "$status" && has_line '"idle":{"asked":2000,"opened":2000,"dropped":0}' "$scratch/record" &&
        equal 2004 "$(counted accepted)" && equal 0 "$(counted refused)"
}

# While 1,000 idle ones are held, the server is told to stop.
stops_with_idle_ones() {
    serve epoll
    load -c 1 --idle 1000 --duration 10m "http://127.0.0.1:$port" 2>"$scratch/err"  &
    local generator=$!
    wait_until 30 has_descriptors "$server" 1001
    end_server || { kill "$generator" && return 1; }
    wait "$generator"
    equal 1 $? && has_line 'the server dropped 1000 of 1000 idle connections' "$scratch/record"
}
has_descriptors() { [ "$(find "/proc/$1/fd" -type l | wc -l)" -gt "$2" ]; }

tells_dropped_ones() {
    serve epoll --idle-timeout 100ms
    load --duration 800ms --idle 10 "http://127.0.0.1:$port"
    end_server && equal '"invalid"' "$(value verdict)" &&
        has_line 'the server dropped [0-9]+ of 10 idle connections' "$scratch/record"
}

# The plan asks for hardly any of them: the server closes the others, which is
# its right, and they are opened again. Requests are sent at 0 and 500 ms, far
# from when it does so: a request can cross with the end of its connection.
minds_unused_ones_little() {
    serve epoll --idle-timeout 300ms
    load -c 16 --rate 2 --arrivals fixed --timeout 250ms --duration 900ms --engine "$1" "http://127.0.0.1:$port"
    equal 0 $? && end_server && equal 0 "$(value total)" && [ "$(closes server)" -ge 8 ]
}

tells_those_not_opened() {
    serve epoll
    end_server
    load --idle 10 "http://127.0.0.1:$port" 2>"$scratch/err"
    equal 1 $? && has_line 'only 0 of 10 idle connections could be opened' "$scratch/record"
}

for program in "$build"/servers/*; do
    if [ ! -f "$program" ] || [ ! -x "$program" ]; then
        continue
    fi
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
engines=epoll
if "$build/loadgen" --engine uring --rate 1 --print-schedule echo://127.0.0.1:9 >"$scratch/out" 2>"$scratch/err"; then
    engines="epoll uring"
else
    skip 'the engine uring' "$(cat "$scratch/err")"
fi
for engine in $engines; do
    for protocol in http echo; do
        for closing in client server reset; do
            test_that "$engine: a $protocol request, then $closing closes" \
                churns "$protocol" "$closing" 1 "--engine $engine"
            test_that "$engine: 5 $protocol requests, 3 at once, then $closing closes" \
                churns "$protocol" "$closing" 5 "--pipeline 3 --engine $engine"
            test_that "$engine: $protocol, open loop, 2 requests, then $closing closes" \
                churns "$protocol" "$closing" 2 "--rate 2000 --engine $engine"
        done
    done
done
for closing in client server; do
    test_that "over a Unix socket $closing closes" churns_over_unix "$closing"
done
if unshare -rn ip link set lo up 2>/dev/null; then
    test_that 'TIME_WAIT leaves other addresses' churns_with_few_ports 127.0.0.1 ''
    test_that 'where there is one address, ports are waited for, which is told' \
        churns_with_few_ports ::1 'generator-bound: [0-9]+ times no port was free'
else
    skip 'TIME_WAIT' 'no network of our own'
fi
if [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -gt 5000 ]; then
    test_that "a Unix socket's full queue is waited for" a_full_queue_is_waited_for
else
    skip "a Unix socket's full queue is waited for" 'too few descriptors'
fi
test_that 'idle connections are held' holds_idle_ones '' http://127.0.0.1:PORT/
test_that 'idle connections over a Unix socket are held' \
    holds_idle_ones "--host unix:$scratch/socket" "unix:http:$scratch/socket"
test_that 'a server stops with idle connections' stops_with_idle_ones
test_that 'dropped idle connections are told' tells_dropped_ones
test_that 'idle connections that can not be opened are told' tells_those_not_opened
for engine in $engines; do
    test_that "$engine: connections that an open loop never used may be closed" \
        minds_unused_ones_little "$engine"
done
for engine in $engines; do
    for range in 16-64 16-200000; do
        test_that "$engine: messages of $range bytes come back" draws echo "$range" 1 "$engine"
        test_that "$engine: messages of $range bytes come back, 8 at a time" \
            draws echo "$range" 8 "$engine"
    done
    test_that "$engine: bodies of 0 to 5000 bytes are posted" draws http 0-5000 4 "$engine"
done
test_that 'a socket that nobody listens at is told' a_dead_socket_is_told
tap_end

#!/bin/sh
# TAP: what a server says to a command line that it can't follow, and to
# those that ask about it. One line on stderr, exit 2, nothing started.
# Usage: servers/test/test_cli.sh   (BUILD: where the programs are)
set -u

build=${BUILD:-build}
server=$build/servers/epoll
scratch=$(mktemp -d) || exit 1
pid=
trap 'kill $pid 2>/dev/null; rm -rf "$scratch"' EXIT
n=0
failed=0

# Prints the TAP line of the test named $2, which went well if $1 is 0.
result() {
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $n - $2"
    else
        failed=1
        echo "not ok $n - $2"
        sed 's/^/# /' "$scratch/out" "$scratch/err"
    fi
}

# That "$server" with the words after $1 is refused, in one line with $1.
refuses() {
    says=$1
    shift
    timeout 10 "$server" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
    [ "$code" -eq 2 ] && [ ! -s "$scratch/out" ] &&
        [ "$(wc -l <"$scratch/err")" -eq 1 ] &&
        grep -qF -e "$says" "$scratch/err"
    result $? "refuses $*: $says"
}

# That it prints, on the option $1, a line that matches $2, and exits 0.
prints() {
    timeout 10 "$server" "$1" >"$scratch/out" 2>"$scratch/err" &&
        [ ! -s "$scratch/err" ] && grep -q -e "$2" "$scratch/out"
    result $? "prints $1"
}

refuses "unknown option '--nothing'" --nothing
refuses "did you mean 'protocol'" --protocl http
refuses "needs a value" --port
refuses "unexpected word 'http'" http
refuses "did you mean 'echo'" --protocol ecko
refuses "--record-file: --protocol record needs it" --protocol record
refuses "--record-file: goes with --protocol record only" --record-file x
refuses "--fsync: goes with --protocol record only" --protocol echo --fsync
records="--protocol record --record-file"
# shellcheck disable=SC2086 # these are two words and an option
{
    refuses "--record-file: can't append to '$scratch': Is a directory" \
        $records "$scratch"
    refuses "--record-file: can't append to '$scratch/no/such': No such file" \
        $records "$scratch/no/such"
    refuses "--record-file: can't append to '/dev/null': Invalid argument" \
        $records /dev/null --fsync
    mkfifo "$scratch/fifo"
    refuses "--record-file: can't append to '$scratch/fifo': it is no file" \
        $records "$scratch/fifo"
}
refuses "--host: 'unix:': names no path" --host unix:
refuses "--host: 'unix:x?y': the path has a control character" --host "unix:x	y"
refuses "longer than the 107 bytes" --host "unix:$(printf '%0108d' 0)"
refuses "No such file or directory" --host "unix:$scratch/no/such"
refuses "something else than a socket is there" --host "unix:$scratch/err"
refuses "--port: a Unix socket has none" --host "unix:$scratch/socket" --port 7
refuses "no address of this machine" --host 192.0.2.1
refuses "no address of this machine" --host "not a name"
refuses "out of range (0 to 65535)" --port 65536
refuses "is not a whole number" --port -1
refuses "is not a whole number" --port http
refuses "is not a duration" --idle-timeout 5
refuses "is not a duration" --request-timeout abc
refuses "out of range" --max-connections 0
refuses "out of range" --workers 0
refuses "epoll takes at most 1, not 2" --workers 2
refuses "is not a list of CPUs" --cpus x
refuses "may be used here" --cpus 1023
refuses "No such file or directory" --stats "$scratch/no/such"
refuses "Is a directory" --stats "$scratch"

prints --help "request-timeout"
prints --version "muxbench"
for model in "$build"/servers/*; do
    if [ ! -f "$model" ] || [ ! -x "$model" ]; then
        continue
    fi
    server=$model
    prints --summary "^${model##*/}	."
    for fact in "syscalls_per_request [0-9]" "waits ." "limit ." "kernel ."; do
        prints --facts "^$fact"
    done
done
server=$build/servers/epoll

# Starts "$server" with these words as $pid, and waits for its ready line.
mkfifo "$scratch/ready"
start() {
    "$server" "$@" >"$scratch/ready" 2>"$scratch/err" &
    pid=$!
    read -r ready model address port <"$scratch/ready"
}

# Ends it with the signal $1; its exit code.
end() {
    kill -"$1" "$pid"
    wait "$pid" 2>"$scratch/err"
    code=$?
    pid=
    return "$code"
}

# A port in use is named.
start --port 0 --cpus 0 --stats "$scratch/stats"
[ "$ready $model $address" = "ready epoll 127.0.0.1" ]
result $? "tells when it is ready"
refuses "can't listen at 127.0.0.1 port $port" --port "$port"
end TERM
result $? "exits 0 after SIGTERM"
grep -q '^{"accepted": 0, .*"urgent": 0, "workers": \[{"accepted": 0, .*}\]}$' \
    "$scratch/stats"
result $? "writes its counters"

# The file of a Unix socket.
socket=$scratch/socket
start --host "unix:$socket"
[ "$ready $model $address $port" = "ready epoll $socket 0" ]
result $? "tells its Unix socket"
refuses "a server that is alive listens there" --host "unix:$socket"
[ -S "$socket" ]
result $? "leaves a live server's socket alone"
end KILL
start --host "unix:$socket"
[ "$address" = "$socket" ] && [ -S "$socket" ]
result $? "replaces a dead server's socket"
end TERM && [ ! -e "$socket" ]
result $? "removes its socket at the end"
start --host "unix:$socket"
mv "$socket" "$scratch/moved"
first=$pid
start --host "unix:$socket"
kill -TERM "$first" && wait "$first" && [ -S "$socket" ]
result $? "does not remove a socket that has taken its own's place"
end TERM

echo "1..$n"
exit "$failed"

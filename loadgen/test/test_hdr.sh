#!/bin/bash
# Our histograms, read back with somebody else's implementation: the npm package
# hdr-histogram-js, if node can find it (NODE_PATH, or build/node_modules, where
# `npm install --prefix build hdr-histogram-js` puts it). Nothing is installed
# here. TAP on stdout.
set -u
. common/test/tap.sh

export NODE_PATH=$build/node_modules:${NODE_PATH:-}

reads_back() {
    mkfifo "$scratch/ready" || return
    "$build/servers/epoll" --port 0 --protocol "$1" >"$scratch/ready" &
    local server=$! word port
    read -r word _ _ port <"$scratch/ready"
    equal ready "$word" || return
    shift
    "$build/loadgen" --duration 500ms --interval 50ms --json "$scratch/json" \
        --hlog "$scratch/hlog" --hgrm "$scratch/hgrm" "${@//PORT/$port}"
    local status=$?
    kill "$server"
    rm "$scratch/ready"
    equal 0 "$status" || return
    node loadgen/test/read_hdr.js "$scratch/hlog" "$scratch/json" "$scratch/hgrm" \
        >"$scratch/compared"
    status=$?
    cat "$scratch/compared"
    cat "$scratch/compared" >>"$scratch/told"
    return "$status"
}

if ! command -v node >/dev/null; then
    skip 'read by hdr-histogram-js' 'node is not installed'
elif ! node -e 'require("hdr-histogram-js")' 2>/dev/null; then
    skip 'read by hdr-histogram-js' 'the npm package hdr-histogram-js is not there'
else
    test_that 'http is read by hdr-histogram-js' reads_back http -c 8 http://127.0.0.1:PORT/
    test_that 'echo is read by hdr-histogram-js' reads_back echo -c 2 --threads 2 \
        --pipeline 4 echo://127.0.0.1:PORT
    test_that 'churn is read by hdr-histogram-js' reads_back http -c 4 \
        --requests-per-connection 5 http://127.0.0.1:PORT/
    test_that 'an open loop is read by hdr-histogram-js' reads_back http -c 4 --rate 5000 \
        http://127.0.0.1:PORT/
    sed 's/^/# /' "$scratch/told"
fi
tap_end

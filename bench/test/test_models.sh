#!/bin/bash
# The table of models of runs that are made up.
# shellcheck source=common/test/tap.sh
. "$(dirname "$0")/../../common/test/tap.sh"

table=$scratch/table

# A run with these cells: server, protocol, connections, served, starved,
# requests/s, CPU, and trials that the generator limited.
make_run() {
    mkdir -p "$scratch/$1"
    {
        echo 'server protocol connections served starved requests_per_s total_cpu_us generator_bound invalid'
        cat
    } | tr ' ' '\t' >"$scratch/$1/connections.tsv"
}

make_run usual <<'CELLS'
epoll echo 1 1 0 1 1 0 0
epoll http 1 1 0 20000 40 0 0
blocking http 1 1 0 30000 10 0 0
epoll http 64 64 0 80000 20 0 0
threaded http 64 64 0 40000 25 0 0
blocking http 64 1 1 90000 9 1 0
gone http 64 64 0 1 1 0 0
CELLS
make_run doubtful <<'CELLS'
epoll http 1 1 0 20000 40 0 0
poll http 1 1 0 20000 40 0 1
CELLS
make_run echo <<'CELLS'
epoll echo 1 1 0 20000 40 0 0
CELLS

print() { BUILD=$build bench/models.sh "$@" >"$table"; }

# That the row of the model $1 ends with $2.
row_ends() { has_line "^\| \`$1\` \|.*\| [0-9]+ \| $2 \|\$" "$table"; }

figures_are_multiples_of_epolls() {
    print "$scratch/usual" &&
        has_line '^\| model \|.*\| lines \| req/s, 1 \| CPU, 1 \| req/s, 64 \| CPU, 64 \|$' "$table" &&
        row_ends epoll '1\.00 \| 1\.00 \| 1\.00 \| 1\.00' &&
        row_ends threaded '- \| - \| 0\.50 \| 1\.25' &&
        has_line '^20000 requests/s and 40\.00 µs of CPU at 1,$' "$table" &&
        has_line '^80000 requests/s and 20\.00 µs of CPU at 64\.$' "$table"
}

starving_has_no_figures() {
    print "$scratch/usual" && row_ends blocking '1\.50 \| 0\.25 \| starved \(1 served\) \| -'
}

what_is_doubtful_is_marked() {
    print "$scratch/doubtful" && row_ends poll '1\.00\? \| 1\.00\?' &&
        row_ends epoll '1\.00 \| 1\.00' && has_line '^\?: in some trial' "$table" &&
        print "$scratch/usual" && equal 0 "$(grep -c '?' "$table")"
}

every_model_has_a_row() {
    local model
    print "$scratch/usual"
    for model in servers/models/*.c; do
        has_line "^\| \`$(basename "$model" .c)\` \| [^|]+ \| [^|]+ \| [^|]+ \| [1-9][0-9]* \|" "$table" || return
    done
    equal 0 "$(grep -c gone "$table")"
}

one_number_of_connections_can_be_chosen() {
    CONNECTIONS=64 print "$scratch/usual" && row_ends epoll '1\.00 \| 1\.00'
}

# In a tree of its own, with a model of three lines.
lines_are_those_of_code() {
    local tree=$scratch/tree
    mkdir -p "$tree/bench" "$tree/servers/models" "$tree/build/servers"
    cp bench/models.sh bench/models.awk "$tree/bench/"
    printf '/* a\n * b */\n#include <x.h>\n\nint c; /* d */\n\t\nchar *e = "/*";\n' \
        >"$tree/servers/models/epoll.c"
    printf '#!/bin/sh\necho "spins 0"\necho waits here, or there\necho limit none\necho kernel 9.9\n' \
        >"$tree/build/servers/epoll"
    chmod +x "$tree/build/servers/epoll"
    (cd "$tree" && BUILD=build bench/models.sh "$scratch/doubtful") >"$table" &&
        row_ends epoll '1\.00 \| 1\.00' &&
        has_line '^\| .epoll. \| here, or there \| none \| 9\.9 \| 3 \|' "$table"
}

what_can_not_be_told_is_refused() {
    refused 'nowhere: there is no such run' bench/models.sh "$scratch/nowhere" &&
        mkdir "$scratch/empty" &&
        refused 'make report RUN=' bench/models.sh "$scratch/empty" &&
        refused 'no HTTP by epoll in closed loop$' bench/models.sh "$scratch/echo" &&
        CONNECTIONS=7 refused 'in closed loop at 7 connections$' bench/models.sh "$scratch/usual"
}

test_that 'figures are multiples of those of epoll' figures_are_multiples_of_epolls
test_that 'a model that starves some has no figures there' starving_has_no_figures
test_that 'what is doubtful is marked' what_is_doubtful_is_marked
test_that 'every model has a row with its words' every_model_has_a_row
test_that 'one number of connections can be chosen' one_number_of_connections_can_be_chosen
test_that 'lines are those of code' lines_are_those_of_code
test_that 'what cannot be told is refused' what_can_not_be_told_is_refused
tap_end

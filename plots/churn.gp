# Churn: connections that last for a few requests
# Left: requests per second in closed loop when every connection is closed after
# so many requests and a new one opened. Right: the time to open a connection, from
# the p50 (a dot) to the p99 (the end of the bar), until the kernel has it, which may
# be before the server has accepted it. Bars are the medians of the repeats, lines
# their range, on the right that of the p99. Hatched: some
# connections starved. A red cross above: the generator was the limit in some repeat,
# or it is invalid.
call ARG0[1:strlen(ARG0) - strlen("churn.gp")].'style.gp' ARG1
data = run.'/churn.tsv'
if (churn_servers eq '') { exit }
bars = words(churn_servers)
here(s, p, v) = is(s, p) && column('connections') == churn_connections ? column(v) : NaN
any(v) = column('connections') == churn_connections ? column(v) : NaN
hatched(s, p, v) = column('starved') == 1 ? here(s, p, v) : NaN
marked(p, v) = column('connections') == churn_connections ? bound(p, v) : NaN
nth(s) = sum [k = 1:bars] (word(churn_servers, k) eq s ? k : 0)
group(n) = sum [k = 1:words(churn_counts)] (word(churn_counts, k) + 0 == n ? k : 0)
barwidth = 0.8 / bars
x(s) = group(column('requests_per_connection')) + (nth(s) - (bars + 1) / 2.0) * barwidth
set boxwidth barwidth * 0.9
stats data using (any('requests_per_s_max')) name 'RATE' nooutput
stats data using (any('connect_p50_us')) name 'LOW' nooutput
stats data using (any('connect_p99_us_max')) name 'HIGH' nooutput
set xrange [0.5:words(churn_counts) + 0.5]
set xtics ()
do for [k = 1:words(churn_counts)] {
    set xtics add (word(churn_counts, k) k)
}
set xlabel 'requests per connection' offset 0, 0.4
width = 1100
height = 90 + 430 * words(churn_protocols)

do for [format in formats] {
    eval begin('churn', format)
    set multiplot layout words(churn_protocols),2 title caption(sprintf('Churn: connections that last for a few requests, %d at a time', churn_connections))
    do for [p in churn_protocols] {
        unset logscale y
        set ytics autofreq
        set yrange [0:1.08 * RATE_max]
        set format y '%.0s%c'
        set ylabel 'requests per second'
        set title p.', throughput'
        plot for [s in churn_servers] data using (x(s)):(here(s, p, 'requests_per_s')) \
                with boxes fc rgb colour_of(s) notitle, \
            for [s in churn_servers] data using (x(s)):(hatched(s, p, 'requests_per_s')) \
                with boxes fs pattern 4 fc rgb '#FFFFFF' notitle, \
            for [s in churn_servers] data using (x(s)):(here(s, p, 'requests_per_s_min')):(0):(span('requests_per_s_min', 'requests_per_s_max')) \
                with vectors nohead lw 1.5 lc rgb '#444444' notitle, \
            for [s in churn_servers] data using (x(s)):(strcol('server') eq s ? marked(p, 'requests_per_s') : NaN) \
                with points pt 2 ps 1.5 lw 2 lc rgb '#CC0000' notitle, \
            for [s in churn_servers] NaN with boxes fc rgb colour_of(s) title s noenhanced
        if (exists('LOW_min')) {
            set logscale y
            set yrange [0.5 * LOW_min:1.3 * HIGH_max]
            eval 'set ytics '.log_tics(0.5 * LOW_min, 1.3 * HIGH_max)
            set format y '%.0f'
            set ylabel 'time to connect, µs'
            set title p.', time to connect, from p50 (dot) to p99'
            half = barwidth * 0.45
            plot for [s in churn_servers] data using (x(s)):(here(s, p, 'connect_p50_us')):(x(s) - half):(x(s) + half):(here(s, p, 'connect_p50_us')):(here(s, p, 'connect_p99_us')) \
                    with boxxyerror fc rgb pale_of(s) lw 0 notitle, \
                for [s in churn_servers] data using (x(s)):(here(s, p, 'connect_p50_us')) \
                    with points pt 7 ps 1.2 lc rgb colour_of(s) notitle, \
                for [s in churn_servers] data using (x(s)):(here(s, p, 'connect_p99_us_min')):(0):(span('connect_p99_us_min', 'connect_p99_us_max')) \
                    with vectors nohead lw 1.5 lc rgb '#444444' notitle, \
                for [s in churn_servers] NaN with boxes fc rgb colour_of(s) title s noenhanced
        }
    }
    unset multiplot
}

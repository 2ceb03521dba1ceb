# Response time against offered rate
# Open loop, p50 and p99 of the response time, which counts from the planned moment.
# All servers are offered the same rates. Points are the medians of the repeats,
# bars their range. Where a server nears its limit its curve turns upwards: the
# queue in front of it grows. Red crosses: the generator was the limit in some
# repeat, or it is invalid. Left out are servers that starve connections.
call ARG0[1:strlen(ARG0) - strlen("rate.gp")].'style.gp' ARG1
data = run.'/open.tsv'
if (open_servers eq '') { exit }
left_out = skipped(open_skipped)
here(s, p, v) = is(s, p) && column('connections') == open_connections ? column(v) : NaN
marked(p, v) = column('connections') == open_connections ? bound(p, v) : NaN
any(v) = column('connections') == open_connections ? column(v) : NaN
stats data using (any('response_p50_us_min')) name 'LOW' nooutput
stats data using (any('response_p99_us_max')) name 'HIGH' nooutput
stats data using (any('rate_per_s')) name 'RATE' nooutput
if (!exists('LOW_min')) { exit } # no trial tells a response time
set logscale y
set format y '%.0f'
set xlabel "\noffered requests per second" offset 0, 0.4
gap = 0.006 * RATE_max
nth(s) = sum [k = 1:words(open_servers)] (word(open_servers, k) eq s ? k : 0)
at_rate(s) = column('rate_per_s') + (nth(s) - (words(open_servers) + 1) / 2.0) * gap

# A tic a rate. What is out of range has no statistics, so that ranges come after.
set xtics ('0' 0)
do for [r in open_rates] {
    stats data using (strcol('rate') eq r ? any('rate_per_s') : NaN) name 'OFFERED' nooutput
    if (exists('OFFERED_median')) {
        set xtics add (gprintf('%.1s%c', OFFERED_median).(is_share(r) ? "\n".tic_text(r) : '') OFFERED_median)
    }
}
set yrange [0.8 * LOW_min:1.25 * HIGH_max]
eval 'set ytics '.log_tics(0.8 * LOW_min, 1.25 * HIGH_max)
set xrange [0:1.08 * RATE_max]
width = 1100
height = 100 + 460 * words(open_protocols)

do for [format in formats] {
    eval begin('rate', format)
    set multiplot layout words(open_protocols),2 title caption(sprintf('Response time against offered rate, %d connections', open_connections))
    do for [p in open_protocols] {
        do for [q in 'p50 p99'] {
            v = 'response_'.q.'_us'
            set title p.', '.q
            set ylabel q.' of response time, µs'
            plot for [s in open_servers] data using (at_rate(s)):(here(s, p, v)) \
                    with lines lw 2 dt dash_of(s) lc rgb colour_of(s) notitle, \
                for [s in open_servers] data using (at_rate(s)):(here(s, p, v.'_min')):(0):(span(v.'_min', v.'_max')) \
                    with vectors nohead lw 1.5 lc rgb colour_of(s) notitle, \
                for [s in open_servers] data using (at_rate(s)):(here(s, p, v)) \
                    with points pt solid_of(s) ps 1.3 lc rgb colour_of(s) notitle, \
                for [s in open_servers] data using (at_rate(s)):(strcol('server') eq s ? marked(p, v) : NaN) \
                    with points pt 2 ps 2.2 lw 2 lc rgb '#CC0000' notitle, \
                for [s in open_servers] NaN with linespoints pt solid_of(s) ps 1.3 lw 2 dt dash_of(s) lc rgb colour_of(s) title s noenhanced
        }
    }
    unset multiplot
}

# Response time by percentile at equal load
# Open loop: requests are sent at random moments that are planned, whatever the
# replies, and the response time counts from the planned moment. Every server is
# offered the same rate: a share of what the slowest one reaches in closed loop.
# The axis gives every further nine the same room. At each percentile: the median
# over the repeats; a curve ends where one of them has fewer than ten samples
# above. Red crosses: the generator was the limit in some repeat, or it is invalid.
# Left out are servers that starve connections.
call ARG0[1:strlen(ARG0) - strlen("response.gp")].'style.gp' ARG1
data = run.'/response.tsv'
if (response_rows == 0) { exit }
left_out = skipped(open_skipped)
panel_is(p, r) = strcol('protocol') eq p && strcol('rate') eq r && column('connections') == open_connections
here(s, p, r) = strcol('server') eq s && panel_is(p, r) ? column('latency_us') : NaN
at_nine = 'abs(log10(column("nines")) - floor(log10(column("nines")) + 0.5)) < 0.01'
doubtful(p, r) = panel_is(p, r) && column('doubtful') > 0 && @at_nine ? column('latency_us') : NaN
any(v) = column('connections') == open_connections ? column(v) : NaN
stats data using (any('latency_us')) name 'TIME' nooutput
stats data using (any('nines')) name 'NINES' nooutput
if (!exists('TIME_min')) { exit } # no trial has a histogram

# The titles of the panels. What is out of range has no statistics, so that ranges
# come after.
array title_of[words(open_protocols) * words(open_rates)]
n = 0
do for [p in open_protocols] {
    do for [r in open_rates] {
        stats run.'/open.tsv' using (panel_is(p, r) ? column('rate_per_s') : NaN) name 'OFFERED' nooutput
        n = n + 1
        title_of[n] = offered_title(p, r, exists('OFFERED_median') ? OFFERED_median : NaN)
    }
}
set logscale x 10
set logscale y
set yrange [0.8 * TIME_min:1.2 * TIME_max]
eval 'set ytics '.log_tics(0.8 * TIME_min, 1.2 * TIME_max)
set xrange [1:NINES_max]
set format y '%.0f'
set xtics ('0' 1, '50' 2, '90' 10, '99' 100, '99.9' 1000, '99.99' 10000, '99.999' 100000)
set xlabel 'percentile' offset 0, 0.4
width = 430 * (words(open_rates) > 1 ? words(open_rates) : 2)
height = 70 + 450 * words(open_protocols)

do for [format in formats] {
    eval begin('response', format)
    set multiplot layout words(open_protocols),words(open_rates) title caption(sprintf('Response time by percentile at equal load, %d connections', open_connections))
    n = 0
    do for [p in open_protocols] {
        do for [r in open_rates] {
            n = n + 1
            set title title_of[n]
            set ylabel (r eq word(open_rates, 1) ? 'response time, µs' : '')
            plot for [s in open_servers] data using 'nines':(here(s, p, r)) \
                    with lines lw 2 dt dash_of(s) lc rgb colour_of(s) title s noenhanced, \
                data using 'nines':(doubtful(p, r)) with points pt 2 ps 1.5 lw 2 lc rgb '#CC0000' notitle
        }
    }
    unset multiplot
}

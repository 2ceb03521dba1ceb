# Response time by percentile at equal load
# Open loop: requests are sent at random moments that are planned, whatever the
# replies, and the response time counts from the planned moment. Colours are models,
# kinds of line are the sides. The same share may be another rate on another side:
# it is a share of what the slowest server reaches there in closed loop. At each
# percentile: the median over a side's trials; a curve ends where one of them has
# fewer than ten samples above. All panels have the same scales.
load ARG1.'/labels.gp'
response_panels = ''
do for [p in open_protocols] {
    do for [r in open_rates] {
        response_panels = response_panels.' '.p.','.r
    }
}
call ARG0[1:strlen(ARG0) - strlen("response.gp")].'style.gp' ARG1 'open_servers' 'response_panels'
data = run.'/response.tsv'
if (response_rows == 0) { exit }
comma(panel) = strstrt(panel, ',')
here(s, panel) = is(s, panel[1:comma(panel) - 1]) && strcol('rate') eq panel[comma(panel) + 1:] && column('connections') == open_connections ? column('latency_us') : NaN
any(v) = column('connections') == open_connections ? column(v) : NaN
set logscale x 10
set logscale y
stats data using (any('latency_us')) nooutput
if (!exists("STATS_min")) { exit } # no trial has a histogram
low = 0.8 * STATS_min
high = 1.2 * STATS_max
stats data using (any('nines')) nooutput
set xrange [1:STATS_max]
set yrange [low:high]
x_text = 'percentile'
y_text = 'response time, µs'
y_format = '%.0f'
y_tics = log_tics(low, high)
x_tics = '"0" 1, "50" 2, "90" 10, "99" 100, "99.9" 1000, "99.99" 10000, "99.999" 100000'
gap_x = most(gap_x, 36)
left_out = skipped(open_skipped)
eval picture

do for [format in formats] {
    eval start('response', format)
    set multiplot title heading(sprintf('Response time by percentile at equal load, %d connections', open_connections))
    do for [n = 1:words(protocols)] {
        p = word(protocols, n)
        do for [g = 1:groups] {
            eval panel(n, g)
            plot for [s in group(g)] for [k = 1:sides] data using 'nines':(on(k, here(s, p))) \
                with lines lw 2 dt line_type(k) lc rgb colour_of(s)
        }
    }
    eval key_panel(45)
    plot [1:2][1:2] for [s in (crowded ? '' : shown)] NaN with lines lw 2 lc rgb colour_of(s) title s noenhanced, \
        for [k = 1:sides] NaN with lines lw 2 dt line_type(k) lc rgb '#444444' title letter(k)
    unset multiplot
}

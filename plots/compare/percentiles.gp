# Latency by percentile
# Service time by percentile, on an axis that gives every further nine the same
# room. Colours are models, kinds of line are the sides. At each percentile: the
# median over a side's trials; a curve ends where one of them has fewer than ten
# samples above. Closed loop; starved servers have no latency and are left out.
# All panels have the same scales.
call ARG0[1:strlen(ARG0) - strlen("percentiles.gp")].'style.gp' ARG1 'percentile_servers'
data = run.'/percentiles.tsv'
if (percentile_rows == 0) { exit }
here(name, protocol) = is(name, protocol) && column('connections') == percentile_connections ? column('latency_us') : NaN
set logscale x 10
set logscale y
stats data using (column('connections') == percentile_connections ? column('latency_us') : NaN) nooutput
if (!exists("STATS_min")) { exit }
low = 0.8 * STATS_min
high = 1.2 * STATS_max
stats data using (column('connections') == percentile_connections ? column('nines') : NaN) nooutput
set xrange [1:STATS_max]
set yrange [low:high]
x_text = 'percentile'
y_text = 'service time, µs'
y_format = '%.0f'
y_tics = log_tics(low, high)
x_tics = '"0" 1, "50" 2, "90" 10, "99" 100, "99.9" 1000, "99.99" 10000, "99.999" 100000'
gap_x = most(gap_x, 36)
left_out = percentile_starved eq '' ? '' : 'starved, so without latency: '.percentile_starved
eval picture

do for [format in formats] {
    eval start('percentiles', format)
    set multiplot title heading(sprintf('Latency by percentile at %d connections', percentile_connections))
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

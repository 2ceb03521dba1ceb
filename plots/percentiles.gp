# Latency by percentile
# Service time by percentile, on an axis that gives every further nine the same
# room. At each percentile: the median over the repeats; a curve ends where one of
# them has fewer than ten samples above. Closed loop; starved servers have no
# latency and are left out.
call ARG0[1:strlen(ARG0) - strlen("percentiles.gp")].'style.gp' ARG1
data = run.'/percentiles.tsv'
if (percentile_rows == 0) { exit }
here(name, protocol) = is(name, protocol) && column('connections') == percentile_connections ? column('latency_us') : NaN
set logscale x 10
set logscale y
stats data using (column('connections') == percentile_connections ? column('latency_us') : NaN) nooutput
if (!exists('STATS_min')) { exit } # no trial has a histogram
set yrange [0.8 * STATS_min:1.2 * STATS_max]
set xrange [1:*]
set format y '%.0f'
set xtics ('0' 1, '90' 10, '99' 100, '99.9' 1000, '99.99' 10000, '99.999' 100000, '50' 2)
set xlabel 'percentile' offset 0, 0.4
set ylabel 'service time, µs'

left_out = percentile_starved eq '' ? '' : 'starved, so without latency: '.percentile_starved

do for [format in formats] {
    eval begin('percentiles', format)
    set multiplot layout 1,panels title caption(sprintf('Latency by percentile at %d connections', percentile_connections))
    do for [p in protocols] {
        set title p
        plot for [s in percentile_servers] data using 'nines':(here(s, p)) \
            with lines lw 2 dt dash_of(s) lc rgb colour_of(s) title s noenhanced
    }
    unset multiplot
}

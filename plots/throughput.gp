# Throughput against connections
# Requests per second in closed loop: every connection sends its next request
# when its last reply has come. Points are the medians of the repeats, bars
# their range. Hollow points: some connections got no reply at all (starved),
# and the rate is that of the few that were served. Crossed out: the generator
# was the limit, or the trial is invalid.
call ARG0[1:strlen(ARG0) - strlen("throughput.gp")].'style.gp' ARG1
data = run.'/connections.tsv'
if (servers eq '') { exit }
stats data using 'connections' name 'CONNECTIONS' nooutput
stats data using 'requests_per_s_max' nooutput
set logscale x 2
eval 'set xrange '.connections_range(CONNECTIONS_max)
set yrange [0:1.05 * STATS_max]
set format y '%.0s%c'
set xlabel 'connections' offset 0, 0.4
set ylabel 'requests per second'

do for [format in formats] {
    eval begin('throughput', format)
    set multiplot layout 1,panels title caption('Throughput against connections')
    do for [p in protocols] {
        set title p
        plot for [s in servers] data using (at('server')):(of(s, p, 'requests_per_s')) \
                with lines lw 2 dt dash_of(s) lc rgb colour_of(s) notitle, \
            for [s in servers] data using (at('server')):(of(s, p, 'requests_per_s_min')):(0):(span('requests_per_s_min', 'requests_per_s_max')) \
                with vectors nohead lw 1.5 lc rgb colour_of(s) notitle, \
            data using (at('server')):(starved(p, 'requests_per_s')):(shape_in('server')):(colour_in('server')) \
                with points pt variable ps 1.3 lw 1.5 lc rgb variable notitle, \
            for [s in servers] data using (at('server')):(served(s, p, 'requests_per_s')) \
                with points pt solid_of(s) ps 1.3 lc rgb colour_of(s) notitle, \
            data using (at('server')):(bound(p, 'requests_per_s')) \
                with points pt 2 ps 2.2 lw 2 lc rgb '#CC0000' notitle, \
            for [s in servers] NaN with linespoints pt solid_of(s) ps 1.3 lw 2 dt dash_of(s) lc rgb colour_of(s) title s noenhanced
    }
    unset multiplot
}

# Total CPU per request
# CPU time that server and generator used together for one request: strong
# colour the server's part, pale the generator's. On loopback the receive path
# runs in the sender, so only the sum can be compared. Medians of the repeats;
# the bar is the range of the sum. Shaded: some connections starved. A red cross
# above: the generator was the limit, or the trial is invalid.
call ARG0[1:strlen(ARG0) - strlen("cpu.gp")].'style.gp' ARG1
data = run.'/connections.tsv'
if (cost_cells == 0) { exit }
bars = words(servers)
group(n) = sum [k = 1:words(connection_counts)] (word(connection_counts, k) + 0 == n ? k : 0)
barwidth = 0.8 / bars
x(key) = group(column('connections')) + (place(strcol(key)) - (bars + 1) / 2.0) * barwidth
set boxwidth barwidth * 0.9
stats data using 'total_cpu_us_max' nooutput
set xrange [0.5:words(connection_counts) + 0.5]
set yrange [0:1.05 * STATS_max]
set xtics ()
do for [k = 1:words(connection_counts)] {
    set xtics add (word(connection_counts, k) k)
}
set xlabel 'connections' offset 0, 0.4
set ylabel 'CPU per request, µs'

do for [format in formats] {
    eval begin('cpu', format)
    set multiplot layout 1,panels title caption('Total CPU per request, server (strong) and generator (pale)')
    do for [p in protocols] {
        set title p
        plot for [s in servers] data using (x('server')):(of(s, p, 'total_cpu_us')) \
                with boxes fc rgb pale_of(s) notitle, \
            for [s in servers] data using (x('server')):(served(s, p, 'server_cpu_us')) \
                with boxes fc rgb colour_of(s) notitle, \
            data using (x('server')):(starved(p, 'server_cpu_us')):(colour_in('server')) \
                with boxes fs pattern 4 fc rgb variable notitle, \
            for [s in servers] data using (x('server')):(of(s, p, 'total_cpu_us_min')):(0):(span('total_cpu_us_min', 'total_cpu_us_max')) \
                with vectors nohead lw 1.5 lc rgb '#444444' notitle, \
            data using (x('server')):(bound(p, 'total_cpu_us')) \
                with points pt 2 ps 1.5 lw 2 lc rgb '#CC0000' notitle, \
            for [s in servers] NaN with boxes fc rgb colour_of(s) title s noenhanced
    }
    unset multiplot
}

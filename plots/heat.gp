# Latency over time
# The response time in open loop, in one trial of each server: each field is an
# interval of time and a span of response times, its colour how many replies came
# then that had taken so long. A pause is a gap, and a tower after it: the requests
# planned meanwhile are answered late, one after the other. The trial, whose number
# the panel tells, is that of those which keep this whose p99 is nearest to the median
# of all.
call ARG0[1:strlen(ARG0) - strlen("heat.gp")].'style.gp' ARG1
data = run.'/heat.tsv'
if (heat_servers eq '') { exit }
here(s, p) = is(s, p) ? column('count') : NaN
stats data using 'low_us' name 'LOW' nooutput
stats data using 'high_us' name 'HIGH' nooutput
stats data using 'to_ms' name 'TIME' nooutput
stats data using 'count' name 'COUNT' nooutput
if (!exists('COUNT_max')) { exit } # no log could be read

stats run.'/open.tsv' using (strcol('rate') eq heat_rate && column('connections') == open_connections ? column('rate_per_s') : NaN) name 'OFFERED' nooutput
offered_text = (is_share(heat_rate) ? heat_rate.', ' : '').gprintf('%.1s%c', OFFERED_median).' requests/s'

# The trial of each panel, 0 for none. What is out of range has no statistics, so
# that ranges come after.
array trial_of[words(heat_servers) * words(heat_protocols)]
n = 0
do for [p in heat_protocols] {
    do for [s in heat_servers] {
        stats data using (is(s, p) ? column('trial') + 1 : 0) name 'TRIAL' nooutput
        n = n + 1
        trial_of[n] = int(TRIAL_max)
    }
}
set logscale y
set logscale cb
set yrange [LOW_min:HIGH_max]
set xrange [0:TIME_max]
set cbrange [1:COUNT_max > 1 ? COUNT_max : 2]
set palette defined (0 '#E3F1FA', 0.35 '#56B4E9', 0.7 '#0072B2', 1 '#00172B')
set format y '%.0f'
set style fill solid 1.0 noborder
set key off
set grid front
columns = words(heat_servers) > 4 ? 3 : words(heat_servers) > 1 ? 2 : 1
rows = ceil(1.0 * words(heat_servers) * words(heat_protocols) / columns)
width = 560 * columns + 40
height = 80 + 330 * rows

do for [format in formats] {
    eval begin('heat', format)
    set multiplot layout rows,columns title caption('Latency over time at '.offered_text.sprintf(', %d connections', open_connections))
    n = 0
    do for [p in heat_protocols] {
        do for [s in heat_servers] {
            n = n + 1
            if (trial_of[n] > 0) {
                set title sprintf('%s, %s, trial %d', s, p, trial_of[n] - 1) noenhanced
                set xlabel 'time, ms' offset 0, 0.4
                set ylabel 'response time, µs'
                set cblabel 'requests'
                plot data using (column('from_ms')):(column('low_us')):(column('from_ms')):(column('to_ms')):(column('low_us')):(column('high_us')):(here(s, p)) \
                    with boxxyerror fc palette
            }
        }
    }
    unset multiplot
}

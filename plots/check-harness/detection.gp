# How often the gate finds a planted slow-down
# Share of replayed gates that found the server with the plant slower, with exact
# 95 % intervals. Left: nothing planted, the share of gates with a false alarm.
# Numbers: more total CPU per request, in per cent; a system call more a request;
# a stall of 1 ms every thousandth request.
out = ARG1
set datafile separator "\t"
set datafile columnheaders
set encoding utf8
plants = '"none" "1 %" "2 %" "3 %" "6 %" "syscall" "stall"'
names = 'none 1 2 3 6 syscall stall'
place(key) = sum [k = 1:words(plants)] (word(plants, k) eq key ? k : 0)
models = 'all threaded epoll'
colours = '#999999 #E69F00 #D55E00'
shapes = '5 7 13'
shape(k) = word(shapes, k) + 0
server(key) = word(key, 1)
title_of(m) = m eq 'all' ? 'false alarm' : m
mine(m, v) = server(strcol('cell')) eq m ? column(v) : NaN
numbered(m, v) = server(strcol('cell')) eq m && place(strcol('planted')) > 1 && place(strcol('planted')) < 6 ? column(v) : NaN
x(k) = place(strcol('planted')) + (k - 2) * 0.06
set border 3 lc rgb '#444444'
set tics nomirror textcolor rgb '#222222'
set grid back lc rgb '#dddddd' lw 1
set key below center horizontal reverse Left
set xrange [0.5:words(plants) + 0.5]
set yrange [0:105]
set xtics ('nothing' 1, '1 %%' 2, '2 %%' 3, '3 %%' 4, '6 %%' 5, "syscall" 6, "stall" 7)
set ylabel 'gates that found the plant, %'
set title '{/:Bold How often the gate finds a planted slow-down}'
do for [format in 'svg png'] {
    if (format eq 'svg') {
        set terminal svg enhanced size 800,480 font 'DejaVu Sans,13' dynamic background '#ffffff'
    } else {
        set terminal pngcairo enhanced size 800,480 font 'DejaVu Sans,11' background '#ffffff'
    }
    set output out.'/detection.'.format
    plot for [k = 1:words(models)] out.'/detection.tsv' \
            using (x(k)):(100 * numbered(word(models, k), 'share')) \
            with lines lw 2 lc rgb word(colours, k) notitle, \
        for [k = 1:words(models)] out.'/detection.tsv' \
            using (x(k)):(100 * mine(word(models, k), 'share')):(100 * column('low')):(100 * column('high')) \
            with yerrorbars pt shape(k) ps 1.3 lw 1.5 lc rgb word(colours, k) \
            title title_of(word(models, k))
}

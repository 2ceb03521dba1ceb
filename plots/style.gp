# What all charts share. A script loads it, with the run's folder as its own
# first argument, and then draws with the lists and functions defined here.
run = ARG1
load run.'/labels.gp'
set datafile separator "\t"
set datafile columnheaders
set datafile missing NaN
set encoding utf8

# One colour a model, the same in every chart, and one pair of a point's shape and a
# line's dashes. The first seven colours are those of Okabe and Ito (2008), which
# colour-blind people can tell apart; the others are no nearer to any than these are
# to each other, to their eyes either. What is no model here is grey.
models = 'blocking threaded select poll epoll uring fork prefork threadpool nonblock epoll-et epoll-mt epoll-excl sigio libevent libev libuv'
colours = '#000000 #E69F00 #56B4E9 #009E73 #D55E00 #0072B2 #CC79A7 #6E2355 #7A5C2E #B5CC6E #999999'
pale = '#999999 #F5D999 #BBE1F6 #99D8C7 #EEBF99 #99C7E0 #EBC9DC #C5A7BB #CABEAB #E1EBC5 #D6D6D6'
shapes_hollow = '4 6 8 10 12 14 4 6 8 10 12'
shapes_solid = '5 7 9 11 13 15 5 7 9 11 13'
number_of(name) = sum [k = 1:words(models)] (word(models, k) eq name ? k : 0)
slot(name) = number_of(name) == 0 ? words(colours) : (number_of(name) - 1) % (words(colours) - 1) + 1
colour_of(name) = word(colours, slot(name))
pale_of(name) = word(pale, slot(name))
solid_of(name) = word(shapes_solid, slot(name)) + 0
hollow_of(name) = word(shapes_hollow, slot(name)) + 0
dash_of(name) = number_of(name) < words(colours) ? 1 + (slot(name) > 6) : 4

# The same for the ways to read a file.
file_ways_known = 'read mmap sendfile splice direct aio'
way_number(way) = sum [k = 1:words(file_ways_known)] (word(file_ways_known, k) eq way ? k : 0)
way_colour(way) = word('#999999 #000000 #E69F00 #D55E00 #CC79A7 #56B4E9 #009E73', way_number(way) + 1)
way_solid(way) = word('5 5 7 9 11 13 15', way_number(way) + 1) + 0
way_hollow(way) = word('4 4 6 8 10 12 14', way_number(way) + 1) + 0
size_text(bytes) = bytes < 2 ** 10 ? sprintf('%g B', bytes) : bytes < 2 ** 20 ? sprintf('%gK', bytes / 2.0 ** 10) : sprintf('%gM', bytes / 2.0 ** 20)

# A row's value if it is of this model and protocol, else NaN: not drawn.
is(name, protocol) = strcol('server') eq name && strcol('protocol') eq protocol
of(name, protocol, v) = is(name, protocol) ? column(v) : NaN
served(name, protocol, v) = is(name, protocol) && column('starved') == 0 ? column(v) : NaN
starved(protocol, v) = strcol('protocol') eq protocol && column('starved') == 1 ? column(v) : NaN
span(low, high) = column(high) - column(low)
bound(protocol, v) = strcol('protocol') eq protocol && column('generator_bound') + column('invalid') > 0 ? column(v) : NaN
shape_in(key) = hollow_of(strcol(key))
colour_in(key) = int('0x'.colour_of(strcol(key))[2:])

set border 3 lc rgb '#444444'
set tics nomirror textcolor rgb '#222222'
set grid back lc rgb '#dddddd' lw 1
set key below center horizontal reverse Left samplen 3 width 1 height 0.3

set style fill solid 1.0 noborder

# Every chart is drawn twice, as SVG and PNG, a panel a protocol side by side.
panels = words(protocols)
width = panels > 1 ? 600 * panels : 800
height = 520
formats = 'svg png'
line_end(text) = strstrt(text, "\n") == 0 ? strlen(text) : strstrt(text, "\n") - 1
rest(text) = text[line_end(text) + 2:]
small(text) = text eq '' ? '' : "\n".'{/*0.8 '.text[1:line_end(text)].'}'.small(rest(text))
left_out = '' # a line below the title: which models have no place in the chart, and why
caption(title) = '{/:Bold '.title.'}'.small(left_out).small(run_title.(note eq '' ? '' : '   ('.note.')'))
begin(name, format) = \
    (format eq 'svg' \
        ? sprintf("set terminal svg enhanced size %d,%d font 'DejaVu Sans,13' dynamic background '#ffffff'", width, height) \
        : sprintf("set terminal pngcairo enhanced size %d,%d font 'DejaVu Sans,11' background '#ffffff'", width, height)) \
    .sprintf("; set output \"%s/plots/%s.%s\"", run, name, format)

# On the logarithmic axis of connections, models stand a little beside each
# other, so that their bars can be told apart.
place(name) = sum [k = 1:words(servers)] (word(servers, k) eq name ? k : 0)
beside(name) = 2 ** ((place(name) - (words(servers) + 1) / 2.0) * 0.07)
at(key) = column('connections') * beside(strcol(key))
connections_range(most) = sprintf('[%g:%g]', 0.9 * beside(word(servers, 1)), 1.15 * most * beside(word(servers, words(servers))))

# A rate as it was typed is a share, or requests per second. What is offered at one.
is_share(rate) = rate[strlen(rate):] eq '%'
tic_text(rate) = is_share(rate) ? rate.'%' : rate # tics are formats
offered_title(protocol, rate, per_s) = protocol.', '.(is_share(rate) ? rate.' is ' : '').gprintf('%.1s%c', per_s).'/s'
skipped(models) = models eq '' ? '' : 'skipped, the table says why: '.models

# The tics of a logarithmic y axis: more of them where it does not even span two
# decades.
digits(low, high) = high < 6 * low ? '1 1.2 1.5 2 2.5 3 4 5 6 7 8 9' : high < 100 * low ? '1 2 5' : '1'
decade(list, e, i) = i > words(list) ? '' : sprintf('%g, ', word(list, i) * 10.0 ** e).decade(list, e, i + 1)
decades(list, e, last) = e > last ? '' : decade(list, e, 1).decades(list, e + 1, last)
log_tics(low, high) = sprintf('(%s%g)', decades(digits(low, high), floor(log10(low)), floor(log10(high))), 10.0 ** (1 + floor(log10(high))))

# Where a panel of a picture is, in pixels; and what is due before the plot of the
# last one, the key of all.
within(left, top, right, bottom) = sprintf( \
    'set lmargin at screen %f; set tmargin at screen %f; set rmargin at screen %f; set bmargin at screen %f; ', \
    1.0 * left / width, 1 - 1.0 * top / height, 1.0 * right / width, 1 - 1.0 * bottom / height)
key_panel(pixels) = within(20, height - pixels, width - 20, height) \
    .'set key center center horizontal reverse Left samplen 3 width 1; ' \
    .'unset border; unset grid; unset xtics; unset ytics; unset title; unset xlabel; unset ylabel'

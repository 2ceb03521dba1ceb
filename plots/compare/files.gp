# Ways to read a file
# Closed loop: each request is a GET of the same file, by the size of the file. A
# panel a model, with so many connections; a colour a way to read, a kind of line a
# side. Above: bytes of files per second. Below: CPU time that server and generator
# used together for a GiB. Points are the medians of a side's trials, bars their
# range. "direct" reads from the disk, all others from the page cache. Hollow: some
# connections waited in vain for the first byte of a reply. Red crosses: the
# generator was the limit in some trial, or it is invalid.
call ARG0[1:strlen(ARG0) - strlen("compare/files.gp")].'files.gp' ARG1

#include "bench/report/html.h"

#include "common/msg.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;"
    "padding:0 1em;color:#222;background:#fff}"
    "h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em}"
    "table{border-collapse:collapse;font-size:.9em}"
    "td,th{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:right}"
    "td:first-child,th:first-child{text-align:left}"
    "img{max-width:100%;height:auto}figure{margin:1.5em 0}"
    "figcaption{color:#555;font-size:.9em;max-width:60em}"
    ".warn{color:#a33}.slower{color:#b34700}.faster{color:#00598c}pre{overflow:"
    "auto;font-size:.8em;background:#f6f6f6;"
    "padding:1em}.plain td{text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}";

void html_begin(FILE *to, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
          "<meta name=\"viewport\" content=\"width=device-width\"/><title>",
          to);
    html_text(to, title);
    fprintf(to, "</title><style>%s</style></head><body>\n<h1>", style);
    html_text(to, title);
    fputs("</h1>\n", to);
}

void html_end(FILE *to)
{
    fputs("</body></html>\n", to);
}

void html_text(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", to);
        else if (*text == '&')
            fputs("&amp;", to);
        else if (*text == '"')
            fputs("&quot;", to);
        else if (iscntrl((unsigned char)*text) && !strchr("\t\n\r", *text))
            fputc('?', to);
        else
            fputc(*text, to);
    }
}

void html_list(FILE *to, const struct words *words)
{
    if (words->n == 0)
        return;
    fputs("<ul>\n", to);
    for (size_t i = 0; i < words->n; i++) {
        fputs("<li>", to);
        html_text(to, words->word[i]);
        fputs("</li>\n", to);
    }
    fputs("</ul>\n", to);
}

void html_number(FILE *to, double value, int decimals)
{
    if (isnan(value))
        fputs("<td>–</td>", to);
    else
        fprintf(to, "<td>%.*f</td>", decimals, value);
}

/* The bytes of a file in a data: URL; see RFC 2397. */
static int put_url_file(FILE *to, const char *path)
{
    FILE *file = fopen(path, "re");
    int c;

    if (!file)
        return -errno;
    while ((c = fgetc(file)) != EOF) {
        if (isalnum(c) || strchr(" -_.~/:=;,()", c))
            fputc(c, to);
        else
            fprintf(to, "%%%02X", (unsigned)c);
    }
    fclose(file);
    return 0;
}

/* The comment that a chart's script begins with: its title, then its text. */
static void put_caption(FILE *to, const char *script)
{
    char line[300];
    FILE *file = fopen(script, "re");
    bool first = true;

    if (!file)
        return;
    fputs("<figcaption>", to);
    while (fgets(line, sizeof(line), file) && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        fputs(first ? "<b>" : "", to);
        html_text(to, line + 1 + (line[1] == ' '));
        fputs(first ? ".</b> " : " ", to);
        first = false;
    }
    fputs("</figcaption>", to);
    fclose(file);
}

void html_chart(FILE *to, const char *scripts, const char *folder,
                const char *name)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/plots/%s.svg", folder, name);
    fputs("<figure><img alt=\"", to);
    html_text(to, name);
    fputs("\" src=\"data:image/svg+xml,", to);
    if (put_url_file(to, path) != 0)
        msg_error("%s: can't be read: %s", path, strerror(errno));
    fputs("\"/>", to);
    snprintf(path, sizeof(path), "%s/%s.gp", scripts, name);
    put_caption(to, path);
    fputs("</figure>\n", to);
}

void html_charts(FILE *to, const char *scripts, const char *folder,
                 const struct words *charts)
{
    static const char first[] =
        "forest response rate heat churn files throughput cpu";
    static const char last[] = "percentiles p99";
    struct words order = {0};
    struct words end = {0};
    int error = words_split(&order, first, " ");

    if (!error)
        error = words_split(&end, last, " ");
    for (size_t i = 0; i < charts->n && !error; i++) {
        const char *name = charts->word[i];
        if (!words_have(&order, name) && !words_have(&end, name))
            error = words_add(&order, name, strlen(name));
    }
    if (!error)
        error = words_copy(&order, &end);
    if (error)
        msg_error("out of memory: the report has not all charts");
    for (size_t i = 0; i < order.n; i++) {
        if (words_have(charts, order.word[i]))
            html_chart(to, scripts, folder, order.word[i]);
    }
    words_free(&order);
    words_free(&end);
}

#include "servers/protocols/http_reply.h"

#include "servers/conn.h"
#include "servers/worker.h"

#include <stdio.h>
#include <string.h>

static char *put(char *at, const char *text, size_t n)
{
    memcpy(at, text, n);
    return at + n;
}

#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

void http_reply_hello(struct conn *conn, struct worker *worker)
{
    const struct http *http = &conn->http;
    char *room = conn_room(conn, worker, HTTP_REPLY_MAX);
    char *at = room;

    if (!room)
        return;
    at = PUT(at, "HTTP/1.1 200 OK\r\nDate: ");
    at = put(at, worker->date, HTTP_DATE_LENGTH);
    at = PUT(at, "\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n");
    if (http->close || worker->stopping)
        at = PUT(at, "Connection: close\r\n");
    else if (!http->minor)
        at = PUT(at, "Connection: keep-alive\r\n");
    at = PUT(at, "\r\n");
    if (http->method != HTTP_HEAD)
        at = PUT(at, "Hello, World!");
    conn->out.len += (uint32_t)(at - room);
}

void http_reply_continue(struct conn *conn, struct worker *worker)
{
    char *room = conn_room(conn, worker, HTTP_REPLY_MAX);

    if (room)
        conn->out.len +=
            (uint32_t)(PUT(room, "HTTP/1.1 100 Continue\r\n\r\n") - room);
}

const char *http_reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 304:
        return "Not Modified";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Bad Request";
    }
}

const char *http_connection_field(const struct conn *conn,
                                  const struct worker *worker)
{
    if (conn->http.close || worker->stopping)
        return "Connection: close\r\n";
    return conn->http.minor ? "" : "Connection: keep-alive\r\n";
}

void http_reply_page(struct conn *conn, struct worker *worker, int status,
                     const char *fields)
{
    size_t size = HTTP_REPLY_MAX + strlen(fields);
    char *room = conn_room(conn, worker, size);
    char page[160];
    int n;

    if (!room)
        return;
    n = snprintf(page, sizeof(page),
                 "<!DOCTYPE html>\n<title>%d %s</title>\n<h1>%s</h1>\n", status,
                 http_reason(status), http_reason(status));
    n = snprintf(room, size,
                 "HTTP/1.1 %d %s\r\nDate: %s\r\n"
                 "Content-Type: text/html; charset=utf-8\r\n"
                 "Content-Length: %d\r\n%s%s\r\n%s",
                 status, http_reason(status), worker->date, n, fields,
                 http_connection_field(conn, worker),
                 conn->http.method == HTTP_HEAD ? "" : page);
    conn->out.len += (uint32_t)n;
}

void http_reply_error(struct conn *conn, struct worker *worker, int status)
{
    const char *why = http_reason(status);
    const char *allow = worker->server->root ? "Allow: GET, HEAD\r\n"
                                             : "Allow: GET, HEAD, POST\r\n";
    char *room = conn_room(conn, worker, HTTP_REPLY_MAX);
    int n;

    if (!room)
        return;
    /* The body is the reason as a line of text; HEAD must not get one. */
    n = snprintf(room, HTTP_REPLY_MAX,
                 "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: text/plain\r\n"
                 "Content-Length: %zu\r\nConnection: close\r\n%s\r\n%s%s",
                 status, why, worker->date, strlen(why) + 1,
                 status == 405 ? allow : "",
                 conn->http.method == HTTP_HEAD ? "" : why,
                 conn->http.method == HTTP_HEAD ? "" : "\n");
    conn->out.len += (uint32_t)n;
}

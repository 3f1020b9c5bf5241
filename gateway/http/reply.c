/* The head of an answer (RFC 9110, 6 and 15; RFC 9112, 4). */
#include "http/reply.h"

#include <string.h>
#include <time.h>

enum { DATE_BYTES = 32 };

static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 402, "Payment Required" }, { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" }, { 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" }, { 412, "Precondition Failed" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
		{ 501, "Not Implemented" }, { 502, "Bad Gateway" }, { 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return ""; /* a phrase may be empty */
}

/* Written once a second. */
static const char *
date(int64_t now_us)
{
	static char text[DATE_BYTES];
	static time_t written;
	time_t now = (time_t)(now_us / 1000000);
	struct tm parts;

	if (now != written && strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts)) > 0)
		written = now;
	return text;
}

/* Whatever a value was made of, it ends where its line ends. */
static void
add_header(struct buf *buf, const char *name, const char *value)
{
	buf_add_text(buf, name);
	buf_add(buf, ": ", 2);
	size_t from = buf->len;
	buf_add_text(buf, value);
	for (size_t i = from; i < buf->len; i++)
		if ((unsigned char)buf->bytes[i] < ' ' || buf->bytes[i] == 0x7f)
			buf->bytes[i] = ' ';
	buf_add(buf, "\r\n", 2);
}

bool
http_reply_has_content(const struct exchange *exchange)
{
	return strcmp(exchange->head.method, "HEAD") != 0 && exchange->status != 204 && exchange->status != 304;
}

static void
add_connection(struct buf *buf, const struct exchange *exchange, bool goes_on)
{
	if (!goes_on)
		add_header(buf, "Connection", "close");
	else if (exchange->head.minor == 0)
		add_header(buf, "Connection", "keep-alive");
}

void
http_reply_write_head(struct buf *buf, const struct exchange *exchange, const struct http_reply *reply, int64_t now_us)
{
	buf_add_text(buf, "HTTP/1.1 ");
	buf_add_int(buf, exchange->status);
	buf_add_char(buf, ' ');
	buf_add_text(buf, reason(exchange->status));
	buf_add(buf, "\r\n", 2);
	add_header(buf, "Date", date(now_us));
	add_connection(buf, exchange, reply->goes_on);
	if (exchange->content_type)
		add_header(buf, "Content-Type", exchange->content_type);
	for (size_t i = 0; i < exchange->n_out_headers; i++)
		add_header(buf, exchange->out_headers[i].name, exchange->out_headers[i].value);
	if (reply->is_chunked)
		add_header(buf, "Transfer-Encoding", "chunked");
	if (reply->has_length && exchange->status != 204 && exchange->status != 304) {
		buf_add_text(buf, "Content-Length: ");
		buf_add_int(buf, (int64_t)exchange->n_content);
		buf_add(buf, "\r\n", 2);
	}
	buf_add(buf, "\r\n", 2);
}

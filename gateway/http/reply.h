/* The head of an answer. */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/exchange.h"

struct http_reply {
	bool has_length; /* else in chunks, or to the end of the connection */
	bool is_chunked;
	bool goes_on;    /* the connection stays open */
};

/* Append it: line, headers of the exchange, those that say where the answer ends, and the empty line. */
void http_reply_write_head(struct buf *buf, const struct exchange *exchange, const struct http_reply *reply, int64_t now_us);

/* Has an answer of this status to this request any content at all? */
bool http_reply_has_content(const struct exchange *exchange);

#endif

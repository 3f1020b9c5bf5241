/* One HTTP request and its answer. */
#include "exchange.h"

#include <assert.h>
#include <strings.h>

#include "http.h"

const char *
exchange_header(const struct exchange *exchange, const char *name)
{
	for (size_t i = 0; i < exchange->n_headers; i++)
		if (strcasecmp(exchange->headers[i].name, name) == 0)
			return exchange->headers[i].value;
	return NULL;
}

void
exchange_set_header(struct exchange *exchange, const char *name, const char *value)
{
	assert(exchange->n_out_headers < EXCHANGE_OUT_HEADERS_MAX);
	exchange->out_headers[exchange->n_out_headers++] = (struct header){ name, value };
}

void
exchange_wait(struct exchange *exchange)
{
	exchange->is_waiting = true;
}

void
exchange_continue(struct exchange *exchange)
{
	exchange->is_waiting = false;
	http_resume(exchange);
}

void
exchange_answer(struct exchange *exchange, int status, const char *content_type, const void *content, size_t n_content)
{
	assert(!exchange->is_answered);
	exchange->status = status;
	exchange->content_type = content_type;
	exchange->content = content;
	exchange->n_content = n_content;
	exchange->is_answered = true;
	exchange->is_waiting = false;
	http_resume(exchange);
}

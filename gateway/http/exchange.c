/* One HTTP request and its answer. */
#include "http/exchange.h"

#include <assert.h>
#include <string.h>

#include "http/connection.h"
#include "settings.h"

const char *
exchange_header(const struct exchange *exchange, const char *name)
{
	return http_head_header(&exchange->head, name);
}

const char *
exchange_base_url(const struct exchange *exchange)
{
	const char *host = exchange_header(exchange, "host");

	if (settings.public_url[0] != '\0')
		return settings.public_url;
	if (host && host[0] != '\0')
		return arena_printf(exchange->arena, "http://%s", host);
	return arena_printf(exchange->arena, "http://%s:%lld", settings.bind, (long long)settings.port);
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
	connection_resume(exchange->connection);
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
	connection_resume(exchange->connection);
}

void
exchange_answer_file(struct exchange *exchange, int status, const char *content_type, int fd, uint64_t offset, size_t n_content)
{
	exchange->has_file = true;
	exchange->file_fd = fd;
	exchange->file_offset = offset;
	exchange_answer(exchange, status, content_type, NULL, n_content);
}

/* gzip by zlib.  One state for all answers: the gateway has one loop. */
#include "http/compress.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zlib.h>

#include "http/header.h"

enum {
	COMPRESS_BYTES_MIN = 1024,
	COMPRESS_BYTES_MAX = 512 * 1024, /* 3 ms of the loop */
	LEVEL = 1,                       /* of 30 KB of JSON 5.2 KB in 0.12 ms; the default makes 3.9 KB in 0.41 */
	LEVEL_KEPT = 6,
	GZIP = 16,
};

/* Compressed into room, which is smaller than the content.  0 when it does not fit. */
static size_t
deflate_into(z_stream *state, const void *bytes, size_t n, void *room, size_t n_room)
{
	state->next_in = (Bytef *)(uintptr_t)bytes;
	state->avail_in = (uInt)n;
	state->next_out = room;
	state->avail_out = (uInt)n_room;
	int result = deflate(state, Z_FINISH);
	size_t n_made = n_room - state->avail_out;
	(void)deflateReset(state);
	return result == Z_STREAM_END ? n_made : 0;
}

static void
begin(z_stream *state, int level)
{
	if (deflateInit2(state, level, Z_DEFLATED, MAX_WBITS + GZIP, MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) != Z_OK)
		abort(); /* out of memory */
}

static bool
is_text(const char *content_type)
{
	static const char *const types[] = { "text/", "application/json", "application/graphql-response+json", "application/javascript", "application/x-ndjson",
		"image/svg+xml" };

	for (size_t i = 0; content_type && i < sizeof(types) / sizeof(types[0]); i++)
		if (strncasecmp(content_type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

static struct header *
find_header(struct exchange *exchange, const char *name)
{
	for (size_t i = 0; i < exchange->n_out_headers; i++)
		if (strcasecmp(exchange->out_headers[i].name, name) == 0)
			return &exchange->out_headers[i];
	return NULL;
}

void
compress_answer(struct exchange *exchange)
{
	static z_stream state;
	static bool has_state;
	const char *accepted = exchange_header(exchange, "accept-encoding");

	if (exchange->stream || exchange->has_file || exchange->n_content < COMPRESS_BYTES_MIN || exchange->n_content > COMPRESS_BYTES_MAX ||
	    !is_text(exchange->content_type) || find_header(exchange, "Content-Encoding") || exchange->n_out_headers + 2 > EXCHANGE_OUT_HEADERS_MAX)
		return;
	const struct header *vary = find_header(exchange, "Vary");
	if (!vary || !header_list_has_token(vary->value, "accept-encoding"))
		exchange_set_header(exchange, "Vary", "Accept-Encoding"); /* beside Origin, which CORS has set */
	if (!accepted || !header_accepts(accepted, "gzip") || !arena_has_room(exchange->arena, exchange->n_content))
		return;
	if (!has_state)
		begin(&state, LEVEL);
	has_state = true;
	void *room = arena_alloc(exchange->arena, exchange->n_content);
	size_t n = deflate_into(&state, exchange->content, exchange->n_content, room, exchange->n_content);
	if (n == 0)
		return;
	exchange->content = room;
	exchange->n_content = n;
	exchange_set_header(exchange, "Content-Encoding", "gzip");
	struct header *etag = find_header(exchange, "ETag");
	if (etag && strncmp(etag->value, "W/", 2) != 0)
		etag->value = arena_printf(exchange->arena, "W/%s", etag->value);
}

const void *
compress_kept(const void *bytes, size_t n, size_t *ret_n)
{
	z_stream state = { .zalloc = NULL };
	void *room = malloc(n);

	assert(room);
	begin(&state, LEVEL_KEPT);
	*ret_n = deflate_into(&state, bytes, n, room, n);
	(void)deflateEnd(&state);
	if (*ret_n > 0)
		return realloc(room, *ret_n);
	free(room);
	return NULL;
}

/* Any bytes as what comes over a connection: requests are cut out of it as the server does.  Whichever way the bytes arrive they are the
 * same requests, and what is believed of a head is what RFC 9112 lets nobody read otherwise. */
#include <assert.h>
#include <string.h>

#include "http/header.h"
#include "http/body.h"
#include "http/head.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, REQUESTS_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* What was cut: heads, bodies and where the last one ended. */
struct cut {
	size_t n_requests, at, n_body;
	enum http_head_fault fault;
	enum http_body_state state;
};

static void
check_head(const struct http_head *head)
{
	const char *length = http_head_header(head, "content-length"), *encoding = http_head_header(head, "transfer-encoding");

	assert((head->fault == HTTP_HEAD_FINE) == !head->problem);
	for (const char *c = head->problem; c && *c; c++)
		assert(*c >= ' ' && *c <= '~');
	if (head->fault)
		return;
	assert(header_is_name(head->method) && !strpbrk(head->target, " \t\r\n"));
	assert(!(length && encoding) && head->content_length >= -1 && head->has_body == (head->content_length != 0));
	for (size_t i = 0; i < head->n_headers; i++)
		assert(header_is_name(head->headers[i].name) && !strpbrk(head->headers[i].value, "\r\n"));
}

/* The body behind a head; false when it is not whole. */
static bool
cut_body(struct cut *cut, const char *bytes, size_t n, int64_t length, size_t n_piece)
{
	struct http_body body;

	http_body_init(&body, length);
	for (size_t n_taken = 1; n_taken > 0 && cut->at < n; cut->at += n_taken) {
		const char *data;
		size_t n_now = n - cut->at < n_piece ? n - cut->at : n_piece, n_data;
		n_taken = http_body_take(&body, bytes + cut->at, n_now, &data, &n_data);
		assert(n_taken <= n_now && data >= bytes && data + n_data <= bytes + cut->at + n_taken);
		cut->n_body += n_data;
	}
	cut->state = body.state;
	assert((body.state == HTTP_BODY_BROKEN) == (body.problem != NULL));
	return body.state == HTTP_BODY_WHOLE;
}

static struct cut
cut_requests(struct arena *arena, const char *bytes, size_t n, size_t n_piece)
{
	struct cut cut = { .fault = HTTP_HEAD_FINE, .state = HTTP_BODY_WHOLE };

	while (cut.n_requests < REQUESTS_MAX && cut.at < n) {
		struct http_head head;
		size_t scanned = 0, n_head = 0;
		for (size_t n_seen = n_piece; n_head == 0 && n_seen < n - cut.at + n_piece; n_seen += n_piece)
			n_head = http_head_reach(bytes + cut.at, n_seen < n - cut.at ? n_seen : n - cut.at, &scanned);
		http_head_read(&head, arena, bytes + cut.at, n_head ? n_head : n - cut.at);
		check_head(&head);
		cut.fault = head.fault;
		cut.n_requests++;
		if (head.fault)
			return cut;
		assert(head.n_bytes == n_head);
		cut.at += n_head;
		if (!cut_body(&cut, bytes, n, head.content_length, n_piece))
			return cut;
	}
	return cut;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	if (n_bytes < 1)
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	const char *text = (const char *)bytes + 1;
	size_t n = n_bytes - 1;
	struct cut whole = cut_requests(arena, text, n, n + 1), pieces = cut_requests(arena, text, n, bytes[0] % 64 + 1);

	assert(whole.n_requests == pieces.n_requests && whole.at == pieces.at && whole.n_body == pieces.n_body && whole.state == pieces.state);
	assert((whole.fault == HTTP_HEAD_FINE) == (pieces.fault == HTTP_HEAD_FINE));
	arena_free(arena);
	return 0;
}

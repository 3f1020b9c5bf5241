/* Any bytes as an envelope: refused or read, and then written and read again to the same. */
#include <assert.h>
#include <string.h>

#include "contract/envelope.h"
#include "contract/policy.h"

enum { ARENA_BYTES = 8 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
try_request(struct arena *arena, const uint8_t *bytes, size_t n_bytes)
{
	struct envelope_request request, again;
	struct buf buf;
	uint64_t correlation;

	if (!envelope_read_request(arena, bytes, n_bytes, &request))
		return;
	buf_init(&buf, arena, 1024);
	envelope_write_request(&buf, &request);
	assert(envelope_read_request(arena, buf.bytes, buf.len, &again));
	assert(strcmp(again.op, request.op) == 0 && again.n_input == request.n_input);
	assert(again.principal.n_scopes == request.principal.n_scopes);
	assert(envelope_peek_correlation(buf.bytes, buf.len, &correlation) && correlation == request.correlation);
	(void)policy_decide(&(struct policy_question){ .principal = &again.principal, .operation = again.op,
	    .resource_type = again.surface });
}

static void
try_reply(struct arena *arena, const uint8_t *bytes, size_t n_bytes)
{
	struct envelope_reply reply, again;
	struct buf buf;
	uint64_t correlation;

	if (!envelope_read_reply(arena, bytes, n_bytes, &reply))
		return;
	buf_init(&buf, arena, 1024);
	envelope_write_reply(&buf, &reply);
	assert(envelope_read_reply(arena, buf.bytes, buf.len, &again));
	assert(again.ok == reply.ok && strcmp(again.code, reply.code) == 0 && again.n_output == reply.n_output);
	assert(envelope_peek_correlation(buf.bytes, buf.len, &correlation) && correlation == reply.correlation);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	uint64_t correlation;
	struct arena *arena = arena_new(ARENA_BYTES);

	(void)envelope_peek_correlation(bytes, n_bytes, &correlation); /* must not read past the end */
	try_request(arena, bytes, n_bytes);
	try_reply(arena, bytes, n_bytes);
	arena_free(arena);
	return 0;
}

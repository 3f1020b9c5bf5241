/* Any text as a request body and as a field's text: refused with violations, or read and written again to the same. */
#include <assert.h>
#include <string.h>

#include "../lib/sample_shape.h"
#include "codec/json.h"

enum { ARENA_BYTES = 8 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static bool
read_body(struct arena *arena, const char *text, size_t n_bytes, struct sample *ret_sample)
{
	struct violations violations = { 0 };
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, n_bytes, NULL, &error);

	if (!value)
		return false;
	bool is_good = codec_json_read(arena, &sample_shape, text, value, ret_sample, &violations);
	assert(is_good == (violations.n == 0));
	return is_good;
}

static void
try_body(struct arena *arena, const char *text, size_t n_bytes)
{
	struct sample sample = { 0 }, again = { 0 };
	struct buf first, second;

	if (!read_body(arena, text, n_bytes, &sample))
		return;
	buf_init(&first, arena, 1024);
	codec_json_write(&first, &sample_shape, &sample);
	assert(read_body(arena, first.bytes, first.len, &again));
	buf_init(&second, arena, 1024);
	codec_json_write(&second, &sample_shape, &again);
	assert(first.len == second.len && memcmp(first.bytes, second.bytes, first.len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	const char *text = arena_strndup(arena, (const char *)bytes, n_bytes);

	try_body(arena, text, n_bytes);
	for (size_t i = 0; i < sample_shape.n_fields; i++) {
		struct sample sample = { 0 };
		struct violations violations = { 0 };
		bool is_good = codec_json_read_text(arena, &sample_fields[i], text, &sample, &violations);
		assert(is_good == (violations.n == 0));
	}
	arena_free(arena);
	return 0;
}

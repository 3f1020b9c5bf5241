/* The JSON reader on any bytes: what it accepts survives writing and reading again, and equals itself. */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static const struct json_value *
must_parse(struct arena *arena, const struct buf *text, const struct json_limits *limits)
{
	struct json_error error;
	const struct json_value *value = json_parse(arena, text->bytes, text->len, limits, &error);
	if (!value)
		abort();
	return value;
}

static void
must(bool is_true)
{
	if (!is_true)
		abort();
}

static void
check(struct arena *arena, const struct json_value *value, const struct json_limits *limits)
{
	struct buf text, canonical, again;

	buf_init(&text, arena, 64);
	json_write(&text, value);
	const struct json_value *copy = must_parse(arena, &text, limits);
	must(json_equal(value, copy));

	buf_init(&canonical, arena, 64);
	buf_init(&again, arena, 64);
	json_write_canonical(&canonical, value, arena);
	json_write_canonical(&again, must_parse(arena, &canonical, limits), arena);
	must(canonical.len == again.len && memcmp(canonical.bytes, again.bytes, again.len) == 0);

	must(json_equal(json_copy(arena, value), value));
	const struct json_value *merged = json_merge_patch(arena, value, value);
	must(json_equal(json_merge_patch(arena, merged, value), merged));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct json_error error;
	struct json_limits limits = { 0 };

	if (n_bytes > 0) {
		limits.allow_nul = limits.allow_big_numbers = bytes[0] & 1;
		const struct json_value *value =
		    json_parse(arena, (const char *)bytes + 1, n_bytes - 1, &limits, &error);
		if (value)
			check(arena, value, &limits);
		else
			must(error.message && error.offset <= n_bytes - 1 && error.line > 0 && error.column > 0);
	}
	arena_free(arena);
	return 0;
}

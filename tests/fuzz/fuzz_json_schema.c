/* Any schema on any instance ends, within limits, with one verdict.  Input: {"schema":..,"data":..}. */
#include <stdlib.h>

#include "schema/json_schema.h"
#include "regex.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
validate(struct arena *arena, const struct json_schema *schema, const struct json_value *data)
{
	struct json_schema_errors *errors = ARENA_NEW(arena, struct json_schema_errors);
	bool quick = json_schema_validate(schema, data, arena, NULL);
	bool listed = json_schema_validate(schema, data, arena, errors);

	if (quick != listed || listed != (errors->n == 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	static const struct json_schema_options options = { .assert_format = true, .regex = &regex_engine };
	struct arena *arena = arena_new(ARENA_BYTES);
	struct json_error json_error;
	struct json_schema_error error;
	const struct json_value *pair = json_parse(arena, (const char *)bytes, n_bytes, NULL, &json_error);
	const struct json_value *schema = pair ? json_get(pair, "schema") : NULL;
	const struct json_value *data = pair ? json_get(pair, "data") : NULL;

	if (schema && data) {
		struct json_schema *program = json_schema_compile(arena, schema, &options, &error);
		if (program)
			validate(arena, program, data);
		else if (!error.message || !error.pointer || !error.schema_pointer || !error.keyword)
			abort();
		json_schema_unref(program);
	}
	arena_free(arena);
	return 0;
}

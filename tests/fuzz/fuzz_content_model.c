/* Any text as a manifest: what compiles is a schema that compiles, the same one each time.  The same text as a document and as paths: steps of a schema
 * change leave JSON behind, and what they leave alone is what it was. */
#include <assert.h>
#include <string.h>

#include "model/expand.h"
#include "model/manifest.h"
#include "query/known.h"
#include "query/paths.h"
#include "regex.h"
#include "schema/json_schema.h"
#include "schema_change/steps.h"
#include "utf8.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, INPUT_BYTES_MAX = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
check_manifest(struct arena *arena, const struct json_value *manifest)
{
	struct json_schema_options options = { .assert_format = true, .regex = &regex_engine };
	struct model_problem problem = { .path = NULL };
	struct json_schema_error refused = { .message = "" };
	struct json_error wrong;
	struct buf text, again;

	buf_init(&text, arena, 256);
	buf_init(&again, arena, 256);
	if (!manifest_compile(arena, manifest, &text, &problem)) {
		assert(problem.path && problem.message && problem.message[0]);
		return;
	}
	const struct json_value *schema = json_parse(arena, text.bytes, text.len, NULL, &wrong);
	assert(schema && schema->type == JSON_OBJECT);
	struct json_schema *program = json_schema_compile(arena, expand_localized(arena, schema), &options, &refused);
	assert(program || refused.message[0]);
	json_schema_unref(program);
	assert(manifest_compile(arena, manifest, &again, &problem) && again.len == text.len && memcmp(again.bytes, text.bytes, text.len) == 0);
}

static void
check_steps(struct arena *arena, const char *path, const struct json_value *document)
{
	static const char *const types[] = { "string", "number", "integer", "boolean", "array" };
	struct schema_change_step step = { .type = NULL };
	struct json_error wrong;
	struct buf text;

	if (!utf8_is_valid(path, strlen(path)) || !step_path_read(arena, path, &step.path)) /* requests hold UTF-8 only */
		return;
	(void)step_path_read(arena, "to", &step.to);
	for (int op = STEP_OP_RENAME; op <= STEP_OP_MOVE; op++) {
		const char *last = step.path.names[step.path.n - 1];
		if ((op != STEP_OP_CAST && op != STEP_OP_DROP && strcmp(last, STEP_EVERY) == 0) || (op == STEP_OP_MOVE && step_path_has_every(&step.path)))
			continue; /* no request may say that */
		step.op = (enum step_op)op;
		step.type = types[strlen(path) % 5];
		step.value = op == STEP_OP_DEFAULT ? document : NULL;
		const struct json_value *changed = steps_apply(arena, &(struct schema_steps){ .list = &step, .n = 1 }, document);
		buf_init(&text, arena, 256);
		json_write(&text, changed);
		assert(arena_is_exhausted(arena) || json_parse(arena, text.bytes, text.len, &(struct json_limits){ .depth_max = 200, .allow_big_numbers = true }, &wrong));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct declared_paths *declared;
	struct field_path field;
	struct json_error wrong;

	if (n_bytes > INPUT_BYTES_MAX)
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	const char *text = arena_strndup(arena, (const char *)bytes, n_bytes);
	size_t n_line = strcspn(text, "\n");
	const char *path = arena_strndup(arena, text, n_line), *rest = text[n_line] ? text + n_line + 1 : text + n_line;
	const struct json_value *value = json_parse(arena, rest, strlen(rest), NULL, &wrong);
	if (value) {
		declared = ARENA_NEW(arena, struct declared_paths);
		check_manifest(arena, value);
		check_steps(arena, path, value);
		(void)paths_find(value, path, &field);
		paths_declared(arena, value, declared);
		(void)known_path(arena, value, path, false);
		(void)known_path(arena, value, path, true);
	}
	arena_free(arena);
	return 0;
}

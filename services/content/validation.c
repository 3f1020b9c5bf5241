/* Compiles schemas, runs them, and words what they say. */
#include "validation.h"

#include <inttypes.h>
#include <string.h>

#include "model/expand.h"
#include "schema/json_schema.h"
#include "regex.h"
#include "rules.h"
#include "schema_cache.h"
#include "store.h"

static const struct json_schema_options schema_options = { .assert_format = true, .regex = &regex_engine };

/* A refusal's list of violations stops here: the context travels in one reply. */
enum { CONTEXT_BYTES_MAX = 32 * 1024, LONG_SCHEMA_BYTES = 8 * 1024 };

/* "/" for the root, "/title" below it: the contract's paths. */
static const char *
path_of(const char *pointer)
{
	return pointer && pointer[0] ? pointer : "/";
}

static void
add_member(struct buf *buf, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(buf, ",\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

static void
add_violation(struct buf *buf, const struct json_schema_error *violation)
{
	buf_add_text(buf, "{\"path\":");
	buf_add_json_text(buf, path_of(violation->pointer), strlen(path_of(violation->pointer)));
	add_member(buf, "keyword", violation->keyword);
	add_member(buf, "message", violation->message);
	add_member(buf, "schemaPath", violation->schema_pointer);
	if (violation->expected)
		buf_printf(buf, ",\"expected\":%s", violation->expected);
	buf_add_char(buf, '}');
}

static char *
details_of(struct arena *arena, const struct json_schema_error *violation)
{
	return arena_printf(arena, "%s %s", path_of(violation->pointer), violation->message);
}

/* {"details": first, "errors": [...]} */
static const char *
context_of(struct arena *arena, const struct json_schema_error *violations, size_t n)
{
	struct buf buf;
	const char *details = details_of(arena, &violations[0]);

	buf_init(&buf, arena, 1024);
	buf_add_text(&buf, "{\"details\":");
	buf_add_json_text(&buf, details, strlen(details));
	buf_add_text(&buf, ",\"errors\":[");
	for (size_t i = 0; i < n && buf.len < CONTEXT_BYTES_MAX; i++) {
		if (i > 0)
			buf_add_char(&buf, ',');
		add_violation(&buf, &violations[i]);
	}
	buf_add_text(&buf, "]}");
	return buf.bytes;
}

static const char *
position_context(struct arena *arena, const struct json_error *problem)
{
	struct buf buf;
	char *details = arena_printf(arena, "%s at line %zu, column %zu", problem->message, problem->line, problem->column);

	buf_init(&buf, arena, 128);
	buf_add_text(&buf, "{\"details\":");
	buf_add_json_text(&buf, details, strlen(details));
	buf_printf(&buf, ",\"position\":%zu,\"line\":%zu,\"column\":%zu}", problem->offset, problem->line, problem->column);
	return buf.bytes;
}

/* ---- schemas ---- */

static const struct error *
not_a_definition(struct request *req, const struct json_schema_error *problem)
{
	struct error *error = FAIL(req, INVALID_CONTENT_SCHEMA_DEFINITION, "the schema does not compile: %s",
	    details_of(req->arena, problem));
	const char *context = context_of(req->arena, problem, 1);
	const char *pointer = problem->schema_pointer && problem->schema_pointer[0] == '#' ? problem->schema_pointer + 1 : "";
	return error_at(error, arena_printf(req->arena, "/schema%s", pointer), context);
}

/* What takes too much work on an object without members takes it on every item. */
static const struct error *
check_cost(struct request *req, const struct json_schema *schema)
{
	static const struct json_value nothing = { .type = JSON_OBJECT };
	struct json_schema_errors *errors = ARENA_NEW(req->arena, struct json_schema_errors);

	(void)json_schema_validate(schema, &nothing, req->arena, errors);
	return errors->is_exhausted ? not_a_definition(req, &errors->list[errors->n - 1]) : NULL;
}

const struct error *
validation_schema(struct request *req, struct doc schema, const struct json_value **ret_schema)
{
	struct json_error problem;
	struct json_schema_error violation = { .message = "unknown problem" };
	const struct error *error = schema.len > LONG_SCHEMA_BYTES ? request_take_long(req) : NULL;
	if (error)
		return error;
	const struct json_value *value = json_parse(req->arena, schema.json, schema.len, NULL, &problem);

	if (!value)
		return error_at(FAIL(req, INVALID_CONTENT_SCHEMA_JSON, "the schema is not JSON: %s", problem.message), "/schema",
		    position_context(req->arena, &problem));
	if (value->type != JSON_OBJECT)
		return error_at(FAIL(req, INVALID_CONTENT_SCHEMA_TYPE, "the schema is not a JSON object"), "/schema",
		    "{\"details\":\"/ must be object\"}");
	struct json_schema *compiled = json_schema_compile(req->arena, value, &schema_options, &violation);
	if (!compiled)
		return not_a_definition(req, &violation);
	error = check_cost(req, compiled);
	json_schema_unref(compiled);
	if (error)
		return error;
	const struct json_value *expanded = expand_localized(req->arena, value);
	compiled = expanded == value ? NULL : json_schema_compile(req->arena, expanded, &schema_options, &violation);
	if (expanded != value && !compiled)
		return not_a_definition(req, &violation);
	json_schema_unref(compiled);
	*ret_schema = value;
	return NULL;
}

const struct error *
validation_program(struct request *req, const char *schema, struct json_schema **ret_program)
{
	struct json_error problem;
	struct json_schema_error violation = { .message = "unknown problem" };
	const struct json_value *value = json_parse(req->arena, schema, strlen(schema), NULL, &problem);
	struct json_schema *program = value ? json_schema_compile(req->arena, expand_localized(req->arena, value), &schema_options, &violation) : NULL;

	if (!program)
		return FAIL(req, INTERNAL_SERVER_ERROR, "a stored schema does not compile: %s", value ? violation.message : problem.message);
	*ret_program = program;
	return NULL;
}

/* A reference to the compiled schema, from the cache or made and remembered now. */
static const struct error *
compiled_schema(struct request *req, int64_t type_id, const char *schema_hash, struct json_schema **ret_schema)
{
	struct schema_key key = { .tenant = req->tenant, .type_id = type_id, .hash = schema_hash };
	struct json_schema *schema = schema_cache_get(&key);
	if (schema) {
		*ret_schema = schema;
		return NULL;
	}
	const struct content_schema_row *row = NULL;
	const struct error *error = store_type_schema(req, type_id, &row);
	if (error)
		return error;
	if (!row)
		return FAIL(req, SERVICE_UNAVAILABLE, "content type %" PRId64 " was deleted meanwhile", type_id);

	error = strlen(row->schema) > LONG_SCHEMA_BYTES ? request_take_long(req) : NULL;
	if (!error)
		error = validation_program(req, row->schema, &schema);
	if (error)
		return error;
	/* The type may have changed between the two statements: the row's own hash says what was compiled. */
	key.hash = row->schema_hash;
	schema_cache_put(&key, schema, strlen(row->schema));
	*ret_schema = schema;
	return NULL;
}

/* ---- data ---- */

const struct error *
validation_size(struct request *req, struct doc data)
{
	if (data.len > DATA_BYTES_MAX)
		return FAIL_AT(req, VALIDATION_ERROR, "/data", "the data would have %zu bytes, %d are allowed", data.len, DATA_BYTES_MAX);
	size_t n = rules_count_values(data);
	if (n <= DATA_VALUES_MAX)
		return NULL;
	return error_at(FAIL(req, CONTENT_DATA_TOO_MANY_VALUES, "the data has %zu values, %d are allowed", n, DATA_VALUES_MAX), "/data",
	    arena_printf(req->arena, "{\"values\":%zu,\"valuesMax\":%d}", n, DATA_VALUES_MAX));
}

const struct error *
validation_data(struct request *req, struct doc data, const struct json_value **ret_data)
{
	struct json_error problem;
	const struct error *error = validation_size(req, data);
	if (error)
		return error;
	const struct json_value *value = json_parse(req->arena, data.json, data.len, NULL, &problem);

	if (!value)
		return error_at(FAIL(req, INVALID_CONTENT_DATA_JSON, "the data is not JSON: %s", problem.message), "/data",
		    position_context(req->arena, &problem));
	*ret_data = value;
	return NULL;
}

const struct error *
validation_stored_data(struct request *req, struct doc data, const struct json_value **ret_data)
{
	struct json_error problem;
	const struct json_value *value = json_parse(req->arena, data.json, data.len, NULL, &problem);

	if (!value) {
		struct error *error = FAIL(req, INTERNAL_SERVER_ERROR, "an internal error occurred");
		error->cause = arena_printf(req->arena, "stored data is not JSON: %s", problem.message);
		return error;
	}
	*ret_data = value;
	return NULL;
}

static const struct error *
invalid_data(struct request *req, const struct json_schema_errors *errors)
{
	struct error *error = FAIL(req, CONTENT_SCHEMA_VALIDATION_FAILED, "the data does not satisfy the schema: %s",
	    details_of(req->arena, &errors->list[0]));
	const char *context = context_of(req->arena, errors->list, errors->n);
	return error_at(error, arena_printf(req->arena, "/data%s", errors->list[0].pointer), context);
}

const struct error *
validation_item(struct request *req, int64_t type_id, const char *schema_hash, const struct json_value *data)
{
	struct json_schema *schema = NULL;
	const struct error *error = compiled_schema(req, type_id, schema_hash, &schema);
	if (error)
		return error;
	struct json_schema_errors *errors = ARENA_NEW(req->arena, struct json_schema_errors);
	if (!json_schema_validate(schema, data, req->arena, errors))
		error = invalid_data(req, errors);
	json_schema_unref(schema);
	return error;
}

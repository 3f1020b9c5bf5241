/* The answer, written straight from the structs that operations answered: selected members only, documents spliced.
 * A value that cannot be shown is null; where null is not allowed, the object around it is (specification, 6.4.4). */
#include <string.h>

#include "rest/answer.h"
#include "codec/json.h"
#include "graphql/answer.h"
#include "graphql/run/arguments.h"
#include "graphql/schema/enum.h"
#include "graphql/run/cost.h"
#include "graphql/run/run.h"

enum { BODY_BYTES = 4096 };

struct writer {
	struct graphql_run *run;
	struct buf data, errors;
	size_t n_errors;
	const struct error *first_error;
	bool is_too_large;
};

/* Where the writer is: steps from the innermost outwards. */
struct step {
	const struct step *outer;
	const char *key; /* NULL: an item of a list */
	size_t index;
};

static bool write_fields(struct writer *writer, const struct graphql_plan_field *fields, size_t n, const void *object,
    const struct step *path);

/* ---- errors ---- */

static void
write_path(struct buf *buf, const struct step *path)
{
	if (path->outer) {
		write_path(buf, path->outer);
		buf_add_char(buf, ',');
	}
	if (path->key)
		buf_add_json_text(buf, path->key, strlen(path->key));
	else
		buf_add_int(buf, (int64_t)path->index);
}

static void
add_error(struct writer *writer, const struct graphql_plan_field *field, const struct step *path, const struct error *error,
    const struct violations *violations)
{
	struct buf *buf = &writer->errors;
	struct graphql_place place = { field->sets->written->at.line, field->sets->written->at.column };

	if (!writer->first_error)
		writer->first_error = error;
	if (writer->n_errors++ >= GRAPHQL_ERRORS_MAX)
		return;
	if (writer->n_errors > 1)
		buf_add_char(buf, ',');
	graphql_write_error(buf, writer->run->exchange, error, violations, &place);
	buf->len--; /* the brace */
	buf_add_text(buf, ",\"path\":[");
	write_path(buf, path);
	buf_add_text(buf, "]}");
}

/* What a service answered is not what the schema promises. */
static bool
refuse_value(struct writer *writer, const struct graphql_plan_field *field, const struct step *path, const char *what)
{
	struct error *error = EXCHANGE_ERROR(writer->run->exchange, INTERNAL_SERVER_ERROR, "the field cannot be answered");

	error->cause = arena_printf(writer->run->exchange->arena, "field '%s': %s", field->field->name, what);
	add_error(writer, field, path, error, NULL);
	return false;
}

/* ---- values ---- */

static bool
write_int(struct writer *writer, const struct graphql_plan_field *field, int64_t value, const struct step *path)
{
	if (field->field->kind == GRAPHQL_INT && (value < INT32_MIN || value > INT32_MAX))
		return refuse_value(writer, field, path, "a number beyond 32 bits");
	if (field->field->kind == GRAPHQL_ID)
		buf_add_char(&writer->data, '"');
	buf_add_int(&writer->data, value);
	if (field->field->kind == GRAPHQL_ID)
		buf_add_char(&writer->data, '"');
	return true;
}

static bool
write_choice(struct writer *writer, const struct graphql_plan_field *field, const char *text, const struct step *path)
{
	for (const char *const *choice = field->member->choices; *choice; choice++) {
		if (strcmp(*choice, text) != 0)
			continue;
		graphql_enum_write(&writer->data, text);
		return true;
	}
	return refuse_value(writer, field, path, "a value that is not one of the choices");
}

static bool
write_ints(struct writer *writer, const struct graphql_plan_field *field, struct shape_list list, const struct step *path)
{
	const int64_t *values = list.items;

	buf_add_char(&writer->data, '[');
	for (size_t i = 0; i < list.n; i++) {
		struct step step = { .outer = path, .index = i };
		if (i > 0)
			buf_add_char(&writer->data, ',');
		if (!write_int(writer, field, values[i], &step))
			return false;
	}
	buf_add_char(&writer->data, ']');
	return true;
}

static bool
write_objects(struct writer *writer, const struct graphql_plan_field *field, struct shape_list list, const struct step *path)
{
	const char *item = list.items;

	buf_add_char(&writer->data, '[');
	for (size_t i = 0; i < list.n; i++, item += field->member->shape->size) {
		struct step step = { .outer = path, .index = i };
		if (i > 0)
			buf_add_char(&writer->data, ',');
		if (!write_fields(writer, field->fields, field->n_fields, item, &step))
			return false;
	}
	buf_add_char(&writer->data, ']');
	return true;
}

/* A member that is there. */
static bool
write_member(struct writer *writer, const struct graphql_plan_field *field, const void *object, const struct step *path)
{
	const struct shape_field *member = field->member;
	bool is_list = member->type == SHAPE_LIST;

	switch (field->field->kind) {
	case GRAPHQL_ID:
	case GRAPHQL_INT:
		if (is_list)
			return write_ints(writer, field, shape_get_list(member, object), path);
		return write_int(writer, field, shape_get_int(member, object), path);
	case GRAPHQL_ENUM:
		return write_choice(writer, field, shape_get_text(member, object), path);
	case GRAPHQL_OBJECT:
		if (is_list)
			return write_objects(writer, field, shape_get_list(member, object), path);
		return write_fields(writer, field->fields, field->n_fields, shape_get_struct(member, object), path);
	case GRAPHQL_JSON:
		if (member->type == SHAPE_TEXT) {
			buf_add_text(&writer->data, shape_get_text(member, object));
			return true;
		}
		codec_json_write_field(&writer->data, member, object);
		return true;
	case GRAPHQL_PLAIN:
	case GRAPHQL_CALL:
		codec_json_write_field(&writer->data, member, object);
		return true;
	}
	return false;
}

/* ---- fields ---- */

static bool
write_call(struct writer *writer, const struct graphql_plan_field *field, const void *object, const struct step *path)
{
	struct graphql_call *call = *graphql_calls_on(writer->run->calls, field, object);

	if (!call) /* the object has nothing to ask with */
		return false;
	if (call->result.error) {
		add_error(writer, field, path, call->result.error, call->result.violations);
		return false;
	}
	return write_fields(writer, field->fields, field->n_fields, call->result.output, path);
}

/* __schema and __type(name:). */
static bool
write_meta(struct writer *writer, const struct graphql_plan_field *field, const struct step *path)
{
	const struct graphql_meta *meta = writer->run->meta;
	const void *object = field->field == &meta->schema ? meta->object : NULL;

	if (!object) {
		const char *name = graphql_argument_text(field, writer->run->variables, "name");
		object = name ? graphql_meta_type(meta, name) : NULL;
	}
	return object && write_fields(writer, field->fields, field->n_fields, object, path);
}

/* False: null, whether that is allowed or not. */
static bool
write_value(struct writer *writer, const struct graphql_plan_field *field, const void *object, const struct step *path)
{
	if (field->type_name) {
		buf_add_json_text(&writer->data, field->type_name, strlen(field->type_name));
		return true;
	}
	if (!field->member)
		return field->field->operation ? write_call(writer, field, object, path) : write_meta(writer, field, path);
	if (codec_json_has_field(field->member, object))
		return write_member(writer, field, object, path);
	if (field->field->is_required)
		return refuse_value(writer, field, path, "a value that is required is absent");
	return false;
}

static bool
write_fields(struct writer *writer, const struct graphql_plan_field *fields, size_t n, const void *object, const struct step *path)
{
	struct buf *buf = &writer->data;
	bool is_first = true;

	if (buf->len > GRAPHQL_RESPONSE_MAX) {
		writer->is_too_large = true;
		return false;
	}
	buf_add_char(buf, '{');
	for (size_t i = 0; i < n; i++) {
		const struct graphql_plan_field *field = &fields[i];
		struct step step = { .outer = path, .key = field->key };
		if (!graphql_shown(field, writer->run->holding))
			continue;
		if (!is_first)
			buf_add_char(buf, ',');
		is_first = false;
		buf_add_char(buf, '"');
		buf_add_text(buf, field->key);
		buf_add_text(buf, "\":");
		size_t begin = buf->len;
		if (write_value(writer, field, object, &step))
			continue;
		if (writer->is_too_large || (field->field && field->field->is_required))
			return false;
		buf->len = begin;
		buf_add_text(buf, "null");
	}
	buf_add_char(buf, '}');
	return true;
}

/* ---- the whole ---- */

static const char *
effects_of(const struct graphql_call *call)
{
	return call->dry_run ? call->result.effects : NULL;
}

static const char *
budget_of(const struct graphql_call *call)
{
	return call->result.budget;
}

/* What each dry run would have done, or each call has used up of its key's budget, by the key of its field. */
static void
write_told(struct buf *buf, const struct graphql_run *run, const char *name, const char *(*told)(const struct graphql_call *call))
{
	bool is_first = true;

	for (size_t i = 0; i < run->plan->n_fields; i++) {
		const struct graphql_plan_field *field = &run->plan->fields[i];
		const struct graphql_call *call = field->field && field->field->operation ? *graphql_calls_on(run->calls, field, NULL) : NULL;
		if (!call || !told(call))
			continue;
		if (is_first)
			buf_printf(buf, ",\"%s\":{", name);
		else
			buf_add_char(buf, ',');
		is_first = false;
		buf_add_json_text(buf, field->key, strlen(field->key));
		buf_add_char(buf, ':');
		buf_add_text(buf, told(call));
	}
	if (!is_first)
		buf_add_char(buf, '}');
}

void
graphql_run_answer(struct graphql_run *run)
{
	struct exchange *exchange = run->exchange;
	struct writer writer = { .run = run };
	struct buf *body = &writer.data;

	buf_init(body, exchange->arena, BODY_BYTES);
	buf_init(&writer.errors, exchange->arena, 64);
	buf_add_text(body, "{\"data\":");
	if (!write_fields(&writer, run->plan->fields, run->plan->n_fields, NULL, NULL)) {
		body->len = strlen("{\"data\":");
		buf_add_text(body, "null");
	}
	if (writer.is_too_large) {
		graphql_refuse(exchange, EXCHANGE_ERROR(exchange, RESPONSE_TOO_LARGE, "the answer would have more than %d bytes",
		    GRAPHQL_RESPONSE_MAX), NULL);
		return;
	}
	if (writer.n_errors > 0) {
		buf_add_text(body, ",\"errors\":[");
		buf_add(body, writer.errors.bytes, writer.errors.len);
		buf_add_char(body, ']');
		exchange->code = writer.first_error->info->code;
		exchange->cause = writer.first_error->cause ? writer.first_error->cause : writer.first_error->message;
	}
	buf_add_text(body, ",\"extensions\":{\"cost\":");
	buf_add_int(body, run->cost);
	write_told(body, run, "dryRun", effects_of);
	write_told(body, run, "budget", budget_of);
	buf_add_text(body, "}}");
	if (run->n_replayed > 0 && run->n_replayed == run->n_asked)
		exchange_set_header(exchange, "x-idempotent-replayed", "true");
	graphql_answer(exchange, 200, body);
}

/* The input struct of an operation, from path, query, headers and body; everything wrong with it is listed at once. */
#include <string.h>

#include "rest/answer.h"
#include "codec/json.h"
#include "http/header.h"
#include "lightning/l402.h"
#include "rest/rest.h"

struct reading {
	struct exchange *exchange;
	const struct rest_plan *plan;
	const struct shape *shape;
	void *input;
	struct violations *violations;
};

static void
add_violation(struct reading *reading, const char *name, const char *keyword, const char *message, const char *expected)
{
	struct violations *violations = reading->violations;
	if (violations->n == VIOLATIONS_MAX)
		return;
	const char *pointer = *name ? arena_printf(reading->exchange->arena, "/%s", name) : "";
	violations->list[violations->n++] = (struct violation){ .pointer = pointer, .keyword = keyword, .message = message,
		.expected = expected };
}

static void
read_text(struct reading *reading, const struct shape_field *field, const char *text)
{
	/* What it found wrong is in the list. */
	(void)codec_json_read_text(reading->exchange->arena, field, text, reading->input, reading->violations);
}

/* Names what the parameter could have been. */
static const char *
unknown_parameter(const struct reading *reading, const char *name)
{
	struct buf buf;
	const char *between = "; known are ";

	buf_init(&buf, reading->exchange->arena, 128);
	buf_printf(&buf, "unknown query parameter '%s'", name);
	for (size_t i = 0; i < reading->shape->n_fields; i++) {
		if (reading->shape->fields[i].in != SHAPE_IN_QUERY)
			continue;
		buf_printf(&buf, "%s'%s'", between, reading->shape->fields[i].name);
		between = ", ";
	}
	if (reading->plan->operation->flags & OPERATION_DRY_RUN)
		buf_printf(&buf, "%s'mode'", between);
	return buf.bytes;
}

static void
read_mode(struct reading *reading, const char *value)
{
	if (!(reading->plan->operation->flags & OPERATION_DRY_RUN))
		add_violation(reading, "mode", "unknown", "query parameter 'mode' is unknown: this operation has no dry run", NULL);
	else if (strcmp(value, "dry_run") != 0)
		add_violation(reading, "mode", "enum", "query parameter 'mode' must be dry_run", "{\"const\":\"dry_run\"}");
	else
		reading->exchange->dry_run = true;
}

/* filter[price][gte]=10 is one of `filters`: {"field": "price", "op": "gte", "value": "10"}.  False: no such name. */
static bool
add_filter(struct buf *filters, const struct query_parameter *parameter)
{
	static const char opening[] = "filter[";
	const char *field = parameter->name + sizeof(opening) - 1;

	if (strncmp(parameter->name, opening, sizeof(opening) - 1) != 0)
		return false;
	size_t n_field = strcspn(field, "[]");
	const char *op = field + n_field + 2;
	bool is_bare = field[n_field] == ']' && field[n_field + 1] == '\0';
	if (!is_bare && (strncmp(field + n_field, "][", 2) != 0 || strcmp(op + strcspn(op, "[]"), "]") != 0))
		return false;
	buf_add_text(filters, filters->len ? ",{\"field\":" : "[{\"field\":");
	buf_add_json_text(filters, field, n_field);
	if (!is_bare) {
		buf_add_text(filters, ",\"op\":");
		buf_add_json_text(filters, op, strlen(op) - 1);
	}
	buf_add_text(filters, ",\"value\":");
	buf_add_json_text(filters, parameter->value, strlen(parameter->value));
	buf_add_char(filters, '}');
	return true;
}

static void
read_filters(struct reading *reading, const struct shape_field *field, struct buf *filters)
{
	if (filters->len == 0)
		return;
	buf_add_char(filters, ']');
	if (codec_json_has_field(field, reading->input))
		add_violation(reading, field->name, "unknown", "the query has filters and filter[...] besides: send one of them", NULL);
	else
		read_text(reading, field, filters->bytes);
}

static void
read_query(struct reading *reading)
{
	const struct query *query = &reading->exchange->query;
	const struct shape_field *filters = shape_find(reading->shape, "filters");
	struct buf bracketed;

	buf_init(&bracketed, reading->exchange->arena, 64);
	for (size_t i = 0; i < query->n; i++) {
		const struct query_parameter *parameter = &query->list[i];
		const struct shape_field *field = shape_find(reading->shape, parameter->name);
		if (field && field->in == SHAPE_IN_QUERY)
			read_text(reading, field, parameter->value);
		else if (strcmp(parameter->name, "mode") == 0)
			read_mode(reading, parameter->value);
		else if (!filters || !add_filter(&bracketed, parameter))
			add_violation(reading, parameter->name, "unknown", unknown_parameter(reading, parameter->name), NULL);
	}
	read_filters(reading, filters, &bracketed);
}

/* A version in the header beside another one in the body could not both be meant. */
static void
read_version(struct reading *reading, const char *if_match)
{
	const struct shape_field *field = reading->plan->expected_version;
	int64_t version;

	if (strcmp(if_match, "*") == 0 || reading->plan->operation->tx != OPERATION_TX_WRITE)
		return;
	if (!field) {
		add_violation(reading, "", "If-Match", "the If-Match header is refused: this operation checks no version", NULL);
		return;
	}
	if (!header_version(if_match, &version)) {
		add_violation(reading, field->name, "If-Match", "the If-Match header must be a version in quotes, such as \"3\"", NULL);
		return;
	}
	if (codec_json_has_field(field, reading->input) && shape_get_int(field, reading->input) != version) {
		add_violation(reading, field->name, "If-Match", "the version differs from the If-Match header", NULL);
		return;
	}
	read_text(reading, field, arena_printf(reading->exchange->arena, "%lld", (long long)version));
}

static void
read_headers(struct reading *reading)
{
	for (size_t i = 0; i < reading->shape->n_fields; i++) {
		const struct shape_field *field = &reading->shape->fields[i];
		bool is_read = field->header && field != reading->plan->expected_version;
		const char *value = is_read ? exchange_header(reading->exchange, field->header) : NULL;
		if (value && strcmp(field->header, "authorization") == 0 && !l402_is_authorization(value))
			continue; /* the API key, not a proof of payment */
		if (value && !codec_json_has_field(field, reading->input))
			read_text(reading, field, value);
	}
	const char *if_match = exchange_header(reading->exchange, "if-match");
	if (if_match)
		read_version(reading, if_match);
}

/* Before the body: a field that the path has given is refused there. */
static bool
read_path(struct reading *reading)
{
	struct exchange *exchange = reading->exchange;

	for (size_t i = 0; i < exchange->match.n_variables; i++) {
		const struct route_variable *variable = &exchange->match.variables[i];
		const char *text = uri_decode(exchange->arena, variable->text, variable->n, false);
		if (!text) {
			ANSWER_FAIL(exchange, NOT_FOUND, "the path has a malformed percent escape or is not UTF-8");
			return false;
		}
		if (reading->plan->path_fields[i])
			read_text(reading, reading->plan->path_fields[i], text);
	}
	return true;
}

static void
answer_malformed(struct exchange *exchange, const struct json_error *problem)
{
	struct error *error = EXCHANGE_ERROR(exchange, MALFORMED_JSON, "line %zu, column %zu: %s", problem->line, problem->column,
	    problem->message);
	error->context = arena_printf(exchange->arena, "{\"position\":{\"offset\":%zu,\"line\":%zu,\"column\":%zu}}", problem->offset,
	    problem->line, problem->column);
	answer_error(exchange, error);
}

/* A field that is the whole body: its bytes are signed, so nobody reads them before the signature was checked. */
static const struct shape_field *
raw_field(const struct shape *shape)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (shape->fields[i].flags & SHAPE_RAW)
			return &shape->fields[i];
	}
	return NULL;
}

static bool
read_body(struct reading *reading)
{
	struct exchange *exchange = reading->exchange;
	const struct shape_field *raw = raw_field(reading->shape);
	struct json_error problem;

	if (raw) {
		shape_set_doc(raw, reading->input, (struct doc){ exchange->body.bytes, exchange->body.len });
		return true;
	}

	if (exchange->body.len == 0)
		return true;
	const struct json_value *value = json_parse(exchange->arena, exchange->body.bytes, exchange->body.len, NULL, &problem);
	if (!value) {
		answer_malformed(exchange, &problem);
		return false;
	}
	if (value->type != JSON_OBJECT)
		add_violation(reading, "", "type", "the body must be a JSON object", "object");
	else
		(void)codec_json_read(exchange->arena, reading->shape, exchange->body.bytes, value, reading->input, reading->violations);
	return true;
}

const void *
rest_read_input(struct exchange *exchange)
{
	const struct shape *shape = exchange->plan->operation->request;
	struct reading reading = { .exchange = exchange, .plan = exchange->plan, .shape = shape,
		.input = arena_alloc(exchange->arena, shape->size), .violations = ARENA_NEW(exchange->arena, struct violations) };

	if (!read_path(&reading) || !read_body(&reading))
		return NULL;
	read_query(&reading);
	read_headers(&reading);
	(void)codec_json_finish(exchange->arena, shape, reading.input, reading.violations);
	if (reading.violations->n == 0)
		return reading.input;
	answer_violations(exchange, shape, reading.violations);
	return NULL;
}

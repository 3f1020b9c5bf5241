/* Words of a request into values of an index. */
#include "query/conditions.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "validation.h"

static const struct {
	const char *name;
	enum condition_op op;
	bool is_not;
	const char *kinds; /* letters of the kinds that have it */
} ops[] = {
	{ "eq", OP_IN, false, "tnb" }, { "ne", OP_IN, true, "tnb" }, { "in", OP_IN, false, "tnb" }, { "contains", OP_CONTAINS, false, "t" },
	{ "gt", OP_GT, false, "tn" }, { "gte", OP_GTE, false, "tn" }, { "lt", OP_LT, false, "tn" }, { "lte", OP_LTE, false, "tn" },
	{ "exists", OP_EXISTS, false, "tnb" },
};
static const char kind_letters[] = { [FIELD_TEXT] = 't', [FIELD_NUMBER] = 'n', [FIELD_BOOLEAN] = 'b' };
static const char *const op_names[] = { [OP_IN] = "in", [OP_CONTAINS] = "contains", [OP_GT] = "gt", [OP_GTE] = "gte", [OP_LT] = "lt",
	[OP_LTE] = "lte", [OP_EXISTS] = "exists" };
static const char *const example_values[] = { [FIELD_TEXT] = "\"news\"", [FIELD_NUMBER] = "10", [FIELD_BOOLEAN] = "true" };

/* ---- the type ---- */

const struct error *
query_type_read(struct request *req, const int64_t *type_id, const struct field_codes *codes, struct query_type *ret_type)
{
	const struct content_type_query_row *row = NULL;
	const struct json_value *schema = NULL;

	if (!type_id)
		return error_at(error_make(req->arena, &error_catalogue[codes->requires_type], ERROR_WHERE, "fields are those of one type, and no contentTypeId was sent"),
		    "/contentTypeId", NULL);
	const struct error *error = store_type_query(req, *type_id, &row);
	if (error)
		return error;
	if (!row)
		return error_at(error_make(req->arena, &error_catalogue[codes->type_not_found], ERROR_WHERE, "no content type %" PRId64, *type_id), "/contentTypeId", NULL);
	error = validation_stored_data(req, (struct doc){ row->schema, strlen(row->schema) }, &schema);
	if (error)
		return error;
	*ret_type = (struct query_type){ .id = *type_id, .schema = schema, .archives = row->archive_status != NULL, .field_ids = row->field_ids.items, .paths = row->paths.items,
		.n_fields = row->field_ids.n < row->paths.n ? row->field_ids.n : row->paths.n };
	return NULL;
}

int64_t
query_type_field_id(const struct query_type *type, const char *path)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (strcmp(type->paths[i], path) == 0)
			return type->field_ids[i];
	}
	return 0;
}

/* ---- what was asked ---- */

bool
conditions_are_asked(const struct asked_conditions *asked)
{
	return asked->filters.n > 0 || asked->field_name || asked->field_op || asked->field_value;
}

const struct error *
conditions_listed(struct request *req, const struct asked_conditions *asked, const struct field_codes *codes, struct shape_list *ret_list)
{
	struct item_condition *list = ARENA_ARRAY(req->arena, struct item_condition, CONDITIONS_MAX);
	const struct item_condition *filter = asked->filters.items;
	size_t n = 0;
	struct buf buf;

	while (n < asked->filters.n && n < CONDITIONS_MAX - 1) {
		list[n] = filter[n];
		n++;
	}
	if (asked->field_name || asked->field_op || asked->field_value) {
		if (!asked->field_name || (!asked->field_value && !(asked->field_op && strcmp(asked->field_op, "exists") == 0)))
			return error_at(error_make(req->arena, &error_catalogue[codes->incomplete], ERROR_WHERE, "a condition has fieldName and fieldValue, fieldOp besides"),
			    asked->field_name ? "/fieldValue" : "/fieldName", "{\"example\":{\"fieldName\":\"price\",\"fieldOp\":\"gte\",\"fieldValue\":\"10\"}}");
		buf_init(&buf, req->arena, 64);
		if (asked->field_value)
			buf_add_json_text(&buf, asked->field_value, strlen(asked->field_value));
		list[n++] = (struct item_condition){ .field = asked->field_name, .op = asked->field_op,
			.value = { asked->field_value ? buf.bytes : NULL, buf.len } };
	}
	*ret_list = (struct shape_list){ .items = list, .n = n };
	return NULL;
}

/* ---- refusals ---- */

static const struct error *
refuse(struct request *req, enum error_code code, size_t index, const char *member, const struct field_path *field, const char *message)
{
	struct buf buf;

	buf_init(&buf, req->arena, 256);
	buf_add_text(&buf, "{\"field\":");
	buf_add_json_text(&buf, field->path, strlen(field->path));
	buf_printf(&buf, ",\"type\":\"%s%s\",\"operators\":[", field->is_list ? "list of " : "", field_kind_name(field->kind));
	for (size_t i = 0, n = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strchr(ops[i].kinds, kind_letters[field->kind]))
			buf_printf(&buf, "%s\"%s\"", n++ ? "," : "", ops[i].name);
	}
	buf_add_text(&buf, "],\"example\":{\"field\":");
	buf_add_json_text(&buf, field->path, strlen(field->path));
	buf_printf(&buf, ",\"op\":\"eq\",\"value\":%s}}", example_values[field->kind]);
	struct error *error = error_make(req->arena, &error_catalogue[code], ERROR_WHERE, "%s", message);
	return error_at(error, arena_printf(req->arena, "/filters/%zu/%s", index, member), buf.bytes);
}

static const struct error *
unknown_field(struct request *req, const struct query_type *type, enum error_code code, size_t index, const char *path)
{
	struct error *error = error_make(req->arena, &error_catalogue[code], ERROR_WHERE, "content type %" PRId64 " has no field '%.200s' to filter by; at the root it has %s",
	    type->id, path, paths_offered(req->arena, type->schema));
	return error_at(error, arena_printf(req->arena, "/filters/%zu/field", index),
	    "{\"operators\":[\"eq\",\"ne\",\"in\",\"contains\",\"gt\",\"gte\",\"lt\",\"lte\",\"exists\"],\"example\":{\"field\":\"seo.title\",\"op\":\"eq\",\"value\":\"news\"}}");
}

/* ---- values ---- */

static size_t
n_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xC0) != 0x80;
	return n;
}

static bool
read_number(const char *text, double *ret_number)
{
	char *end = NULL;

	if (!*text || strspn(text, "+-.0123456789eE") != strlen(text))
		return false;
	*ret_number = strtod(text, &end);
	return *end == '\0' && fabs(*ret_number) < 1e308;
}

static bool
read_boolean(const struct json_value *value, bool *ret_value)
{
	if (value->type == JSON_BOOL)
		*ret_value = value->boolean;
	else if (value->type == JSON_TEXT && (strcmp(value->text, "true") == 0 || strcmp(value->text, "false") == 0))
		*ret_value = value->text[0] == 't';
	else
		return false;
	return true;
}

static bool
read_value(const struct field_path *field, const struct json_value *value, struct field_value *ret_value)
{
	bool boolean = false;

	*ret_value = (struct field_value){ .text = "" };
	switch (field->kind) {
	case FIELD_TEXT:
		if (value->type != JSON_TEXT || n_characters(value->text) > CONDITION_TEXT_MAX)
			return false;
		ret_value->text = value->text;
		return true;
	case FIELD_NUMBER:
		if (value->type == JSON_INT)
			ret_value->number = (double)value->integer;
		else if (value->type == JSON_REAL)
			ret_value->number = value->real;
		else if (value->type != JSON_TEXT || !read_number(value->text, &ret_value->number))
			return false;
		return fabs(ret_value->number) < 1e308;
	case FIELD_BOOLEAN:
		if (!read_boolean(value, &boolean))
			return false;
		ret_value->number = boolean;
		return true;
	}
	return false;
}

/* "a,b" is a list of two, over REST. */
static const struct json_value *
listed(struct arena *arena, const struct json_value *value)
{
	struct json_value *items = ARENA_ARRAY(arena, struct json_value, CONDITION_VALUES_MAX + 1), *list = ARENA_NEW(arena, struct json_value);
	uint32_t n = 0;

	if (value->type != JSON_TEXT)
		return value;
	for (const char *at = value->text; n <= CONDITION_VALUES_MAX; at += strcspn(at, ",") + 1) {
		size_t len = strcspn(at, ",");
		items[n++] = (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)len, .text = arena_strndup(arena, at, len) };
		if (!at[len])
			break;
	}
	*list = (struct json_value){ .type = JSON_LIST, .n = n, .items = items };
	return list;
}

static bool
read_values(struct request *req, const char *op, const struct json_value *value, struct condition *condition)
{
	bool is_there = true;

	if (condition->op == OP_EXISTS) {
		if (value && !read_boolean(value, &is_there))
			return false;
		condition->is_not = !is_there;
		return true;
	}
	if (!value)
		return false;
	const struct json_value *list = strcmp(op, "in") == 0 ? listed(req->arena, value) : value;
	bool is_list = list->type == JSON_LIST;
	if ((strcmp(op, "in") == 0) != is_list || (is_list && (list->n == 0 || list->n > CONDITION_VALUES_MAX)))
		return false;
	condition->n_values = is_list ? list->n : 1;
	struct field_value *values = ARENA_ARRAY(req->arena, struct field_value, condition->n_values);
	for (size_t i = 0; i < condition->n_values; i++) {
		if (!read_value(&condition->field, is_list ? &list->items[i] : list, &values[i]))
			return false;
	}
	condition->values = values;
	return true;
}

static bool
read_op(const char *name, struct condition *condition)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(ops[i].name, name) == 0 && strchr(ops[i].kinds, kind_letters[condition->field.kind])) {
			condition->op = ops[i].op;
			condition->is_not = ops[i].is_not;
			return true;
		}
	}
	return false;
}

static const struct error *
read_condition(struct request *req, const struct query_type *type, const struct item_condition *asked, const struct field_codes *codes, size_t index,
    struct condition *ret_condition)
{
	struct condition condition = { .op = OP_IN };
	const char *op = asked->op ? asked->op : "eq";
	const struct json_value *value = NULL;
	struct json_error ignored;

	if (!paths_find(type->schema, asked->field, &condition.field))
		return unknown_field(req, type, codes->field_unknown, index, asked->field);
	condition.field_id = query_type_field_id(type, asked->field);
	if (!read_op(op, &condition))
		return refuse(req, codes->operator_unsupported, index, "op", &condition.field,
		    arena_printf(req->arena, "'%s' holds %ss, which have no operator '%.16s'", asked->field, field_kind_name(condition.field.kind), op));
	if (asked->value.json)
		value = json_parse(req->arena, asked->value.json, asked->value.len, NULL, &ignored);
	if (!read_values(req, op, value, &condition))
		return refuse(req, codes->value_invalid, index, "value", &condition.field,
		    arena_printf(req->arena, "'%s' with '%s' takes %s %s%s", asked->field, op, strcmp(op, "in") == 0 ? "a list of at most 50 values, each a" : "a",
		        condition.op == OP_EXISTS ? "boolean" : field_kind_name(condition.field.kind), condition.field.kind == FIELD_TEXT ? " of at most 200 characters" : ""));
	*ret_condition = condition;
	return NULL;
}

const struct error *
conditions_read(struct request *req, const struct query_type *type, const struct shape_list *list, const struct field_codes *codes,
    struct condition *ret_conditions)
{
	const struct item_condition *asked = list->items;

	for (size_t i = 0; i < list->n; i++) {
		const struct error *error = read_condition(req, type, &asked[i], codes, i, &ret_conditions[i]);
		if (error)
			return error;
	}
	return NULL;
}

/* ---- for the statements ---- */

void
conditions_add_steps(struct buf *buf, const char *path)
{
	buf_add_char(buf, '[');
	for (const char *step = path;; step += strcspn(step, ".") + 1) {
		size_t n = strcspn(step, ".");
		buf_add_json_text(buf, step, n);
		if (!step[n])
			break;
		buf_add_char(buf, ',');
	}
	buf_add_char(buf, ']');
}

static void
add_condition(struct buf *buf, const struct condition *condition)
{
	buf_printf(buf, "{\"id\":%" PRId64 ",\"op\":\"%s\",\"is_not\":%s,\"steps\":", condition->field_id, op_names[condition->op],
	    condition->is_not ? "true" : "false");
	conditions_add_steps(buf, condition->field.path);
	buf_add_text(buf, ",\"numbers\":[");
	for (size_t i = 0; i < condition->n_values; i++)
		buf_printf(buf, "%s%.17g", i ? "," : "", condition->values[i].number);
	buf_add_text(buf, "],\"texts\":[");
	for (size_t i = 0; i < condition->n_values; i++) {
		if (i)
			buf_add_char(buf, ',');
		buf_add_json_text(buf, condition->values[i].text, strlen(condition->values[i].text));
	}
	buf_add_text(buf, "]}");
}

struct doc
conditions_json(struct arena *arena, const struct condition *conditions, size_t n)
{
	struct buf buf;

	if (n == 0)
		return (struct doc){ .json = NULL };
	buf_init(&buf, arena, 256);
	for (size_t i = 0; i < n; i++) {
		buf_add_char(&buf, i ? ',' : '[');
		add_condition(&buf, &conditions[i]);
	}
	buf_add_char(&buf, ']');
	return (struct doc){ .json = buf.bytes, .len = buf.len };
}

static struct value_ranges
ranges_new(struct arena *arena, size_t n)
{
	return (struct value_ranges){ .low = ARENA_ARRAY(arena, const char *, n), .low_texts = ARENA_ARRAY(arena, const char *, n),
		.high = ARENA_ARRAY(arena, const char *, n), .high_texts = ARENA_ARRAY(arena, const char *, n), .n = n };
}

bool
conditions_is_range(const struct condition *condition)
{
	return !condition->is_not && (condition->op == OP_IN || condition->op == OP_GTE || condition->op == OP_LTE);
}

bool
conditions_ranges(struct arena *arena, const struct condition *condition, struct value_ranges *ret_ranges)
{
	bool is_text = condition->field.kind == FIELD_TEXT;
	bool is_below = condition->op == OP_LT || condition->op == OP_LTE;

	if (condition->is_not || condition->op == OP_CONTAINS || condition->op == OP_EXISTS || !condition->field_id)
		return false;
	*ret_ranges = ranges_new(arena, condition->n_values);
	for (size_t i = 0; i < condition->n_values; i++) {
		const char *number = arena_printf(arena, "%.17g", condition->values[i].number);
		/* Texts have the number 0, so 0.5 is above all of them; no number is beyond 1e308, where Infinity is no value. */
		ret_ranges->low[i] = is_below ? is_text ? "0" : "-1e308" : number;
		ret_ranges->low_texts[i] = is_below ? "" : condition->values[i].text;
		ret_ranges->high[i] = condition->op == OP_IN || is_below ? number : is_text ? "0.5" : "1e308";
		ret_ranges->high_texts[i] = condition->op == OP_IN || is_below ? condition->values[i].text : "";
	}
	return true;
}

/* Declared fields and the process that gives them to items that were there before. */
#include "query/fields.h"

#include <inttypes.h>
#include <string.h>

#include "query/statements.h"
#include "references/references.h"
#include "validation.h"

enum {
	BUILD_ITEMS = 200,   /* of one step */
	SWEEP_VALUES = 5000,
	/* A writer that read the type before it declared the field writes none.  It ends within the longest deadline of a mutation, and the build
	 * begins after that. */
	BUILD_DELAY_US = 12 * 1000000,
};

/* ---- what a schema declares ---- */

static const struct error *
read_declared(struct request *req, const char *schema, struct declared_paths *ret_declared)
{
	const struct json_value *value = NULL;

	const struct error *error = validation_stored_data(req, (struct doc){ schema, strlen(schema) }, &value);
	if (error)
		return error;
	paths_declared(req->arena, value, ret_declared);
	if (ret_declared->is_too_many)
		return FAIL_AT(req, INVALID_CONTENT_SCHEMA_DEFINITION, "/schema", "the schema declares more than %d fields with " QUERYABLE_KEYWORD, DECLARED_MAX);
	if (!ret_declared->wrong)
		return NULL;
	return error_at(FAIL(req, INVALID_CONTENT_SCHEMA_DEFINITION, "'%.200s' has " QUERYABLE_KEYWORD ", which is for fields of the type string, number, integer or boolean or arrays of them, not localised",
	    ret_declared->wrong), "/schema", "{\"example\":{\"type\":\"string\",\"" QUERYABLE_KEYWORD "\":true}}");
}

static bool
has_path(const struct content_field_row *rows, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].path, path) == 0)
			return true;
	}
	return false;
}

static bool
is_declared(const struct declared_paths *declared, const char *path)
{
	for (size_t i = 0; i < declared->n; i++) {
		if (strcmp(declared->list[i].path, path) == 0)
			return true;
	}
	return false;
}

/* ---- a change ---- */

struct field_change {
	const char *paths[DECLARED_MAX]; /* new ones */
	size_t n_paths;
	int64_t *gone;
	size_t n_gone;
};

static void
add_ids(struct buf *buf, const char *name, const int64_t *ids, size_t n)
{
	buf_printf(buf, ",\"%s\":[", name);
	for (size_t i = 0; i < n; i++)
		buf_printf(buf, "%s%" PRId64, i ? "," : "", ids[i]);
	buf_add_char(buf, ']');
}

static const struct error *
start_build(struct request *req, int64_t type_id, const struct shape_list *made, const struct field_change *change)
{
	const struct content_id_row *row = made->items;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, made->n + 1);
	struct buf payload;

	for (size_t i = 0; i < made->n; i++)
		ids[i] = row[i].id;
	buf_init(&payload, req->arena, 256);
	buf_printf(&payload, "{\"type\":%" PRId64 ",\"after\":0", type_id);
	add_ids(&payload, "made", ids, made->n);
	add_ids(&payload, "gone", change->gone, change->n_gone);
	buf_add_char(&payload, '}');
	return process_start(req, &(struct process_start){ .kind = fields_build_kind.name, .ordering = arena_printf(req->arena, "type-%" PRId64, type_id),
	    .at_us = req->now_us + BUILD_DELAY_US, .payload = payload.bytes }, NULL);
}

static const struct error *
apply_change(struct request *req, int64_t type_id, const struct field_change *change, bool has_items)
{
	struct shape_list made = { .n = 0 };

	if (change->n_gone > 0)
		store_fields_drop(req, type_id, change->gone, change->n_gone);
	const struct error *error = change->n_paths > 0 ? store_fields_declare(req, type_id, change->paths, change->n_paths, !has_items, &made) : NULL;
	if (error)
		return error;
	store_type_set_indexed(req, type_id);
	return has_items ? start_build(req, type_id, &made, change) : NULL;
}

const struct error *
fields_follow_schema(struct request *req, int64_t type_id, const char *schema, bool is_new)
{
	struct declared_paths *declared = ARENA_NEW(req->arena, struct declared_paths);
	struct field_change change = { .n_paths = 0 };
	struct shape_list known = { .n = 0 };
	int64_t n_items = 0;

	if (strstr(schema, "x-wordclaw-field-kind"))
		store_type_has_references(req, type_id);
	const struct error *error = read_declared(req, schema, declared);
	if (!error && !is_new)
		error = store_type_fields(req, type_id, &known);
	if (error)
		return error;
	const struct content_field_row *row = known.items;
	change.gone = ARENA_ARRAY(req->arena, int64_t, known.n + 1);
	for (size_t i = 0; i < declared->n; i++) {
		if (!has_path(row, known.n, declared->list[i].path))
			change.paths[change.n_paths++] = declared->list[i].path;
	}
	for (size_t i = 0; i < known.n; i++) {
		if (!is_declared(declared, row[i].path))
			change.gone[change.n_gone++] = row[i].id;
	}
	if (change.n_paths == 0 && change.n_gone == 0)
		return NULL;
	if (!is_new)
		error = store_type_items_count(req, type_id, 1, &n_items);
	return error ? error : apply_change(req, type_id, &change, n_items > 0);
}

/* ---- the process ---- */

struct build {
	int64_t type_id, after;
	const int64_t *made, *gone;
	size_t n_made, n_gone;
};

static void
read_ids(struct request *req, const struct json_value *list, const int64_t **ret_ids, size_t *ret_n)
{
	size_t n_max = list && list->type == JSON_LIST ? list->n : 0, n = 0;
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n_max + 1);

	for (size_t i = 0; i < n_max; i++) {
		if (list->items[i].type == JSON_INT)
			ids[n++] = list->items[i].integer;
	}
	*ret_ids = ids;
	*ret_n = n;
}

static const struct error *
read_build(struct request *req, const struct process *process, struct build *ret_build)
{
	const struct json_value *payload = NULL;
	const struct error *error = validation_stored_data(req, process->payload, &payload);
	if (error)
		return error;
	const struct json_value *type = json_get(payload, "type"), *after = json_get(payload, "after");
	ret_build->type_id = type && type->type == JSON_INT ? type->integer : 0;
	ret_build->after = after && after->type == JSON_INT ? after->integer : 0;
	read_ids(req, json_get(payload, "made"), &ret_build->made, &ret_build->n_made);
	read_ids(req, json_get(payload, "gone"), &ret_build->gone, &ret_build->n_gone);
	return NULL;
}

static const struct error *
build_some(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct build build = { .type_id = 0 };
	int64_t last = 0;
	struct buf payload;

	const struct error *error = read_build(req, process, &build);
	if (!error && build.n_made > 0)
		error = store_fields_build(req, build.type_id, build.after, BUILD_ITEMS, &last);
	if (error)
		return error;
	outcome->verdict = STEP_NEXT;
	if (!last) {
		store_fields_ready(req, build.type_id, build.made, build.n_made);
		outcome->next = "sweep";
		return NULL;
	}
	buf_init(&payload, req->arena, 256);
	buf_printf(&payload, "{\"type\":%" PRId64 ",\"after\":%" PRId64, build.type_id, last);
	add_ids(&payload, "made", build.made, build.n_made);
	add_ids(&payload, "gone", build.gone, build.n_gone);
	buf_add_char(&payload, '}');
	outcome->payload = (struct doc){ payload.bytes, payload.len };
	return NULL;
}

static const struct error *
sweep_some(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct build build = { .type_id = 0 };
	int64_t n = 0;

	const struct error *error = read_build(req, process, &build);
	if (!error && build.n_gone > 0)
		error = store_fields_sweep(req, build.gone, build.n_gone, SWEEP_VALUES, &n);
	if (!error && n == SWEEP_VALUES)
		outcome->verdict = STEP_NEXT;
	return error;
}

static const struct step steps[] = { { .name = "build", .commit = build_some }, { .name = "sweep", .commit = sweep_some } };

const struct process_kind fields_build_kind = {
	.name = "content.fields", .steps = steps, .n_steps = sizeof(steps) / sizeof(steps[0]), .backoff_ms = 1000, .backoff_max_ms = 60000,
};

/* Steps as requests and rows have them. */
#include "schema_change/chain.h"

#include <string.h>

#include "codec/json.h"
#include "schema_change/migration_store.h"
#include "validation.h"

/* ---- from the wire ---- */

static const struct error *
refuse(struct request *req, size_t i, const char *member, const char *what, const char *example)
{
	return error_at(FAIL(req, VALIDATION_ERROR, "%s", what), arena_printf(req->arena, "/steps/%zu/%s", i, member), arena_printf(req->arena, "{\"example\":%s}", example));
}

#define EXAMPLE_RENAME "{\"op\":\"rename\",\"path\":\"seo.headline\",\"to\":\"title\"}"
#define EXAMPLE_MOVE "{\"op\":\"move\",\"path\":\"headline\",\"to\":\"seo.title\"}"
#define EXAMPLE_DEFAULT "{\"op\":\"default\",\"path\":\"rating\",\"value\":0}"
#define EXAMPLE_CAST "{\"op\":\"cast\",\"path\":\"rating\",\"type\":\"integer\",\"value\":0}"

static const struct error *
read_target(struct request *req, size_t i, const struct schema_step *from, struct schema_change_step *step)
{
	bool is_rename = step->op == STEP_OP_RENAME;
	const char *example = is_rename ? EXAMPLE_RENAME : EXAMPLE_MOVE;

	if (!from->to)
		return refuse(req, i, "to", "the step does not say where to", example);
	if (!step_path_read(req->arena, from->to, &step->to) || step_path_has_every(&step->to))
		return refuse(req, i, "to", "a place has 1 to 8 member names with dots between them, and no *", example);
	if (is_rename && step->to.n != 1)
		return refuse(req, i, "to", "a rename stays in its object, so the new name is one name; elsewhere it is a move", example);
	if (is_rename ? strcmp(step->path.names[step->path.n - 1], STEP_EVERY) == 0 : step_path_has_every(&step->path))
		return refuse(req, i, "path", is_rename ? "a rename names the member at its end" : "a move names every member on its way", example);
	return NULL;
}

static const struct error *
read_value(struct request *req, size_t i, const struct schema_step *from, struct schema_change_step *step)
{
	struct json_error problem;

	if (!from->value.json)
		return step->op == STEP_OP_DEFAULT ? refuse(req, i, "value", "a default has a value", EXAMPLE_DEFAULT) : NULL;
	step->value = json_parse(req->arena, from->value.json, from->value.len, NULL, &problem);
	return step->value ? NULL : refuse(req, i, "value", "the value is not JSON", EXAMPLE_DEFAULT);
}

static const struct error *
read_step(struct request *req, size_t i, const struct schema_step *from, struct schema_change_step *step)
{
	static const char *const names[] = { [STEP_OP_RENAME] = "rename", [STEP_OP_DEFAULT] = "default", [STEP_OP_DROP] = "drop", [STEP_OP_CAST] = "cast",
		[STEP_OP_MOVE] = "move" };
	size_t op = 0;

	while (op < sizeof(names) / sizeof(names[0]) - 1 && strcmp(names[op], from->op) != 0)
		op++;
	*step = (struct schema_change_step){ .op = (enum step_op)op };
	if (!step_path_read(req->arena, from->path, &step->path))
		return refuse(req, i, "path", "a path has 1 to 8 member names with dots between them, or * for every one", EXAMPLE_RENAME);
	if (op == STEP_OP_RENAME || op == STEP_OP_MOVE)
		return read_target(req, i, from, step);
	if (op == STEP_OP_DEFAULT && strcmp(step->path.names[step->path.n - 1], STEP_EVERY) == 0)
		return refuse(req, i, "path", "a default names the member at its end", EXAMPLE_DEFAULT);
	if (op == STEP_OP_CAST && (!from->type || !cast_is_known(from->type)))
		return refuse(req, i, "type", "a cast is to string, number, integer, boolean or array", EXAMPLE_CAST);
	step->type = from->type;
	return op == STEP_OP_DROP ? NULL : read_value(req, i, from, step);
}

const struct error *
chain_read_steps(struct request *req, const struct shape_list *steps, struct schema_steps *ret_steps)
{
	struct schema_change_step *list = ARENA_ARRAY(req->arena, struct schema_change_step, steps->n + 1);
	const struct schema_step *from = steps->items;

	for (size_t i = 0; i < steps->n; i++) {
		const struct error *error = read_step(req, i, &from[i], &list[i]);
		if (error)
			return error;
	}
	*ret_steps = (struct schema_steps){ .list = list, .n = steps->n };
	return NULL;
}

/* ---- rows ---- */

const char *
chain_steps_text(struct request *req, const struct shape_list *steps)
{
	struct buf buf;

	buf_init(&buf, req->arena, 256);
	buf_add_char(&buf, '[');
	for (size_t i = 0; i < steps->n; i++) {
		if (i > 0)
			buf_add_char(&buf, ',');
		codec_json_write(&buf, &schema_step_shape, (const struct schema_step *)steps->items + i);
	}
	buf_add_char(&buf, ']');
	return buf.bytes;
}

const struct error *
chain_stored_steps(struct request *req, const char *text, struct shape_list *ret_steps)
{
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	const struct json_value *list = NULL;
	const struct error *error = validation_stored_data(req, (struct doc){ text, strlen(text) }, &list);

	if (error)
		return error;
	size_t n = list->type == JSON_LIST ? list->n : 0;
	struct schema_step *steps = ARENA_ARRAY(req->arena, struct schema_step, n + 1);
	for (size_t i = 0; i < n; i++) {
		steps[i] = (struct schema_step){ .op = NULL };
		*violations = (struct violations){ .n = 0 }; /* of one object each */
		if (!codec_json_read_all(req->arena, &schema_step_shape, text, &list->items[i], &steps[i], violations))
			return FAIL(req, INTERNAL_SERVER_ERROR, "recorded steps cannot be read");
	}
	*ret_steps = (struct shape_list){ .items = steps, .n = n };
	return NULL;
}

bool
chain_text_is_good(struct request *req, const char *text)
{
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	struct schema_steps ignored = { .n = 0 };
	struct shape_list wire = { .n = 0 };
	struct json_error problem;

	const struct json_value *list = json_parse(req->arena, text, strlen(text), NULL, &problem);
	if (!list || list->type != JSON_LIST || list->n > CHAIN_STEPS_MAX)
		return false;
	struct schema_step *steps = ARENA_ARRAY(req->arena, struct schema_step, list->n + 1);
	for (size_t i = 0; i < list->n; i++) {
		*violations = (struct violations){ .n = 0 };
		if (!codec_json_read_all(req->arena, &schema_step_shape, text, &list->items[i], &steps[i], violations))
			return false;
	}
	wire = (struct shape_list){ .items = steps, .n = list->n };
	return chain_read_steps(req, &wire, &ignored) == NULL;
}

void
chain_append(struct schema_chain *chain, int64_t schema_version, const struct schema_steps *steps)
{
	chain->list[chain->n++] = (struct chain_link){ .schema_version = schema_version, .steps = *steps };
}

const struct error *
chain_load(struct request *req, int64_t type_id, int64_t above, struct schema_chain *ret_chain)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = store_migration_steps(req, type_id, above, CHAIN_MAX, &rows);
	const struct content_schema_steps_row *row = rows.items;

	ret_chain->n = 0;
	for (size_t i = rows.n; !error && i > 0; i--) { /* they come the latest first */
		struct shape_list wire = { .n = 0 };
		struct schema_steps steps = { .n = 0 };
		error = chain_stored_steps(req, row[i - 1].steps, &wire);
		if (!error)
			error = chain_read_steps(req, &wire, &steps);
		if (!error)
			chain_append(ret_chain, row[i - 1].schema_version, &steps);
	}
	return error;
}

const struct json_value *
chain_apply(struct arena *arena, const struct schema_chain *chain, int64_t schema_version, const struct json_value *document)
{
	for (size_t i = 0; i < chain->n; i++) {
		if (chain->list[i].schema_version > schema_version)
			document = steps_apply(arena, &chain->list[i].steps, document);
	}
	return document;
}

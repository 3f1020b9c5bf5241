/* From a schema's JSON to its program. */
#include <stdlib.h>
#include <string.h>

#include "schema/internal.h"

enum { METASCHEMA_BYTES_MAX = 32 * 1024 * 1024, REGEXES_FIRST = 16 };

/* ---- failing ---- */

bool
schema_fail(struct schema_compiler *c, const struct schema_place *place, const char *keyword, const char *format,
    ...)
{
	struct json_schema_error *error = c->error;
	va_list args;

	if (error->message)
		return false;
	va_start(args, format);
	error->message = arena_vprintf(c->error_arena, format, args);
	va_end(args);
	error->keyword = keyword ? keyword : "schema";
	error->schema_pointer = schema_place_text(c->error_arena, place, keyword);
	/* The schema is what the caller handed in: its instance location is the same place. */
	error->pointer = place->document ? "" : error->schema_pointer + 1;
	return false;
}

bool
schema_expect(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct json_value *value, enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null", [JSON_BOOL] = "a boolean", [JSON_INT] = "an integer", [JSON_REAL] = "a number",
		[JSON_TEXT] = "a string", [JSON_LIST] = "an array", [JSON_OBJECT] = "an object",
	};
	return value->type == type || schema_fail(c, place, keyword, "must be %s", names[type]);
}

/* ---- what keywords hold ---- */

const struct schema_node *
schema_node_of(struct schema_compiler *c, struct schema_place *place)
{
	if (place->node) {
		place->node->is_shared = true;
		return place->node;
	}
	if (c->n_nodes++ == SCHEMA_NODES_MAX) {
		schema_fail(c, place, NULL, "more than %d subschemas", SCHEMA_NODES_MAX);
		return NULL;
	}
	struct schema_node *node = ARENA_NEW(c->arena, struct schema_node);
	const struct json_value *value = place->value;
	node->place = place;
	node->resource = place->resource;
	node->types = TYPE_ANY;
	node->next = c->nodes;
	c->nodes = node;
	place->node = node;
	if (value->type == JSON_BOOL) {
		node->kind = value->boolean ? SCHEMA_TRUE : SCHEMA_FALSE;
		return node;
	}
	node->kind = value->n ? SCHEMA_RULES : SCHEMA_TRUE;
	node->next_unfilled = c->unfilled;
	c->unfilled = node;
	return node;
}

static const struct schema_node *
node_at(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct json_value *value)
{
	struct schema_place *child = schema_place_of(c, value);
	if (!child) {
		schema_fail(c, place, keyword, "must hold a schema: an object or a boolean");
		return NULL;
	}
	return schema_node_of(c, child);
}

bool
schema_child(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct schema_node **ret_node)
{
	const struct json_value *value = schema_keyword(place, keyword);
	if (!value)
		return true;
	*ret_node = node_at(c, place, keyword, value);
	return *ret_node != NULL;
}

bool
schema_children(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    struct schema_nodes *ret_nodes)
{
	const struct json_value *list = schema_keyword(place, keyword);
	if (!list)
		return true;
	if (!schema_expect(c, place, keyword, list, JSON_LIST))
		return false;
	ret_nodes->n = list->n;
	ret_nodes->list = ARENA_ARRAY(c->arena, const struct schema_node *, list->n);
	for (uint32_t i = 0; i < list->n; i++) {
		ret_nodes->list[i] = node_at(c, place, keyword, &list->items[i]);
		if (!ret_nodes->list[i])
			return false;
	}
	return true;
}

bool
schema_count(struct schema_compiler *c, const struct schema_place *place, const char *keyword, uint64_t *ret_count)
{
	const struct json_value *value = schema_keyword(place, keyword);

	if (!value)
		return true;
	if (value->type == JSON_INT && value->integer >= 0) {
		*ret_count = (uint64_t)value->integer;
		return true;
	}
	bool is_whole = value->type == JSON_REAL && value->real >= 0 &&
	    (value->real >= 0x1p63 || value->real == (double)(int64_t)value->real);
	if (!is_whole)
		return schema_fail(c, place, keyword, "must be a whole number, 0 or more");
	*ret_count = value->real >= 0x1p63 ? UINT64_MAX : (uint64_t)value->real;
	return true;
}

static const void *
known_regex(const struct json_schema *program, const char *pattern, uint32_t n_bytes)
{
	for (size_t i = 0; i < program->n_regexes; i++) {
		const struct schema_regex *known = &program->regexes[i];
		if (known->n_bytes == n_bytes && memcmp(known->pattern, pattern, n_bytes) == 0)
			return known->regex;
	}
	return NULL;
}

bool
schema_regex(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const char *pattern, uint32_t n_bytes, const void **ret_regex)
{
	struct json_schema *program = c->program;
	const char *message = NULL;

	*ret_regex = NULL;
	if (!program->engine)
		return c->is_trusted || schema_fail(c, place, keyword, "no regular expressions are available here");
	*ret_regex = known_regex(program, pattern, n_bytes);
	if (*ret_regex)
		return true;
	if (program->n_regexes == SCHEMA_REGEXES_MAX)
		return schema_fail(c, place, keyword, "more than %d patterns", SCHEMA_REGEXES_MAX);
	if (!program->regexes)
		program->regexes = ARENA_ARRAY(c->arena, struct schema_regex, SCHEMA_REGEXES_MAX);
	void *regex = program->engine->compile(pattern, n_bytes, c->error_arena, &message);
	if (!regex)
		return schema_fail(c, place, keyword, "bad regular expression: %s", message);
	program->regexes[program->n_regexes++] =
	    (struct schema_regex){ .pattern = pattern, .n_bytes = n_bytes, .regex = regex };
	*ret_regex = regex;
	return true;
}

/* ---- reference loops ---- */

/* Height of a node: how many schemas it applies in a row to one value.  A loop has none. */
static bool measure_height(struct schema_compiler *c, struct schema_node *node, int depth);

static bool
raise_above(struct schema_compiler *c, struct schema_node *node, const struct schema_node *below, int depth)
{
	if (!below)
		return true;
	if (!measure_height(c, below->place->node, depth + 1))
		return false;
	if (node->height <= below->height)
		node->height = below->height + 1;
	return node->height <= SCHEMA_REFS_MAX ||
	    schema_fail(c, node->place, NULL, "more than %d references in a row", SCHEMA_REFS_MAX);
}

static bool
raise_above_all(struct schema_compiler *c, struct schema_node *node, const struct schema_nodes *below, int depth)
{
	for (size_t i = 0; i < below->n; i++) {
		if (!raise_above(c, node, below->list[i], depth))
			return false;
	}
	return true;
}

static bool
raise_above_logic(struct schema_compiler *c, struct schema_node *node, int depth)
{
	const struct schema_logic_rules *logic = node->logic;
	const struct schema_node *single[] = { logic->ref, logic->dynamic_anchor ? NULL : logic->dynamic_ref,
		logic->not_, logic->if_, logic->then_, logic->else_ };

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		if (!raise_above(c, node, single[i], depth))
			return false;
	}
	return raise_above_all(c, node, &logic->all_of, depth) && raise_above_all(c, node, &logic->any_of, depth) &&
	    raise_above_all(c, node, &logic->one_of, depth);
}

static bool
raise_above_dependencies(struct schema_compiler *c, struct schema_node *node, int depth)
{
	for (size_t i = 0; i < node->object->n_dependencies; i++) {
		if (!raise_above(c, node, node->object->dependencies[i].node, depth))
			return false;
	}
	return true;
}

static bool
measure_height(struct schema_compiler *c, struct schema_node *node, int depth)
{
	if (node->is_on_path)
		return schema_fail(c, node->place, NULL,
		    "infinite $ref loop: the schema applies itself to the same value without end");
	if (node->height > 0)
		return true;
	if (depth > SCHEMA_REFS_MAX)
		return schema_fail(c, node->place, NULL, "more than %d references in a row", SCHEMA_REFS_MAX);
	node->height = 1;
	node->is_on_path = true;
	if (node->logic && !raise_above_logic(c, node, depth))
		return false;
	if (node->object && !raise_above_dependencies(c, node, depth))
		return false;
	node->is_on_path = false;
	return true;
}

static bool
check_heights(struct schema_compiler *c)
{
	for (struct schema_node *node = c->nodes; node; node = node->next) {
		if (!measure_height(c, node, 0))
			return false;
	}
	return true;
}

/* ---- the whole schema ---- */

static bool
fill_nodes(struct schema_compiler *c)
{
	while (c->unfilled) {
		struct schema_node *node = c->unfilled;
		c->unfilled = node->next_unfilled;
		if (!schema_fill_rules(c, node) || !schema_fill_object(c, node))
			return false;
		if (arena_is_exhausted(c->arena))
			return schema_fail(c, node->place, NULL, "schema needs more than %d bytes compiled",
			    SCHEMA_PROGRAM_BYTES_MAX);
	}
	return true;
}

/* A dynamic reference may lead to any dynamic anchor, so each needs its node. */
static bool
link_dynamic_anchors(struct schema_compiler *c, bool *ret_is_complete)
{
	*ret_is_complete = true;
	if (!c->program->has_dynamic_refs)
		return true;
	for (struct schema_resource *resource = c->resources; resource; resource = resource->next) {
		for (struct schema_anchor *anchor = resource->anchors; anchor; anchor = anchor->next) {
			if (!anchor->is_dynamic || anchor->node)
				continue;
			*ret_is_complete = false;
			anchor->node = schema_node_of(c, schema_place_of(c, anchor->value));
			if (!anchor->node)
				return false;
		}
	}
	return true;
}

static bool
build_nodes(struct schema_compiler *c, struct schema_place *root)
{
	bool is_complete = false;

	c->program->root = schema_node_of(c, root);
	if (!c->program->root)
		return false;
	while (!is_complete) {
		if (!fill_nodes(c) || !link_dynamic_anchors(c, &is_complete))
			return false;
	}
	return check_heights(c);
}

static bool check_metaschema(struct schema_compiler *c, const struct schema_place *root,
    const struct json_value *schema);

static struct json_schema *
build(struct arena *arena, const struct json_value *schema, const struct json_schema_options *options,
    bool is_trusted, bool is_mixed, struct json_schema_error *ret_error)
{
	struct json_schema *program = calloc(1, sizeof(*program));
	if (!program)
		abort();
	atomic_init(&program->n_refs, 1);
	program->arena = arena_new(SCHEMA_PROGRAM_BYTES_MAX);
	program->engine = options->regex;

	struct schema_compiler c = { .program = program, .arena = program->arena, .options = options,
		.error_arena = arena, .error = ret_error, .is_trusted = is_trusted, .is_mixed = is_mixed };
	c.last_resource = &c.resources;
	struct schema_dialect dialect = schema_dialect_default(options);
	struct schema_place *root = schema_load(&c, "", schema, NULL, &dialect);
	bool is_ok = root && (is_trusted || check_metaschema(&c, root, schema)) && build_nodes(&c, root);
	if (is_ok)
		return program;
	json_schema_unref(program);
	return NULL;
}

/* ---- the metaschema ---- */

static const struct json_value *
metaschema_value(const struct schema_compiler *c, const struct schema_dialect *dialect, struct arena *arena)
{
	struct json_error error;
	const char *text = schema_metaschema_text(dialect->metaschema, dialect->draft == DRAFT_MIXED);

	if (text)
		return json_parse(arena, text, strlen(text), NULL, &error);
	for (size_t i = 0; i < c->options->n_documents; i++) {
		const char *uri = c->options->documents[i].uri;
		size_t n = strcspn(uri, "#");
		if (strlen(dialect->metaschema) == n && strncmp(uri, dialect->metaschema, n) == 0)
			return c->options->documents[i].value;
	}
	return NULL;
}

/* The deepest violation says most; of equals the first. */
static const struct json_schema_error *
most_telling(const struct json_schema_errors *errors)
{
	const struct json_schema_error *best = &errors->list[0];
	for (size_t i = 1; i < errors->n; i++) {
		if (strlen(errors->list[i].pointer) > strlen(best->pointer))
			best = &errors->list[i];
	}
	return best;
}

static bool
check_with(struct schema_compiler *c, const struct json_schema *metaschema, const struct json_value *schema,
    struct arena *arena)
{
	struct json_schema_errors *errors = ARENA_NEW(arena, struct json_schema_errors);
	const char *keyword = NULL;

	if (schema_validate_within(metaschema, schema, arena, errors, SCHEMA_COMPILE_STEPS_MAX))
		return true;
	const struct json_schema_error *found = most_telling(errors);
	struct json_schema_error *error = c->error;
	keyword = strrchr(found->pointer, '/');
	*error = (struct json_schema_error){
		.pointer = arena_strdup(c->error_arena, found->pointer),
		.schema_pointer = arena_printf(c->error_arena, "#%s", found->pointer),
		.keyword = keyword ? arena_strdup(c->error_arena, keyword + 1) : "schema",
		.message = arena_strdup(c->error_arena, found->message),
		.expected = found->expected ? arena_strdup(c->error_arena, found->expected) : NULL,
	};
	return false;
}

static bool
check_metaschema(struct schema_compiler *c, const struct schema_place *root, const struct json_value *schema)
{
	const struct schema_dialect *dialect = &root->resource->dialect;
	struct json_schema_options options = *c->options;
	struct arena *arena = arena_new(METASCHEMA_BYTES_MAX);
	const struct json_value *value = metaschema_value(c, dialect, arena);
	bool is_ok = true;

	options.assert_format = false;
	if (value) {
		struct json_schema *metaschema =
		    build(arena, value, &options, true, dialect->draft == DRAFT_MIXED, c->error);
		is_ok = metaschema && check_with(c, metaschema, schema, arena);
		json_schema_unref(metaschema);
	}
	arena_free(arena);
	return is_ok;
}

/* ---- exported ---- */

struct json_schema *
json_schema_compile(struct arena *arena, const struct json_value *schema,
    const struct json_schema_options *options, struct json_schema_error *ret_error)
{
	static const struct json_schema_options defaults = { .assert_format = true };

	*ret_error = (struct json_schema_error){ 0 };
	if (schema->type != JSON_OBJECT && schema->type != JSON_BOOL) {
		*ret_error = (struct json_schema_error){ .pointer = "", .schema_pointer = "#", .keyword = "schema",
			.message = "a schema must be an object or a boolean" };
		return NULL;
	}
	return build(arena, schema, options ? options : &defaults, false, false, ret_error);
}

struct json_schema *
json_schema_ref(struct json_schema *schema)
{
	atomic_fetch_add_explicit(&schema->n_refs, 1, memory_order_relaxed);
	return schema;
}

void
json_schema_unref(struct json_schema *schema)
{
	if (!schema || atomic_fetch_sub_explicit(&schema->n_refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < schema->n_regexes; i++)
		schema->engine->free(schema->regexes[i].regex);
	arena_free(schema->arena);
	free(schema);
}

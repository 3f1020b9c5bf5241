/* Keywords that hold schemas, followed breadth first. */
#include "model/walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *keyword; enum holder holder; } holders[] = {
	{ "properties", HOLDS_MAP }, { "patternProperties", HOLDS_MAP }, { "definitions", HOLDS_MAP }, { "$defs", HOLDS_MAP },
	{ "dependencies", HOLDS_MAP }, { "dependentSchemas", HOLDS_MAP }, { "allOf", HOLDS_LIST }, { "anyOf", HOLDS_LIST },
	{ "oneOf", HOLDS_LIST }, { "prefixItems", HOLDS_LIST }, { "items", HOLDS_ONE }, { "additionalItems", HOLDS_ONE },
	{ "additionalProperties", HOLDS_ONE }, { "contains", HOLDS_ONE }, { "not", HOLDS_ONE }, { "if", HOLDS_ONE }, { "then", HOLDS_ONE },
	{ "else", HOLDS_ONE }, { "propertyNames", HOLDS_ONE }, { "unevaluatedItems", HOLDS_ONE }, { "unevaluatedProperties", HOLDS_ONE },
};

enum holder
schema_holder(const char *keyword)
{
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		if (strcmp(holders[i].keyword, keyword) == 0)
			return holders[i].holder;
	}
	return HOLDS_NONE;
}

struct walk {
	struct arena *arena;
	struct schema_node *last;
	size_t n;
};

static void
add_node(struct walk *walk, const struct schema_node *node)
{
	bool is_schema = node->value->type == JSON_OBJECT || node->value->type == JSON_BOOL; /* of "dependencies" some are lists */

	if (!is_schema || walk->n >= SCHEMA_NODES_MAX + 1)
		return;
	struct schema_node *copy = arena_memdup(walk->arena, node, sizeof(*node));
	walk->last->next = copy;
	walk->last = copy;
	walk->n++;
}

static void
add_held(struct walk *walk, const struct schema_node *up, const char *keyword, const struct json_value *held)
{
	struct schema_node node = { .value = held, .up = up, .keyword = keyword, .index = -1 };
	bool is_list = held->type == JSON_LIST && (schema_holder(keyword) == HOLDS_LIST || strcmp(keyword, "items") == 0);

	if (is_list) {
		for (uint32_t i = 0; i < held->n; i++) {
			node.value = &held->items[i];
			node.index = i;
			add_node(walk, &node);
		}
	} else if (schema_holder(keyword) == HOLDS_MAP && held->type == JSON_OBJECT) {
		for (uint32_t i = 0; i < held->n; i++) {
			node.value = &held->members[i].value;
			node.name = held->members[i].name;
			add_node(walk, &node);
		}
	} else if (schema_holder(keyword) == HOLDS_ONE) {
		add_node(walk, &node);
	}
}

const struct schema_node *
schema_walk(struct arena *arena, const struct json_value *root)
{
	struct schema_node *first = ARENA_NEW(arena, struct schema_node);
	struct walk walk = { .arena = arena, .last = first, .n = 1 };

	*first = (struct schema_node){ .value = root, .index = -1 };
	for (const struct schema_node *node = first; node; node = node->next) {
		for (uint32_t i = 0; node->value->type == JSON_OBJECT && i < node->value->n; i++)
			add_held(&walk, node, node->value->members[i].name, &node->value->members[i].value);
	}
	return walk.n <= SCHEMA_NODES_MAX ? first : NULL;
}

static void
add_path(struct buf *buf, const struct schema_node *node)
{
	if (!node->up)
		return;
	add_path(buf, node->up);
	buf_add_char(buf, '/');
	buf_add_text(buf, node->keyword);
	if (node->name) {
		buf_add_char(buf, '/');
		for (const char *c = node->name; *c; c++)
			buf_add_text(buf, *c == '~' ? "~0" : *c == '/' ? "~1" : (char[]){ *c, '\0' });
	} else if (node->index >= 0) {
		buf_printf(buf, "/%" PRId64, node->index);
	}
}

const char *
schema_path(struct arena *arena, const struct schema_node *node, const char *keyword)
{
	struct buf buf;

	buf_init(&buf, arena, 64);
	add_path(&buf, node);
	if (keyword || buf.len == 0)
		buf_add_char(&buf, '/');
	if (keyword)
		buf_add_text(&buf, keyword);
	return buf.bytes;
}

/* ---- references ---- */

enum { STEP_BYTES_MAX = 512 };

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c | 0x20) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* One step of a pointer, unescaped; what follows it, or NULL when it is too long. */
static const char *
read_step(const char *at, char step[STEP_BYTES_MAX], size_t *ret_n)
{
	size_t n = 0;

	for (; *at && *at != '/'; at++) {
		char c = *at;
		if (n + 1 >= STEP_BYTES_MAX)
			return NULL;
		if (c == '~' && (at[1] == '0' || at[1] == '1')) {
			c = *++at == '0' ? '~' : '/';
		} else if (c == '%' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
			c = (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
			at += 2;
		}
		step[n++] = c;
	}
	step[n] = '\0';
	*ret_n = n;
	return at;
}

static const struct json_value *
follow_step(const struct json_value *value, const char *step, size_t n)
{
	char *end = NULL;

	if (value->type == JSON_OBJECT)
		return json_get_n(value, step, n);
	if (value->type != JSON_LIST || n == 0 || n > 9)
		return NULL;
	unsigned long index = strtoul(step, &end, 10);
	return *end == '\0' && index < value->n ? &value->items[index] : NULL;
}

const struct json_value *
schema_at(const struct json_value *root, const char *pointer)
{
	const struct json_value *value = root;
	char step[STEP_BYTES_MAX];
	size_t n = 0;

	if (pointer[0] != '#')
		return NULL;
	for (const char *at = pointer + 1; value && *at;) {
		if (*at != '/')
			return NULL; /* an anchor */
		at = read_step(at + 1, step, &n);
		if (!at)
			return NULL;
		value = follow_step(value, step, n);
	}
	return value;
}

const struct json_value *
schema_deref(const struct json_value *root, const struct json_value *node)
{
	for (int hops = 0; node && hops < REF_HOPS_MAX; hops++) {
		const struct json_value *ref = node->type == JSON_OBJECT ? json_get(node, "$ref") : NULL;
		if (!ref || ref->type != JSON_TEXT)
			return node;
		node = schema_at(root, ref->text);
	}
	return NULL;
}

/* The program a schema becomes: immutable nodes that its runner walks. */
#ifndef JSON_SCHEMA_PROGRAM_H
#define JSON_SCHEMA_PROGRAM_H

#include <stdatomic.h>

#include "schema/json_schema.h"

struct schema_resource; /* schema/internal.h */

enum schema_kind { SCHEMA_RULES, SCHEMA_TRUE, SCHEMA_FALSE };

enum schema_type_bit {
	TYPE_NULL = 1 << 0,
	TYPE_BOOLEAN = 1 << 1,
	TYPE_INTEGER = 1 << 2,
	TYPE_NUMBER = 1 << 3,
	TYPE_STRING = 1 << 4,
	TYPE_ARRAY = 1 << 5,
	TYPE_OBJECT = 1 << 6,
	TYPE_ANY = (1 << 7) - 1,
};

struct schema_nodes {
	const struct schema_node **list;
	size_t n;
};

/* An exact decimal: mantissa * 10^exponent. */
struct schema_decimal {
	uint64_t mantissa;
	long exponent;
	bool is_exact; /* false: more digits than fit, use doubles */
};

struct schema_number_rules {
	const struct json_value *minimum, *maximum, *exclusive_minimum, *exclusive_maximum, *multiple_of; /* or NULL */
	struct schema_decimal divisor;
};

typedef bool (*schema_format_check)(const char *text, size_t n_bytes);

struct schema_text_rules {
	uint64_t min_characters, max_characters;
	const void *regex; /* or NULL */
	schema_format_check format;
	bool is_regex_format;
};

struct schema_list_rules {
	uint64_t min_items, max_items;
	bool is_unique;
	struct schema_nodes prefix;
	const struct schema_node *rest;
	const struct schema_node *contains;
	uint64_t min_contains, max_contains;
	const struct schema_node *unevaluated;
	bool counts_contains_as_evaluated;
};

struct schema_property {
	const char *name;
	uint32_t n_name;
	uint32_t hash;
	const struct schema_node *node; /* NULL: only required */
	bool is_required;
};

struct schema_pattern {
	const void *regex;
	const struct schema_node *node;
};

/* When `name` is there: the names it needs, or the schema that applies, or both. */
struct schema_dependency {
	const struct json_member *name;
	const char *keyword;
	const struct json_value *names; /* list of text, or NULL */
	const struct schema_node *node; /* or NULL */
};

struct schema_object_rules {
	uint64_t min_members, max_members;
	struct schema_property *properties;
	uint32_t n_properties;
	uint32_t n_required;
	uint32_t *slots; /* open addressing, index + 1 into properties; n is mask + 1 */
	uint32_t mask;
	struct schema_pattern *patterns;
	size_t n_patterns;
	const struct schema_node *additional;
	const struct schema_node *names;
	struct schema_dependency *dependencies;
	size_t n_dependencies;
	const struct schema_node *unevaluated;
};

struct schema_logic_rules {
	const struct schema_node *ref;
	const struct schema_node *dynamic_ref; /* where it leads when no outer resource redirects it */
	const char *dynamic_anchor;            /* NULL: a plain reference */
	struct schema_nodes all_of, any_of, one_of;
	const struct schema_node *not_, *if_, *then_, *else_;
};

struct schema_node {
	enum schema_kind kind;
	uint32_t types; /* enum schema_type_bit */
	bool collects;  /* has unevaluatedItems or unevaluatedProperties */
	bool is_shared;  /* reached in several ways, which may meet the same value */
	bool is_on_path; /* while heights are measured */
	int height;      /* schemas applied in a row to one value, itself included; 0: not measured yet */
	const struct json_value *choices;  /* enum: the list, or NULL */
	const struct json_value *constant; /* or NULL */
	const struct schema_number_rules *number;
	const struct schema_text_rules *text;
	const struct schema_list_rules *list;
	const struct schema_object_rules *object;
	const struct schema_logic_rules *logic;
	const struct schema_place *place;
	const struct schema_resource *resource;
	struct schema_node *next;          /* all nodes, newest first */
	struct schema_node *next_unfilled;
};

struct schema_regex {
	const char *pattern;
	uint32_t n_bytes;
	void *regex;
};

struct json_schema {
	atomic_uint n_refs;
	struct arena *arena;
	const struct schema_node *root;
	bool has_dynamic_refs;
	const struct json_regex_engine *engine;
	struct schema_regex *regexes;
	size_t n_regexes;
};

#endif

/* What the makers of a schema's program share. */
#ifndef JSON_SCHEMA_INTERNAL_H
#define JSON_SCHEMA_INTERNAL_H

#include "schema/program.h"

enum {
	SCHEMA_NODES_MAX = 20000,
	SCHEMA_REGEXES_MAX = 1000,
	SCHEMA_RESOURCES_MAX = 1000,  /* and anchors of one resource: both are searched front to back */
	SCHEMA_PROGRAM_BYTES_MAX = 32 * 1024 * 1024,
	SCHEMA_DEPTH_MAX = 1000,      /* nested evaluations: instance depth and in-place references together */
	SCHEMA_REFS_MAX = 500,        /* schemas applied in a row to one value */
	SCHEMA_STEPS_MAX = 200000,    /* of one validation, some 20 ms, and for every byte of its text: */
	SCHEMA_STEPS_PER_BYTE = 2,
	SCHEMA_COMPILE_STEPS_MAX = 5000000, /* of a schema against its metaschema, whose cost grows with the schema alone */
	SCHEMA_EXPECTED_BYTES_MAX = 4096,
};

/* ---- where subschemas are ---- */

enum schema_vocabulary {
	VOCABULARY_CORE = 1 << 0,
	VOCABULARY_APPLICATOR = 1 << 1,
	VOCABULARY_UNEVALUATED = 1 << 2,
	VOCABULARY_VALIDATION = 1 << 3,
	VOCABULARY_FORMAT = 1 << 4,           /* annotation: asserted when the options say so */
	VOCABULARY_FORMAT_ASSERTION = 1 << 5,
	VOCABULARY_OTHER = 1 << 6,            /* content, metadata: nothing to check */
	VOCABULARY_ALL = VOCABULARY_CORE | VOCABULARY_APPLICATOR | VOCABULARY_UNEVALUATED | VOCABULARY_VALIDATION |
	    VOCABULARY_FORMAT | VOCABULARY_OTHER,
};

enum schema_draft {
	DRAFT_07 = 1 << 0,
	DRAFT_2020 = 1 << 1,
	DRAFT_MIXED = 1 << 2, /* no $schema: 2020-12 and the forms only draft-07 had */
};

struct schema_dialect {
	enum schema_draft draft;
	uint32_t vocabularies;
	const char *metaschema; /* URI */
};

struct schema_node;

/* A dynamic anchor of a resource: name and, once compiled, where it leads. */
struct schema_anchor {
	const char *name;
	const struct json_value *value;
	const struct schema_node *node; /* of dynamic anchors that some $dynamicRef may reach */
	bool is_dynamic;
	struct schema_anchor *next;
};

/* A schema with its own base URI. */
struct schema_resource {
	const char *uri; /* absolute where known, without fragment; "" for a root without $id */
	const struct json_value *root;
	struct schema_dialect dialect;
	struct schema_anchor *anchors;
	size_t n_anchors;
	struct schema_resource *next;
};

/* A place in a document where a schema stands. */
struct schema_place {
	const struct json_value *value;
	struct schema_resource *resource;
	const struct schema_place *outer; /* NULL for a document's root */
	const char *document;             /* URI of the document; NULL for the schema being compiled */
	const char *keyword;              /* of outer: "properties" */
	const char *token;                /* "/properties/name": the name, or NULL */
	uint32_t n_token;
	int64_t index;                    /* "/allOf/0": the index, or -1 */
	bool is_ref_only;                 /* draft-07: the siblings of a $ref count for nothing */
	struct schema_node *node;
};

/* ---- compiling ---- */

struct schema_compiler {
	struct json_schema *program;
	struct arena *arena; /* the program's */
	const struct json_schema_options *options;
	struct arena *error_arena;
	struct json_schema_error *error; /* keyword NULL: none yet */
	struct schema_resource *resources, **last_resource;
	size_t n_resources;
	struct schema_place **places; /* open addressing by value */
	size_t n_places, places_capacity;
	struct schema_node *nodes;
	struct schema_node *unfilled;
	size_t n_nodes;
	bool is_mixed;   /* compiling the metaschema of DRAFT_MIXED */
	bool is_trusted; /* a metaschema: not checked against its own; patterns are optional */
};

/* Record the first failure; always false. */
bool schema_fail(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- json_schema_scan.c: where the subschemas of a document are ---- */

/* Value of a keyword, or NULL when the place has none or its dialect does not know it. */
const struct json_value *schema_keyword(const struct schema_place *place, const char *keyword);

/* Take in a document (a copy of value) with its subschemas, resources and anchors; NULL: failed.
 * name is its URI in messages, NULL for the schema being compiled. */
struct schema_place *schema_load(struct schema_compiler *c, const char *uri, const struct json_value *value,
    const char *name, const struct schema_dialect *dialect);

/* The place of a value that a scan has met, or NULL. */
struct schema_place *schema_place_of(const struct schema_compiler *c, const struct json_value *value);

/* A schema in a place no scan recognised, reached by a JSON pointer. */
struct schema_place *schema_place_late(struct schema_compiler *c, const struct json_value *value,
    const struct schema_place *outer, const char *pointer);

/* ---- json_schema_ref.c: what a reference names ---- */

/* NULL: failed.  *ret_anchor is the dynamic anchor that was named, or NULL. */
struct schema_place *schema_resolve(struct schema_compiler *c, const struct schema_place *place,
    const char *keyword, const struct json_value *reference, const struct schema_anchor **ret_anchor);

/* The dialect a $schema names.  False: failed. */
bool schema_dialect_find(struct schema_compiler *c, const struct schema_place *place, const char *uri,
    struct schema_dialect *ret_dialect);
struct schema_dialect schema_dialect_default(const struct json_schema_options *options);

/* "#/properties/a", preceded by the document's URI when it is not the schema itself. */
const char *schema_place_text(struct arena *arena, const struct schema_place *place, const char *keyword);

/* json_schema_validate within a number of steps. */
bool schema_validate_within(const struct json_schema *schema, const struct json_value *instance, struct arena *arena,
    struct json_schema_errors *errors, int64_t n_steps);

/* ---- json_schema_compile.c, json_schema_rules.c, json_schema_object.c: places to nodes ---- */

/* The node of a place, made on first use and filled later; NULL: failed. */
const struct schema_node *schema_node_of(struct schema_compiler *c, struct schema_place *place);

/* Node of the subschema under a keyword.  *ret_node is NULL when there is none.  False: failed. */
bool schema_child(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct schema_node **ret_node);
bool schema_children(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    struct schema_nodes *ret_nodes);
/* A non-negative whole number; *ret_count is untouched when there is none. */
bool schema_count(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    uint64_t *ret_count);
bool schema_regex(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const char *pattern, uint32_t n_bytes, const void **ret_regex);
bool schema_expect(struct schema_compiler *c, const struct schema_place *place, const char *keyword,
    const struct json_value *value, enum json_type type);

bool schema_fill_rules(struct schema_compiler *c, struct schema_node *node);
bool schema_fill_object(struct schema_compiler *c, struct schema_node *node);

/* Text of a built-in metaschema document, or NULL.  is_mixed: the one that allows draft-07's forms too. */
const char *schema_metaschema_text(const char *uri, bool is_mixed);

/* ---- URIs (json_schema_uri.c) ---- */

char *schema_uri_resolve(struct arena *arena, const char *base, const char *reference);
/* Cut "#..." off uri in place and return the percent-decoded fragment ("" when there is none). */
const char *schema_uri_cut_fragment(struct arena *arena, char *uri);

/* ---- formats, numbers ---- */

schema_format_check schema_format_find(const char *name);
struct schema_decimal schema_decimal_of(const struct json_value *number);
bool schema_is_multiple(const struct json_value *number, const struct schema_number_rules *rules);
int schema_compare_numbers(const struct json_value *a, const struct json_value *b);

#endif

/* JSON Schema, draft-07 and 2020-12: compiled once into an immutable program, run on parsed instances.
 * Source: json-schema.org specifications; held against the official JSON-Schema-Test-Suite. */
#ifndef JSON_SCHEMA_H
#define JSON_SCHEMA_H

#include "json/json.h"

/* Immutable and reference counted: workers share it. */
struct json_schema;

struct json_schema_error {
	const char *pointer;      /* instance location, "" for the root */
	const char *schema_pointer; /* keyword location, "#/properties/a/type" */
	const char *keyword;
	const char *message;      /* "must be string" */
	const char *expected;     /* JSON text of the expected value, or NULL */
};

enum { JSON_SCHEMA_ERRORS_MAX = 100 };

struct json_schema_errors {
	struct json_schema_error list[JSON_SCHEMA_ERRORS_MAX];
	size_t n;
	bool is_exhausted; /* a work limit was met: the verdict is "invalid", the list names the limit */
};

/* A document that $ref may name by its absolute URI without any fetching (tests, metaschemas). */
struct json_schema_document {
	const char *uri;
	const struct json_value *value;
};

enum json_regex_verdict { JSON_REGEX_NO_MATCH, JSON_REGEX_MATCH, JSON_REGEX_GAVE_UP };

/* How patterns are matched: this layer links no regex library.  io/regex.h has the instance. */
struct json_regex_engine {
	void *(*compile)(const char *pattern, size_t n_bytes, struct arena *arena, const char **ret_message);
	/* Unanchored.  An impatient call gives up early; a patient one may cost 20 times more. */
	enum json_regex_verdict (*match)(const void *regex, const char *text, size_t n_bytes, bool is_patient);
	void (*free)(void *regex);
};

enum json_schema_dialect {
	JSON_SCHEMA_BY_KEYWORD, /* $schema decides; without one: 2020-12 that honours draft-07's forms too */
	JSON_SCHEMA_DRAFT_07,
	JSON_SCHEMA_2020_12,
};

struct json_schema_options {
	const struct json_schema_document *documents; /* may be NULL */
	size_t n_documents;
	bool assert_format; /* the product's default is true; the official suite's optional */
	const struct json_regex_engine *regex; /* NULL: a schema with a pattern does not compile */
	enum json_schema_dialect dialect;      /* of schemas without $schema */
};

/* Compile.  NULL on failure with *ret_error filled (strings in arena).  options may be NULL: assert_format true.
 * The program owns copies of what it needs; `schema` and `arena` may die afterwards. */
struct json_schema *json_schema_compile(struct arena *arena, const struct json_value *schema,
    const struct json_schema_options *options, struct json_schema_error *ret_error);

struct json_schema *json_schema_ref(struct json_schema *schema);
void json_schema_unref(struct json_schema *schema); /* accepts NULL */

/* True when valid.  With errors == NULL stops at the first violation (fast path); else lists them in arena. */
bool json_schema_validate(const struct json_schema *schema, const struct json_value *instance,
    struct arena *arena, struct json_schema_errors *errors);

#endif

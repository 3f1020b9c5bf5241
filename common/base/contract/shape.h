/* Shapes: tables that describe the C structs of the contract, so that one interpreter each can read and
 * write msgpack, JSON and database rows, check limits, and publish schemas.  Tables are generated (proto/). */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum shape_type {
	SHAPE_BOOL,   /* bool               optional: const bool *    */
	SHAPE_INT,    /* int64_t            optional: const int64_t * */
	SHAPE_TIME,   /* int64_t, microseconds since 1970 UTC; optional: const int64_t *.  JSON: ISO-8601, ms, Z */
	SHAPE_TEXT,   /* const char *       absent: NULL              */
	SHAPE_DOC,    /* struct doc         absent: .json == NULL     */
	SHAPE_STRUCT, /* const struct x *   absent: NULL              */
	SHAPE_LIST,   /* struct shape_list  absent: .items == NULL (an empty list has items) */
};

/* A free-form JSON document carried as text: valid JSON, strict (checked once where it enters). */
struct doc {
	const char *json; /* not NUL-terminated in general */
	size_t len;
};

/* Memory layout shared by every generated list member.  Items are laid out as
 * SHAPE_INT: int64_t; SHAPE_TEXT: const char *; SHAPE_DOC: struct doc; SHAPE_STRUCT: the structs themselves. */
struct shape_list {
	const void *items;
	size_t n;
};

enum shape_flag {
	SHAPE_REQUIRED = 1 << 0,
	SHAPE_NULLABLE = 1 << 1,    /* JSON output writes null when absent (otherwise the key is left out) */
	SHAPE_DOC_TEXT = 1 << 2,    /* DOC input may also come as a JSON string holding the document's text */
	SHAPE_SECRET = 1 << 3,      /* never logged, never in an event */
	SHAPE_DOC_OBJECT = 1 << 4,  /* DOC must be a JSON object */
	SHAPE_AGENT_REQUIRED = 1 << 5, /* an agent's tool call must send it: the version token of a change */
	SHAPE_ID = 1 << 6,          /* INT, or LIST of INT, that names rows */
	SHAPE_RAW = 1 << 7,         /* DOC that is the whole body as it was sent, for a signature */
	SHAPE_SLUG = 1 << 8,        /* INT that names a row; the row's slug may come instead, until the service has looked it up */
	SHAPE_META = 1 << 9,        /* of a response: REST writes it beside the data, in meta */
};

/* Where a field travels over REST.  SHAPE_IN_MCP: nowhere; only the MCP surface fills or reads it.  SHAPE_IN_COOKIE: of an answer, in a cookie and
 * never in a body. */
enum shape_in { SHAPE_IN_BODY, SHAPE_IN_PATH, SHAPE_IN_QUERY, SHAPE_IN_HEADER, SHAPE_IN_MCP, SHAPE_IN_COOKIE };

struct shape;

struct shape_field {
	const char *name;    /* camelCase: JSON and msgpack key */
	const char *column;  /* snake_case: SQL column */
	enum shape_type type;
	enum shape_type item; /* of a SHAPE_LIST: INT, TEXT, DOC or STRUCT */
	uint32_t flags;       /* enum shape_flag */
	enum shape_in in;
	const char *header;   /* lower case: SHAPE_IN_HEADER travels in it only, any other field may (If-Match); or NULL */
	uint32_t offset;      /* in the struct */
	uint32_t slug_offset; /* SHAPE_SLUG: of the const char * beside it, NULL where an id came */
	int64_t min, max;     /* INT: value; TEXT, DOC: bytes; LIST: items.  TEXT max is never 0 in a request */
	const struct shape *shape;    /* of STRUCT and of LIST of STRUCT */
	const char *const *choices;   /* TEXT: NULL-terminated closed set, or NULL */
	const char *pattern;          /* TEXT: PCRE2 pattern the whole value matches, or NULL */
	const char *default_text;     /* documentation and input default as JSON text, or NULL */
	const char *doc;
	const char *example;          /* JSON text, or NULL */
	const char *code;             /* error code of an input whose first violation is in this field, NULL: VALIDATION_ERROR */
};

struct shape {
	const char *name;
	size_t size; /* sizeof the struct */
	const struct shape_field *fields;
	size_t n_fields;
};

/* One thing wrong with an input. */
struct violation {
	const char *pointer;  /* JSON pointer, "" for the root */
	const char *keyword;  /* "type", "required", "maxLength", "unknown", ... */
	const char *message;  /* "must be an integer between 1 and 500" */
	const char *expected; /* the expected shape as JSON-Schema-like text, or NULL */
	const char *example;  /* a value that would do, as JSON text, or NULL */
};

enum { VIOLATIONS_MAX = 64 };

struct violations {
	struct violation list[VIOLATIONS_MAX];
	size_t n; /* at most VIOLATIONS_MAX; later ones are dropped */
	/* Required fields of the root that a reader met or already reported: how codec_json_finish tells a plain
	 * member that was sent as 0 from one that was not sent. */
	const struct shape_field *settled[VIOLATIONS_MAX];
	size_t n_settled;
};

/* Access to one member of a described struct: the only place that knows the member types above. */
bool shape_is_present(const struct shape_field *field, const void *object);
bool shape_get_bool(const struct shape_field *field, const void *object);
int64_t shape_get_int(const struct shape_field *field, const void *object); /* INT and TIME */
const char *shape_get_text(const struct shape_field *field, const void *object);
struct doc shape_get_doc(const struct shape_field *field, const void *object);
const void *shape_get_struct(const struct shape_field *field, const void *object);
struct shape_list shape_get_list(const struct shape_field *field, const void *object);
const char *shape_get_slug(const struct shape_field *field, const void *object); /* NULL: none, or no SHAPE_SLUG */

void shape_set_bool(struct arena *arena, const struct shape_field *field, void *object, bool value);
void shape_set_int(struct arena *arena, const struct shape_field *field, void *object, int64_t value);
void shape_set_text(const struct shape_field *field, void *object, const char *value);
void shape_set_doc(const struct shape_field *field, void *object, struct doc value);
void shape_set_struct(const struct shape_field *field, void *object, const void *value);
/* The id beside it becomes 0: present, and no row's. */
void shape_set_slug(struct arena *arena, const struct shape_field *field, void *object, const char *slug);
void shape_set_list(const struct shape_field *field, void *object, struct shape_list value);

/* JSON text to show whoever sent something else; NULL: none.  Ids and versions are visible placeholders. */
const char *shape_field_example(struct arena *arena, const struct shape_field *field);

/* Bytes of one item of a SHAPE_LIST. */
size_t shape_item_size(const struct shape_field *field);

#endif

/* Strict JSON reader: RFC 8259, valid UTF-8, no duplicate keys, integers within int64, bounded depth.
 * Values live in the arena; text points into the arena (unescaped) and is NUL-terminated. */
#ifndef JSON_H
#define JSON_H

#include <stdint.h>

#include "arena.h"
#include "buf.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_LIST, JSON_OBJECT };

enum { JSON_DEPTH_MAX = 64 };

struct json_value {
	enum json_type type;
	uint32_t n;          /* bytes of TEXT and of a REAL's number, items of LIST, members of OBJECT */
	uint32_t start, end; /* the value's bytes in the source: [start, end) */
	union {
		bool boolean;
		int64_t integer;
		struct {
			double real;
			const char *number; /* the source's n bytes, so that 1.10 stays 1.10; NULL: print `real` */
		};
		const char *text;
		const struct json_value *items;
		struct {
			const struct json_member *members; /* in source order */
			const struct json_member *const *order; /* sorted for lookup when n is large, or NULL */
		};
	};
};

struct json_member {
	const char *name;
	uint32_t n_name; /* bytes */
	uint32_t hash;   /* json_name_hash of the name, or 0: not computed (members made by hand) */
	struct json_value value;
};

struct json_error {
	size_t offset; /* bytes */
	size_t line, column; /* from 1 */
	const char *message; /* "duplicate key \"a\"", "integer outside the 64-bit range", ... */
};

struct json_limits {
	size_t depth_max;  /* 0: JSON_DEPTH_MAX */
	bool allow_nul;    /* \u0000 inside strings (schema test suites need it); default refused */
	bool allow_big_numbers; /* integers beyond int64 become reals; default refused */
};

/* NULL on failure with *ret_error filled.  limits may be NULL for the defaults.  At most UINT32_MAX bytes. */
const struct json_value *json_parse(struct arena *arena, const char *text, size_t n_bytes,
    const struct json_limits *limits, struct json_error *ret_error);

/* Member of an object or NULL.  First match; objects have no duplicates. */
const struct json_value *json_get(const struct json_value *object, const char *name);
const struct json_value *json_get_n(const struct json_value *object, const char *name, size_t n_name);

/* Never 0.  Not seeded: fit for tables whose worst case is bounded some other way. */
uint32_t json_name_hash(const char *name, size_t n_name);

/* The same lookup when the name's hash is known. */
const struct json_value *json_find(const struct json_value *object, const char *name, size_t n_name, uint32_t hash);

/* A deep copy that needs nothing but its arena. */
const struct json_value *json_copy(struct arena *arena, const struct json_value *value);

/* Same value by JSON's rules: 1 equals 1.0, key order is ignored. */
bool json_equal(const struct json_value *a, const struct json_value *b);

/* Compact text of a value (numbers keep their source meaning). */
void json_write(struct buf *buf, const struct json_value *value);

/* The same with a line for each value, indented by two spaces. */
void json_write_pretty(struct buf *buf, const struct json_value *value);

/* At least how many bytes that text has, counted up to just beyond enough: values made by hand may hold one value many
 * times, so their text can be far larger than what they were made of. */
size_t json_size(const struct json_value *value, size_t enough);

/* Canonical text: sorted keys, compact, equal values alike.  Used for hashes.  RFC 8785, except that integers keep
 * their 64 bits and whole reals beyond those an exponent. */
void json_write_canonical(struct buf *buf, const struct json_value *value, struct arena *scratch);

/* RFC 7396: the document that results from applying patch to target (target may be NULL). */
const struct json_value *json_merge_patch(struct arena *arena, const struct json_value *target,
    const struct json_value *patch);

#endif

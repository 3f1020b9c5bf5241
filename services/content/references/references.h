/* References of items: found when a version is written, held against what they point to, and asked for from the other end. */
#ifndef REFERENCES_H
#define REFERENCES_H

#include "content.h"
#include "references/collect.h"

/* What is to be known of the type an item is written under. */
struct reference_type {
	int64_t id;
	bool has_references;
};

/* The references that a version with this data has; none when the type has none.  With is_checked their targets are locked and must exist and be
 * of an allowed type.  Errors: CONTENT_REFERENCE_INVALID, CONTENT_REFERENCE_TYPE_MISMATCH, CONTENT_SCHEMA_VALIDATION_FAILED (too many). */
const struct error *references_find(struct request *req, const struct reference_type *type, const struct json_value *data, bool is_checked,
    struct references *ret_references) MUST_CHECK;

#define REFERENCE_TO_ITEM "content_item"
#define REFERENCE_TO_ASSET "asset"

/* That nobody refers to the locked item or asset but itself, unless it is forced.  Error: code, CONTENT_ITEM_REFERENCED or one of assets. */
struct reference_target {
	const char *kind;
	int64_t id;
	enum error_code code;
};
const struct error *references_check_unused(struct request *req, const struct reference_target *target, const bool *force) MUST_CHECK;

/* The items that those of a page refer to at some paths, each once: heads, or what the public sees.  Rows of struct content_item.
 * Error: CONTENT_ITEMS_INCLUDE_FIELD_UNKNOWN, RESPONSE_TOO_LARGE, AS_OF_IN_FUTURE. */
struct include_view {
	bool is_published;
	const int64_t *as_of; /* NULL: now */
};
const struct error *references_include(struct request *req, const struct shape_list *items, const struct shape_list *paths, const struct include_view *view,
    struct shape_list *ret_included) MUST_CHECK;

/* ---- statements.c ---- */

/* Queued: those of a version, and that what it supersedes is history.  published: the version that the public sees, 0: none. */
struct version_references {
	int64_t item_id, version, published;
};
/* Queued, with the schema of a type. */
void store_type_has_references(struct request *req, int64_t type_id);
void store_references(struct request *req, const struct version_references *of, const struct references *references);

#endif

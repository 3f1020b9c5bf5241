/* Where a type's schema comes from: itself, or a manifest. */
#ifndef MODEL_SOURCE_H
#define MODEL_SOURCE_H

#include "content.h"

/* Both may be absent, which changes nothing. */
struct schema_source {
	struct doc schema, manifest;
};

/* Schema, its hash and its manifest into the row, when they may be a type's; a schema that was given leaves no manifest.
 * *ret_warnings: rows of struct schema_warning.
 * Errors: CONTENT_TYPE_SCHEMA_SOURCE_CONFLICT, INVALID_CONTENT_SCHEMA_*. */
const struct error *source_take(struct request *req, const struct schema_source *source, struct content_type_row *row,
    struct shape_list *ret_warnings) MUST_CHECK;

#endif

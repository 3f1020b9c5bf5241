/* The one way in which a type changes: what its items say, the new state, the event. */
#ifndef TYPES_PUT_H
#define TYPES_PUT_H

#include "content.h"

struct type_put {
	const struct content_type_row *old; /* locked */
	struct content_type_row row;        /* what it is to be; type_put raises its versions */
	const struct shape_list *steps;     /* for the items there are; NULL: none */
	bool is_forced;                     /* whatever it breaks */
	bool is_report;                     /* what it breaks is told, not refused: a dry run */
	struct shape_list warnings;
};

/* Errors: CONTENT_SCHEMA_INCOMPATIBLE, CONTENT_SCHEMA_MIGRATION_RUNNING, CONTENT_TYPE_SLUG_CONFLICT, INVALID_MIGRATION_STEP,
 * SINGLETON_CONTENT_TYPE_REQUIRES_ONE_ITEM.  Emits: content_type.update. */
const struct error *type_put(struct request *req, struct type_put *put, struct content_type *out) MUST_CHECK;

/* As it was: what its items do not satisfy is an error, also in a dry run.  Emits nothing when it is so already.  Errors: the same, CONTENT_TYPE_NOT_FOUND. */
const struct error *type_put_back(struct request *req, int64_t id, const struct content_type_row *then, bool *ret_is_unchanged) MUST_CHECK;

#endif

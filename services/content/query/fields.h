/* The fields that schemas declare queryable, kept beside the items. */
#ifndef FIELDS_H
#define FIELDS_H

#include "content.h"
#include "process.h"

/* Within the transaction that gives a type this schema: what it declares from now on.  Where items are without values of a new field, a process
 * writes them, and the field is served by index when it is done.  Error: INVALID_CONTENT_SCHEMA_DEFINITION. */
const struct error *fields_follow_schema(struct request *req, int64_t type_id, const char *schema, bool is_new) MUST_CHECK;

extern const struct process_kind fields_build_kind;

#endif

/* What was written under an earlier schema of its type, taken to the present one. */
#ifndef SCHEMA_CARRY_H
#define SCHEMA_CARRY_H

#include "content.h"
#include "json/json.h"

struct carried {
	const char *what, *way_out; /* "version 3", and what to do where it cannot be carried over */
	int64_t type_id, from, to; /* schemas */
	const char *schema_hash;   /* of the present one */
	struct doc text;           /* in: as it was; out: as it is now */
	const struct json_value *data; /* the same */
	bool is_changed;
};

/* By the recorded steps, where there are any between the schemas; then held against the present one.  The refusal says what was tried and the way out.
 * Error: CONTENT_SCHEMA_VALIDATION_FAILED. */
const struct error *carry_over(struct request *req, struct carried *carried) MUST_CHECK;

/* Whether there are steps from this schema on. */
const struct error *carry_is_recorded(struct request *req, int64_t type_id, int64_t from, bool *ret_is_recorded) MUST_CHECK;

#endif

/* Schemas and data as the caller sent them, held against each other; every refusal lists all that is wrong. */
#ifndef VALIDATION_H
#define VALIDATION_H

#include "content.h"
#include "json/json.h"

/* A schema that may become a type's: JSON object that compiles, also with its localized nodes as maps of locales.
 * Errors: INVALID_CONTENT_SCHEMA_JSON, INVALID_CONTENT_SCHEMA_TYPE, INVALID_CONTENT_SCHEMA_DEFINITION. */
const struct error *validation_schema(struct request *req, struct doc schema, const struct json_value **ret_schema) MUST_CHECK;

struct json_schema;

/* A stored schema's program, as data is held against it: a reference for the caller to give back. */
const struct error *validation_program(struct request *req, const char *schema, struct json_schema **ret_program) MUST_CHECK;

/* Data that is not too much.  Errors: VALIDATION_ERROR, CONTENT_DATA_TOO_MANY_VALUES. */
const struct error *validation_size(struct request *req, struct doc data) MUST_CHECK;

/* Data from the caller, parsed.  Errors: those of validation_size, INVALID_CONTENT_DATA_JSON. */
const struct error *validation_data(struct request *req, struct doc data, const struct json_value **ret_data) MUST_CHECK;

/* Data from the database, parsed: it was valid once, anything else is our fault. */
const struct error *validation_stored_data(struct request *req, struct doc data, const struct json_value **ret_data) MUST_CHECK;

/* Data against the schema with this hash of this type (compiled once per process while it stays in the cache).
 * Error: CONTENT_SCHEMA_VALIDATION_FAILED. */
const struct error *validation_item(struct request *req, int64_t type_id, const char *schema_hash,
    const struct json_value *data) MUST_CHECK;

#endif

/* The steps that a type's schema changes came with, from any of its schemas to the present one. */
#ifndef SCHEMA_CHAIN_H
#define SCHEMA_CHAIN_H

#include "content.h"
#include "schema_change/steps.h"

enum { CHAIN_MAX = 200, CHAIN_STEPS_MAX = 50 };

struct chain_link {
	int64_t schema_version; /* that the steps lead to */
	struct schema_steps steps;
};

struct schema_chain {
	struct chain_link list[CHAIN_MAX + 1]; /* the earliest first */
	size_t n;
};

/* Steps as they came with a request.  Error: VALIDATION_ERROR, which says where and shows one that would do. */
const struct error *chain_read_steps(struct request *req, const struct shape_list *steps, struct schema_steps *ret_steps) MUST_CHECK;

/* The same steps as text for the database, and back as a list of struct schema_step. */
const char *chain_steps_text(struct request *req, const struct shape_list *steps);
const struct error *chain_stored_steps(struct request *req, const char *text, struct shape_list *ret_steps) MUST_CHECK;

/* Whether a text is such a list of steps that could have come with a request. */
bool chain_text_is_good(struct request *req, const char *text);

/* What is recorded of the schemas above one, the latest CHAIN_MAX. */
const struct error *chain_load(struct request *req, int64_t type_id, int64_t above, struct schema_chain *ret_chain) MUST_CHECK;
void chain_append(struct schema_chain *chain, int64_t schema_version, const struct schema_steps *steps);

/* A document of a schema as the present schema wants it. */
const struct json_value *chain_apply(struct arena *arena, const struct schema_chain *chain, int64_t schema_version, const struct json_value *document);

#endif

/* Recorded steps on one document. */
#include "schema_change/carry.h"

#include <inttypes.h>

#include "schema_change/chain.h"
#include "schema_change/migration_store.h"
#include "validation.h"

static const struct error *
apply_recorded(struct request *req, struct carried *carried, size_t *ret_n_links)
{
	struct schema_chain *chain = ARENA_NEW(req->arena, struct schema_chain);
	struct buf text;
	const struct error *error = chain_load(req, carried->type_id, carried->from, chain);

	if (error)
		return error;
	const struct json_value *after = chain_apply(req->arena, chain, carried->from, carried->data);
	*ret_n_links = chain->n;
	if (after == carried->data)
		return NULL;
	buf_init(&text, req->arena, carried->text.len + 256);
	json_write(&text, after);
	carried->data = after;
	carried->text = (struct doc){ text.bytes, text.len };
	carried->is_changed = true;
	return validation_size(req, carried->text);
}

const struct error *
carry_is_recorded(struct request *req, int64_t type_id, int64_t from, bool *ret_is_recorded)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = store_migration_steps(req, type_id, from, 1, &rows);

	*ret_is_recorded = rows.n > 0;
	return error;
}

const struct error *
carry_over(struct request *req, struct carried *carried)
{
	size_t n_links = 0;
	const struct error *error = carried->from < carried->to ? apply_recorded(req, carried, &n_links) : NULL;

	if (!error)
		error = validation_item(req, carried->type_id, carried->schema_hash, carried->data);
	if (!error || carried->from >= carried->to || error->info != &error_catalogue[ERROR_CONTENT_SCHEMA_VALIDATION_FAILED])
		return error;
	struct error *refusal = FAIL(req, CONTENT_SCHEMA_VALIDATION_FAILED, "%s was written under schema %" PRId64 " of its type, which has schema %" PRId64 " now; %s: %s", carried->what,
	    carried->from, carried->to, n_links > 0 ? "the steps recorded in between do not make it satisfy that" : "no steps are recorded in between, and it does not satisfy that",
	    error->message);
	refusal->remediation = carried->way_out;
	return error_at(refusal, error->pointer, error->context);
}

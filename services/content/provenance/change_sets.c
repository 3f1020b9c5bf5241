/* What each operation on change sets decides: a label of changes gets a name and a reason. */
#include <inttypes.h>

#include "content_queries.h"
#include "cursor.h"
#include "id.h"
#include "provenance/origin.h"
#include "rules.h"
#include "secret.h"
#include "store.h"

static struct content_change_set
view(const struct content_change_set_row *row)
{
	return (struct content_change_set){ .id = row->id, .change_set = row->label, .name = row->name, .reason = row->reason, .opened_by = row->opened_by,
		.opened_at = row->opened_at, .session = row->session, .actor_kind = origin_kind(row->opened_by), .surface = row->surface,
		.prompt_hash = row->prompt_hash };
}

static const char *
new_label(struct request *req)
{
	unsigned char random[10];
	char *label = arena_alloc(req->arena, UUID_TEXT_BYTES);

	secret_random(random, sizeof(random));
	uuid7_format(label, req->now_us, random);
	return label;
}

const struct error *
content_changesets_open(struct request *req, const struct content_changesets_open_request *in, struct content_change_set *out)
{
	const struct content_change_set_row *row = NULL;
	const char *label = in->change_set ? in->change_set : new_label(req);

	const struct error *error = query_find(req, &content_change_set_insert_query,
	    PARAMS(P_TEXT(label), P_TEXT(in->name), P_TEXT(in->reason), P_TEXT(store_actor(req)), P_TIME(rules_stored_time(req->now_us)),
	        P_TEXT(req->labels.surface), P_TEXT(req->labels.session), P_TEXT(req->labels.prompt_hash)), &row);
	if (error)
		return error;
	*out = view(row);
	if (req->dry_run)
		out->id = 0; /* the one it would get is not known before it is opened */
	emit_change_set_create(req, row->id, 0, &(struct change_set_create_event){ .label = row->label, .name = row->name, .reason = row->reason });
	return NULL;
}

const struct error *
content_changesets_get(struct request *req, const struct content_changesets_get_request *in, struct content_change_set *out)
{
	const struct content_change_set_row *row = NULL;
	const struct error *error = query_find(req, &content_change_set_get_query, PARAMS(P_TEXT(in->change_set)), &row);

	if (error)
		return error;
	if (!row)
		return FAIL_AT(req, CHANGE_SET_NOT_FOUND, "/changeSet", "nobody has opened a change set '%s'", in->change_set);
	*out = view(row);
	return NULL;
}

const struct error *
content_changesets_list(struct request *req, const struct content_changesets_list_request *in, struct content_changesets_list_response *out)
{
	struct shape_list rows = { .n = 0 };
	int64_t before = INT32_MAX;

	if (in->cursor && !cursor_read_rows(req->arena, in->cursor, "change-sets", &before))
		return FAIL_AT(req, INVALID_CURSOR, "/cursor", "the cursor is invalid: send a nextCursor as it was received, or none");
	const struct error *error = query_list(req, &content_change_sets_list_query, PARAMS(P_INT(before), P_INT(*in->limit + 1)), &rows);
	if (error)
		return error;
	size_t n = rows.n > (size_t)*in->limit ? (size_t)*in->limit : rows.n;
	struct content_change_set *sets = ARENA_ARRAY(req->arena, struct content_change_set, n + 1);
	for (size_t i = 0; i < n; i++)
		sets[i] = view((const struct content_change_set_row *)rows.items + i);
	*out = (struct content_changesets_list_response){ .change_sets = { sets, n }, .limit = *in->limit, .has_more = rows.n > n,
		.next_cursor = rows.n > n ? cursor_of_rows(req->arena, "change-sets", sets[n - 1].id) : NULL };
	return NULL;
}

/* One type, asset or release back to what it was before the changes that are meant. */
#include "undo/things.h"

#include <inttypes.h>
#include <string.h>

#include "content_queries.h"
#include "query/fields.h"
#include "rules.h"
#include "store.h"
#include "types_put.h"

void
change_note(struct request *req, const struct change_note *note)
{
	query_send(req, &content_change_note_query, PARAMS(P_TEXT(note->kind), P_INT(note->id), P_TEXT(note->action), P_BOOL(note->was_there), P_BOOL(note->is_there),
	    P_TIME(req->now_us), P_TEXT(store_actor(req)), P_LABELS(req)));
}

/* ---- what became of it ---- */

const struct error *
undo_take_refusal(struct request *req, const struct error *error, const char **outcome, const char **code, const char **reason)
{
	if (error->info->status >= 500 || req->must_rerun || req->is_lost)
		return error;
	*outcome = error->info == &error_catalogue[ERROR_VERSION_CONFLICT] ? "conflict" : "refused";
	*code = error->info->code;
	*reason = error->message;
	return NULL;
}

static const struct error *
settle(struct request *req, const struct error *error, const char *outcome, struct undone_thing *result)
{
	result->code = NULL;
	result->reason = NULL;
	if (error)
		return undo_take_refusal(req, error, &result->outcome, &result->code, &result->reason);
	result->outcome = outcome;
	return NULL;
}

static const struct error *
stays(struct undone_thing *result, const char *reason)
{
	result->outcome = "notReversible";
	result->code = "NOT_REVERSIBLE";
	result->reason = reason;
	return NULL;
}

/* ---- types ---- */

static const struct error *
bring_type_back(struct request *req, const struct undo_thing *thing, const struct content_type_row *then, struct undone_thing *result)
{
	const struct content_id_row *governed = NULL;
	const struct content_type_row *made = NULL;

	const struct error *error = query_find(req, &content_change_was_governed_query, PARAMS(P_INT(thing->before)), &governed);
	if (error)
		return error;
	if (governed)
		return stays(result, "a workflow governed the type, which ended with it: create the type again, and its workflow with POST /api/workflows");
	error = query_find(req, &content_type_recreate_query, PARAMS(P_INT(thing->id), P_TEXT(then->name), P_TEXT(then->slug), P_TEXT(then->kind),
	    P_TEXT(then->description), P_TEXT(then->schema), P_TEXT(then->schema_hash), P_INT_OPT(then->base_price), P_TIME(then->created_at),
	    P_TIME(rules_stored_time(req->now_us)), P_TEXT(store_actor(req)), P_TEXT(then->schema_manifest)), &made);
	if (!error)
		error = fields_follow_schema(req, made->id, made->schema, true);
	if (!error) {
		change_note(req, &(struct change_note){ "content_type", "create", thing->id, .is_there = true });
		emit_content_type_create(req, made->id, made->version, &(struct content_type_create_event){
		    .name = made->name, .slug = made->slug, .kind = made->kind, .schema_hash = made->schema_hash });
	}
	return settle(req, error, "restored", result);
}

static const struct error *
put_type_back(struct request *req, const struct undo_thing *thing, const struct content_type_row *then, struct undone_thing *result)
{
	const struct content_id_row *migration = NULL;
	bool is_unchanged = false;

	const struct error *error = query_find(req, &content_migration_stands_query, PARAMS(P_INT(thing->id), P_INT(then->schema_version)), &migration);
	if (error)
		return error;
	if (migration)
		return stays(result, arena_printf(req->arena, "its items were taken along to the new schema: undo the change set schema-migration-%" PRId64 " first", migration->id));
	error = type_put_back(req, thing->id, then, &is_unchanged);
	return settle(req, error, is_unchanged ? "unchanged" : "reverted", result);
}

static const struct error *
undo_type(struct request *req, const struct undo_thing *thing, struct undone_thing *result)
{
	const struct content_type_row *then = NULL;
	struct confirmation gone = { .id = 0 };

	if (!thing->was_there)
		return settle(req, content_types_delete(req, &(struct content_types_delete_request){ .id = thing->id }, &gone), "deleted", result);
	const struct error *error = query_find(req, &content_change_type_before_query, PARAMS(P_INT(thing->before)), &then);
	if (error)
		return error;
	return thing->is_there ? put_type_back(req, thing, then, result) : bring_type_back(req, thing, then, result);
}

/* ---- assets ---- */

static const struct error *
undo_asset(struct request *req, const struct undo_thing *thing, struct undone_thing *result)
{
	struct asset asset = { .id = 0 };

	if (strcmp(thing->last_action, "purge") == 0)
		return stays(result, "the asset was purged: its bytes are gone");
	if (thing->was_there)
		return settle(req, content_assets_restore(req, &(struct content_assets_restore_request){ .id = thing->id }, &asset), "restored", result);
	return settle(req, content_assets_delete(req, &(struct content_assets_delete_request){ .id = thing->id }, &asset), "deleted", result);
}

/* ---- releases ---- */

/* The items that a release has changed are undone as items. */
static const struct error *
undo_release(struct request *req, const struct undo_thing *thing, struct undone_thing *result)
{
	struct confirmation gone = { .id = 0 };

	if (thing->was_there || !thing->is_there)
		return stays(result, "what a release does is not kept when it changes; the items that it has changed are undone one by one");
	return settle(req, content_releases_delete(req, &(struct content_releases_delete_request){ .id = thing->id }, &gone), "deleted", result);
}

/* ---- what other services hold ---- */

static const struct {
	const char *kind, *reason;
} foreign[] = {
	{ "api_key", "a key may have been used by now: revoke it with DELETE /api/auth/keys/{id}" },
	{ "domain", "a tenant is not taken away" },
	{ "form_definition", "earlier definitions of forms are not kept: change it with PUT /api/forms/{id}, or delete it with DELETE /api/forms/{id}" },
	{ "form_submission", "what somebody sent stays sent" },
	{ "job", "a job may have run: cancel one that waits with DELETE /api/jobs/{id}" },
	{ "job_queue", "change the queue with PUT /api/job-queues/{queue}" },
	{ "job_schedule", "earlier schedules are not kept: change it with PUT /api/job-schedules/{id}, or delete it with DELETE /api/job-schedules/{id}" },
	{ "review_comment", "what was said stays said" },
	{ "review_task", "a decision stays a decision; the item that followed it is undone as an item" },
	{ "supervisor", "people are invited and removed by an administrator" },
	{ "supervisor_invite", "an invitation may have been read: revoke it with DELETE /api/supervisors/invites/{id}" },
	{ "webhook", "its receiver has heard of events already: change it with PUT /api/webhooks/{id}, or delete it with DELETE /api/webhooks/{id}" },
	{ "workflow", "earlier workflows are not kept: change it with PUT /api/workflows/{id}, or delete it with DELETE /api/workflows/{id}" },
};

static const struct error *
stays_elsewhere(struct request *req, const struct undo_thing *thing, struct undone_thing *result)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		if (strcmp(foreign[i].kind, thing->kind) == 0)
			return stays(result, arena_printf(req->arena, "%s %" PRId64 " (%s): %s", thing->kind, thing->id, thing->action, foreign[i].reason));
	}
	return stays(result, arena_printf(req->arena, "%s %" PRId64 " (%s) is not content", thing->kind, thing->id, thing->action));
}

/* ---- in turn ---- */

static const struct error *
undo_thing(struct request *req, const struct undo_thing *thing, struct undone_thing *result)
{
	if (thing->later_actor) {
		result->outcome = "conflict";
		result->code = "VERSION_CONFLICT";
		result->reason = arena_printf(req->arena, "%s %" PRId64 " was changed since by %s", thing->kind, thing->id, thing->later_actor[0] ? thing->later_actor : "somebody");
		return NULL;
	}
	if (thing->is_beyond)
		return stays(result, "it has more changes since than are looked at");
	if (strcmp(thing->kind, "content_type") == 0)
		return undo_type(req, thing, result);
	return strcmp(thing->kind, "asset") == 0 ? undo_asset(req, thing, result) : undo_release(req, thing, result);
}

static bool
is_ours(const struct undo_thing *thing)
{
	return strcmp(thing->kind, "content_type") == 0 || strcmp(thing->kind, "asset") == 0 || strcmp(thing->kind, "content_release") == 0;
}

/* Does it have to wait for the items?  What goes, because they may need it as long as they are there. */
static bool
goes(const struct undo_thing *thing)
{
	return is_ours(thing) && !thing->was_there && thing->is_there;
}

const struct error *
things_undo(struct request *req, struct undo_plan *plan, enum undo_turn turn)
{
	const struct error *error = NULL;

	for (size_t i = 0; i < plan->n && !error; i++) {
		const struct undo_thing *thing = &plan->things[i];
		struct undone_thing *result = &plan->results[i];
		bool is_tried_again = turn == UNDO_AFTER_ITEMS && result->outcome && strcmp(result->outcome, "refused") == 0;
		if ((goes(thing) && turn == UNDO_BEFORE_ITEMS) || (result->outcome && !is_tried_again))
			continue;
		if (!is_ours(thing))
			error = stays_elsewhere(req, thing, result);
		else if (!thing->was_there && !thing->is_there && !thing->later_actor) /* made and taken away by the same changes */
			error = settle(req, NULL, "unchanged", result);
		else if (thing->was_there && thing->is_there && strcmp(thing->kind, "asset") == 0 && !thing->later_actor)
			error = settle(req, NULL, "unchanged", result);
		else
			error = undo_thing(req, thing, result);
	}
	return error;
}

/* How an item changes, whoever asks: users, jobs, workflows. */
#include "write.h"

#include <inttypes.h>
#include <string.h>

#include "diff.h"
#include "json/merge.h"
#include "licensing/gate.h"
#include "model/extensions.h"
#include "schema_change/chain.h"
#include "schema_change/migration_store.h"
#include "secret.h"
#include "validation.h"

const struct error *
write_not_found(struct request *req, int64_t id)
{
	return FAIL(req, CONTENT_ITEM_NOT_FOUND, "content item %" PRId64 " does not exist", id);
}

const struct error *
write_singleton_exists(struct request *req, int64_t type_id, int64_t item_id)
{
	return FAIL_WITH(req, SINGLETON_CONTENT_ITEM_EXISTS, arena_printf(req->arena, "{\"contentItemId\":%" PRId64 "}", item_id),
	    "singleton content type %" PRId64 " has item %" PRId64 " already", type_id, item_id);
}

const char *
write_hash(struct request *req, struct doc data)
{
	char *hash = arena_alloc(req->arena, SHA256_HEX_BYTES);
	sha256_hex(hash, data.json, data.len);
	return hash;
}

/* What becomes of the head. */
struct plan {
	const struct content_head_row *head;
	struct next_head next;
	const struct json_value *data[2]; /* before and after */
	bool is_edit;        /* of data or type */
	bool changes_public; /* what the public sees */
	bool is_nothing;
	const struct schema_chain *chain; /* what takes the head's data to the target's schema first; or NULL */
	bool is_validated; /* data was held against the target's schema */
	bool is_sold;        /* its data is told to nobody */
};

const bool *
write_public_change(struct request *req, bool changes_public)
{
	return req->dry_run ? arena_memdup(req->arena, &changes_public, sizeof(bool)) : NULL;
}

/* ---- status ---- */

static const struct error *
unknown_status(struct request *req, const struct status_wish *wish)
{
	const char *const *state = wish->states.items;
	struct buf context;

	buf_init(&context, req->arena, 256);
	buf_add_text(&context, "{\"allowed\":[\"draft\",\"in_review\",\"published\",\"archived\"");
	for (size_t i = 0; i < wish->states.n; i++) {
		buf_add_char(&context, ',');
		buf_add_json_text(&context, state[i], strlen(state[i]));
	}
	buf_add_text(&context, "]}");
	struct error *error = FAIL(req, VALIDATION_ERROR, "'%s' is not a status of this type; it has draft, in_review, published, archived%s",
	    wish->to, wish->states.n > 0 ? " and the states of its workflow, listed in context.allowed" : "");
	return error_at(error, "/status", context.bytes);
}

const struct error *
write_status(struct request *req, const struct status_wish *wish, const char **ret_status)
{
	switch (rules_next_status(wish, ret_status)) {
	case STATUS_OK:
		break;
	case STATUS_UNKNOWN:
		return unknown_status(req, wish);
	case STATUS_GOVERNED:
		return FAIL_AT(req, WORKFLOW_TRANSITION_FORBIDDEN, "/status", "a workflow governs the type: the status goes from %s to %s by its transitions only",
		    wish->from ? wish->from : "nothing", wish->to);
	}
	return NULL;
}

/* ---- what there is ---- */

static bool
is_expected_state(const struct shape_list *states, const char *status)
{
	const char *const *state = states->items;

	for (size_t i = 0; i < states->n; i++) {
		if (strcmp(state[i], status) == 0)
			return true;
	}
	return states->n == 0;
}

static const struct error *
check_tokens(struct request *req, const struct change *change, const struct content_head_row *head)
{
	const struct content_governance_transition_request *transition = change->transition;

	if (!rules_token_is_current(change->expected_version, head->version))
		return conflict_update(req, *change->expected_version, head, &change->intended);
	if (!transition)
		return NULL;
	if (transition->expected_hash && strcmp(transition->expected_hash, write_hash(req, head->data)) != 0)
		return conflict_state(req, head, "its data has another hash");
	if (!is_expected_state(&transition->from_states, head->status))
		return conflict_state(req, head, "its status is another one");
	return NULL;
}

static const struct error *
lock_for_change(struct request *req, const struct change *change, const struct content_head_row **ret_head)
{
	struct locked_item item = { .head = NULL };
	const struct error *error = store_item_lock(req, change->id, change->content_type_id, 0, &item);
	if (error)
		return error;
	if (!item.head)
		return write_not_found(req, change->id);
	error = check_tokens(req, change, item.head);
	if (error)
		return error;
	*ret_head = item.head;
	return NULL;
}

/* The type the item will have takes it. */
static const struct error *
check_target(struct request *req, const struct change *change, const struct content_head_row *head)
{
	int64_t other_id = 0;

	if (!head->target_type_id)
		return FAIL_AT(req, CONTENT_TYPE_NOT_FOUND, "/contentTypeId", "content type %" PRId64 " does not exist", *change->content_type_id);
	if (*head->target_type_id == head->content_type_id || !*head->target_is_singleton)
		return NULL;
	const struct error *error = store_singleton_item(req, *head->target_type_id, head->id, &other_id);
	if (error || !other_id)
		return error;
	return write_singleton_exists(req, *head->target_type_id, other_id);
}

/* The item after the change: its data as value and as the text to store. */
static void
next_data(struct request *req, const struct change *change, const struct plan *plan, const struct json_value **ret_after, struct doc *ret_text)
{
	const struct content_head_row *head = plan->head;
	const struct json_value *before = plan->data[0];
	struct buf buf;

	*ret_after = before;
	*ret_text = head->data;
	if (change->intended.replacement) {
		*ret_after = change->intended.replacement;
		*ret_text = change->replacement;
		return;
	}
	if (plan->chain)
		*ret_after = chain_apply(req->arena, plan->chain, head->schema_version, before);
	if (change->intended.patch)
		*ret_after = json_merge_patch(req->arena, *ret_after, change->intended.patch);
	if (*ret_after == before)
		return;
	buf_init(&buf, req->arena, head->data.len + 256);
	json_write(&buf, *ret_after);
	*ret_text = (struct doc){ .json = buf.bytes, .len = buf.len };
}

static struct shape_list
changed_fields(struct request *req, const struct content_head_row *head, const struct next_head *next,
    const struct shape_list *members)
{
	const char **names = ARENA_ARRAY(req->arena, const char *, members->n + 2);
	const char *const *member = members->items;
	size_t n = 0;

	if (head->content_type_id != next->content_type_id)
		names[n++] = "contentTypeId";
	if (strcmp(head->status, next->status) != 0)
		names[n++] = "status";
	for (size_t i = 0; i < members->n; i++)
		names[n++] = arena_printf(req->arena, "data.%s", member[i]);
	return (struct shape_list){ .items = names, .n = n };
}

static const char *const modes[] = { [CHANGE_UPDATE] = "update", [CHANGE_PATCH] = "patch", [CHANGE_PUBLISH] = "update",
	[CHANGE_UNPUBLISH] = "update", [CHANGE_TRANSITION] = "transition", [CHANGE_LIFECYCLE] = "update", [CHANGE_UNDO] = "undo",
	[CHANGE_MIGRATION] = "migration", [CHANGE_REVERT] = "revert" };

static const int64_t *
optional_version(const int64_t *version)
{
	return *version ? version : NULL;
}

/* For people who read the trail: what was there, and what is there now. */
static struct doc
value_changes(struct request *req, const struct plan *plan)
{
	if (plan->is_sold || content_is_from_public(req))
		return (struct doc){ .json = NULL };
	static const struct diff_bounds bounds = { .entries_max = 50, .value_bytes_max = 400, .bytes_max = 8192 };

	return diff_documents(req->arena, plan->data[0], plan->data[1], &bounds).entries;
}

static struct doc
told_changes(struct request *req, const struct plan *plan)
{
	if (plan->is_sold || content_is_from_public(req))
		return (struct doc){ .json = NULL };
	return rules_event_data(rules_changes(req->arena, plan->data[0], plan->data[1]));
}

static void
emit_update(struct request *req, const struct change *change, const struct plan *plan, const char *hash)
{
	const struct content_head_row *head = plan->head;
	const struct next_head *next = &plan->next;
	const struct lifecycle *lifecycle = change->lifecycle;
	struct shape_list members = rules_changed_fields(req->arena, plan->data[0], plan->data[1]);

	emit_content_item_update(req, head->id, head->version + 1, &(struct content_item_update_event){
	    .content_type_id = next->content_type_id,
	    .old_content_type_id = next->content_type_id == head->content_type_id ? NULL : &head->content_type_id,
	    .old_status = head->status, .new_status = next->status, .content_hash = hash,
	    .published_version = optional_version(&next->published_version),
	    .changed_fields = changed_fields(req, head, next, &members),
	    .changes = told_changes(req, plan), .values = value_changes(req, plan),
	    .mode = modes[change->kind],
	    .lifecycle_auto_archived = lifecycle ? &(bool){ true } : NULL, .archive_status = lifecycle ? lifecycle->archive_status : NULL,
	    .ttl_seconds = lifecycle ? &lifecycle->ttl_seconds : NULL, .clock = change->lifecycle_clock,
	    .reason = change->transition ? change->transition->reason : NULL });
}

static void
emit_change(struct request *req, const struct change *change, const struct plan *plan, const char *hash)
{
	const struct content_head_row *head = plan->head;

	switch (change->kind) {
	case CHANGE_UPDATE:
	case CHANGE_PATCH:
	case CHANGE_TRANSITION:
	case CHANGE_LIFECYCLE:
	case CHANGE_UNDO:
	case CHANGE_MIGRATION:
	case CHANGE_REVERT:
		emit_update(req, change, plan, hash);
		return;
	case CHANGE_PUBLISH:
		emit_content_item_publish(req, head->id, head->version + 1, &(struct content_item_publish_event){
		    .content_type_id = head->content_type_id, .version = head->version + 1,
		    .published_version = optional_version(&plan->next.published_version), .old_status = head->status,
		    .new_status = plan->next.status, .content_hash = hash });
		return;
	case CHANGE_UNPUBLISH:
		emit_content_item_unpublish(req, head->id, head->version + 1, &(struct content_item_unpublish_event){
		    .content_type_id = head->content_type_id, .version = head->version + 1, .old_status = head->status,
		    .new_status = plan->next.status, .content_hash = hash });
		return;
	}
}

/* ---- the next version ---- */

/* Back to what was: a governed item takes its workflow's ways only, and the public's view is part of them. */
static const struct error *
undone_status(struct request *req, const struct change *change, struct plan *plan)
{
	const struct content_head_row *head = plan->head;
	int64_t seen = head->published_version ? *head->published_version : 0;
	const struct status_wish wish = { .to = change->status, .states = head->workflow_states };

	if (head->is_governed && (strcmp(change->status, head->status) != 0 || change->was_public.version != seen))
		return FAIL(req, WORKFLOW_TRANSITION_FORBIDDEN, "a workflow governs the type: only its transitions change the status of content item %" PRId64
		    " or what the public sees of it", head->id);
	return write_status(req, &wish, &plan->next.status);
}

static const struct error *
next_status(struct request *req, const struct change *change, struct plan *plan)
{
	const struct content_head_row *head = plan->head;
	struct status_wish wish = { .from = head->status, .to = change->status, .is_edit = plan->is_edit, .is_governed = head->is_governed,
		.is_transition = change->kind == CHANGE_TRANSITION, .states = head->workflow_states };

	if (change->kind == CHANGE_UNDO)
		return undone_status(req, change, plan);
	if (change->kind == CHANGE_PUBLISH)
		wish.to = STATUS_PUBLISHED;
	if (change->kind == CHANGE_LIFECYCLE || change->kind == CHANGE_MIGRATION) { /* the schema says it, whatever a workflow says */
		plan->next.status = change->status ? change->status : head->status;
		return NULL;
	}
	if (change->kind == CHANGE_UNPUBLISH) {
		if (head->is_governed && head->published_version)
			return FAIL(req, WORKFLOW_TRANSITION_FORBIDDEN, "a workflow governs the type: only its transitions unpublish content item %" PRId64, head->id);
		wish.is_edit = true; /* a published head becomes a draft; what else it is it stays */
	}
	return write_status(req, &wish, &plan->next.status);
}

/* Whether data goes into the new version that the schema of its type has not seen there. */
static bool
needs_validation(const struct change *change, const struct plan *plan)
{
	bool becomes_public = strcmp(plan->next.status, STATUS_PUBLISHED) == 0;
	return plan->is_edit || change->kind == CHANGE_MIGRATION || (becomes_public && strcmp(plan->head->status, STATUS_PUBLISHED) != 0);
}

static const struct error *
plan_next(struct request *req, const struct change *change, struct plan *plan)
{
	const struct content_head_row *head = plan->head;

	const struct error *error = validation_stored_data(req, head->data, &plan->data[0]);
	if (error)
		return error;
	plan->next = (struct next_head){ .content_type_id = *head->target_type_id, .is_singleton = *head->target_is_singleton,
		.is_indexed = *head->target_is_indexed || *head->target_type_id != head->content_type_id,
		.has_references = *head->target_has_references || *head->target_type_id != head->content_type_id,
		.updated_at = rules_change_time(req->now_us, head->updated_at) };
	next_data(req, change, plan, &plan->data[1], &plan->next.data);
	if (plan->data[1] != plan->data[0])
		error = validation_size(req, plan->next.data);
	if (error)
		return error;
	plan->is_edit = *head->target_type_id != head->content_type_id
	    || (plan->data[1] != plan->data[0] && !json_equal(plan->data[0], plan->data[1]));
	error = next_status(req, change, plan);
	plan->is_validated = !error && needs_validation(change, plan);
	if (plan->is_validated)
		error = validation_item(req, *head->target_type_id, head->target_schema_hash, plan->data[1]);
	if (!error) /* what a migration takes along was referred to before */
		error = references_find(req, &(struct reference_type){ *head->target_type_id, *head->target_has_references }, plan->data[1],
		    plan->is_edit && change->kind != CHANGE_MIGRATION, &plan->next.references);
	if (error)
		return error;
	plan->next.schema_version = plan->is_validated ? *head->target_schema_version : head->schema_version;
	plan->next.search_text = rules_search_text(req->arena, plan->data[1]);
	int64_t seen = head->published_version ? *head->published_version : 0;
	plan->next.published_version = rules_published_version(plan->next.status, head->version + 1, seen);
	if (change->kind == CHANGE_UNPUBLISH)
		plan->next.published_version = 0;
	if (change->kind == CHANGE_UNDO && change->was_public.version != PUBLIC_NEXT) {
		plan->next.published_version = change->was_public.version;
		plan->next.published_text = change->was_public.text;
	}
	bool is_same_status = strcmp(plan->next.status, head->status) == 0;
	bool stays_published = is_same_status && strcmp(head->status, STATUS_PUBLISHED) == 0;
	plan->changes_public = !(stays_published && !plan->is_edit) && plan->next.published_version != seen;
	plan->is_nothing = !plan->is_edit && is_same_status && !plan->changes_public;
	return NULL;
}

static struct content_item
head_item(struct request *req, const struct content_head_row *head)
{
	int64_t published = head->published_version ? *head->published_version : 0;

	return (struct content_item){
		.id = head->id, .content_type_id = head->content_type_id, .data = head->data, .status = head->status, .version = head->version,
		.created_at = head->created_at, .updated_at = head->updated_at, .working_copy_version = head->version,
		.publication_state = rules_publication_state(head->version, published), .published_version = head->published_version,
		.is_unchanged = arena_memdup(req->arena, &(bool){ true }, sizeof(bool)),
		.public_change = write_public_change(req, false),
	};
}

/* The head once the plan is carried out. */
static struct content_item
next_item(struct request *req, const struct plan *plan)
{
	int64_t version = plan->head->version + 1;

	return (struct content_item){
		.id = plan->head->id, .content_type_id = plan->next.content_type_id, .data = plan->next.data, .status = plan->next.status,
		.version = version, .created_at = plan->head->created_at, .updated_at = plan->next.updated_at, .working_copy_version = version,
		.publication_state = rules_publication_state(version, plan->next.published_version),
		.published_version = plan->next.published_version ? arena_memdup(req->arena, &plan->next.published_version, sizeof(int64_t)) : NULL,
		.public_change = write_public_change(req, plan->changes_public),
	};
}

/* Who patches or publishes an item that a migration has not come to yet takes it along. */
static const struct error *
find_chain(struct request *req, const struct change *change, struct plan *plan)
{
	const struct content_head_row *head = plan->head;
	bool is_behind = head->schema_version < *head->target_schema_version && *head->target_type_id == head->content_type_id;

	plan->chain = change->chain;
	if (change->chain || !is_behind || (change->kind != CHANGE_PATCH && change->kind != CHANGE_PUBLISH))
		return NULL;
	struct schema_chain *chain = ARENA_NEW(req->arena, struct schema_chain);
	plan->chain = chain;
	return chain_load(req, head->content_type_id, head->schema_version, chain);
}

const struct error *
write_change(struct request *req, const struct change *change, struct changed *ret_changed)
{
	struct plan plan = { .head = NULL };

	const struct error *error = lock_for_change(req, change, &plan.head);
	if (!error)
		error = check_target(req, change, plan.head);
	if (!error)
		error = find_chain(req, change, &plan);
	if (!error)
		error = plan_next(req, change, &plan);
	if (error)
		return error;
	if (plan.is_nothing && plan.is_validated && plan.next.schema_version != plan.head->schema_version)
		store_item_schema(req, plan.head->id, plan.head->version, plan.next.schema_version);
	if (plan.is_nothing) {
		*ret_changed = (struct changed){ .before = plan.head, .item = head_item(req, plan.head),
			.content_hash = change->transition ? write_hash(req, plan.head->data) : NULL };
		return NULL;
	}
	error = request_charge(req, plan.head->price);
	if (!error && plan.changes_public)
		error = request_spend(req, BUDGET_PUBLISHES_PER_DAY, 1);
	if (!error)
		error = gate_is_sold(req, plan.head->id, plan.next.content_type_id, plan.head->content_type_id, &plan.is_sold);
	if (error)
		return error;
	const char *hash = write_hash(req, plan.next.data);
	store_item_update(req, plan.head, &plan.next);
	*ret_changed = (struct changed){ .before = plan.head, .item = next_item(req, &plan), .content_hash = hash };
	emit_change(req, change, &plan, hash);
	return NULL;
}

/* The process that carries the steps out: some items a turn, each of them a new version, all of a turn in one transaction with the place where the
 * next one goes on.  A turn that is cut off leaves nothing, so killing it changes nothing but the time that it takes. */
#include "schema_change/migrate.h"

#include <inttypes.h>
#include <string.h>

#include "ahead.h"
#include "clock.h"
#include "schema_change/chain.h"
#include "schema_change/migration_store.h"
#include "schema_change/view.h"
#include "validation.h"
#include "write.h"

enum {
	PAGE_ITEMS = 500,
	TURN_ITEMS = 100,             /* that are changed */
	TURN_BYTES = 3 * 1024 * 1024, /* of the arena, before another item is begun */
	TURN_US = 1500 * 1000,
	PROGRESS_PARTS = 20,          /* events of one migration */
	TOTAL_MAX = 100 * 1000 * 1000,
	/* Who changes an item may have read the type before its schema changed, and commits within the longest deadline of a mutation.  Such
	 * items changed after the walk had begun: it looks at them again, the last time when nobody can be late any more. */
	LATE_US = 12 * 1000000,
	MARGIN_US = 60 * 1000000,
};

/* ---- start ---- */

const struct error *
migrate_check_idle(struct request *req, int64_t type_id)
{
	struct shape_list rows = { .n = 0 };
	const struct error *error = store_migrations(req, type_id, INT32_MAX, 1, &rows);
	const struct content_schema_migration_row *last = rows.items;

	if (error || rows.n == 0 || strcmp(last->status, MIGRATION_RUNNING) != 0)
		return error;
	return FAIL_WITH(req, CONTENT_SCHEMA_MIGRATION_RUNNING, arena_printf(req->arena, "{\"migrationId\":%" PRId64 ",\"done\":%" PRId64 ",\"total\":%" PRId64 "}", last->id,
	    last->done, last->total), "migration %" PRId64 " of the type's items to its present schema has done %" PRId64 " of %" PRId64, last->id, last->done, last->total);
}

static void
add_member(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, ",\"%s\":", name);
	buf_add_json_text(buf, text ? text : "", strlen(text ? text : ""));
}

const struct error *
migrate_start(struct request *req, const struct content_type_row *type, const struct shape_list *steps, const struct schema_migration **ret_migration)
{
	const struct new_migration wanted = { .content_type_id = type->id, .schema_version = type->schema_version, .steps = chain_steps_text(req, steps),
		.started_by = store_actor(req) };
	const struct principal *by = req->actor ? req->actor : req->principal;
	const struct content_schema_migration_row *row = NULL;
	struct schema_migration *shown = ARENA_NEW(req->arena, struct schema_migration);
	struct buf payload;

	const struct error *error = store_migration_insert(req, &wanted, &row);
	if (!error)
		error = migration_view(req, row, shown);
	if (error)
		return error;
	buf_init(&payload, req->arena, 256);
	buf_printf(&payload, "{\"migration\":%" PRId64, row->id);
	add_member(&payload, "id", by->id);
	add_member(&payload, "type", by->type);
	add_member(&payload, "source", by->source);
	buf_add_char(&payload, '}');
	if (req->dry_run)
		shown->id = 0; /* the one it would get is not known before it begins */
	*ret_migration = shown;
	return process_start(req, &(struct process_start){ .kind = migration_kind.name, .key = arena_printf(req->arena, "%" PRId64, row->id), .payload = payload.bytes }, NULL);
}

/* ---- where it is ---- */

struct journey {
	int64_t migration_id;
	struct principal by;
	int64_t pass;           /* 1: all items; then those that were changed meanwhile, until there are none */
	struct row_place after;
	int64_t until;          /* of this pass; 0: it begins */
	int64_t before;         /* where the pass before ended: what failed till then was counted */
	int64_t n_found;        /* items that this pass has changed */
	/* of this turn */
	struct content_schema_migration_row row;
	const struct content_type_row *type;
	struct schema_chain *chain;
	int64_t done_before;
};

static int64_t
int_of(const struct json_value *object, const char *name, int64_t otherwise)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_INT ? value->integer : otherwise;
}

static const char *
text_of(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_TEXT ? value->text : "";
}

static const struct error *
read_journey(struct request *req, const struct process *process, struct journey *journey)
{
	const struct json_value *payload = NULL;
	const struct error *error = validation_stored_data(req, process->payload, &payload);

	if (error)
		return error;
	*journey = (struct journey){ .migration_id = int_of(payload, "migration", 0), .pass = int_of(payload, "pass", 1), .until = int_of(payload, "until", 0),
		.after = { .key = int_of(payload, "after", TIME_FIRST_US), .id = int_of(payload, "afterId", 0) }, .before = int_of(payload, "before", 0),
		.n_found = int_of(payload, "found", 0) };
	journey->by = *content_actor(req, text_of(payload, "id"), text_of(payload, "type"), text_of(payload, "source"));
	if (journey->until == 0)
		journey->until = rules_stored_time(req->now_us) - 1000; /* before what this turn changes */
	return NULL;
}

static struct doc
journey_payload(struct request *req, const struct journey *journey)
{
	struct buf payload;

	buf_init(&payload, req->arena, 256);
	buf_printf(&payload, "{\"migration\":%" PRId64 ",\"pass\":%" PRId64 ",\"until\":%" PRId64 ",\"after\":%" PRId64 ",\"afterId\":%" PRId64 ",\"before\":%" PRId64
	    ",\"found\":%" PRId64, journey->migration_id, journey->pass, journey->until, journey->after.key, journey->after.id, journey->before, journey->n_found);
	add_member(&payload, "id", journey->by.id);
	add_member(&payload, "type", journey->by.type);
	add_member(&payload, "source", journey->by.source);
	buf_add_char(&payload, '}');
	return (struct doc){ payload.bytes, payload.len };
}

/* ---- one item ---- */

/* What is wrong with an item is its own matter; what is wrong with us stops the turn. */
static bool
is_of_the_item(const struct request *req, const struct error *error)
{
	return error->info->status < 500 && !req->must_rerun;
}

static const struct error *
note_failure(struct request *req, struct journey *journey, const struct content_migrating_row *item, const struct error *why)
{
	const char *path = why->pointer && strncmp(why->pointer, "/data", 5) == 0 ? why->pointer + 5 : "";
	const struct schema_change_sample sample = { .content_item_id = item->id, .version = item->version, .path = path[0] ? path : "/", .message = why->message };

	if (journey->pass > 1 && item->updated_at <= journey->before)
		return NULL;
	journey->row.failed++;
	return samples_with(req, journey->row.samples, &sample, &journey->row.samples);
}

static const struct error *
migrate_item(struct request *req, struct journey *journey, const struct content_migrating_row *item)
{
	const struct change change = { .id = item->id, .kind = CHANGE_MIGRATION, .chain = journey->chain };
	struct changed changed = { .before = NULL };

	const struct error *error = write_change(req, &change, &changed);
	if (error && error->info == &error_catalogue[ERROR_CONTENT_ITEM_NOT_FOUND])
		return NULL; /* it was deleted meanwhile: a restoration applies the steps */
	if (error)
		return is_of_the_item(req, error) ? note_failure(req, journey, item, error) : error;
	journey->n_found++;
	journey->row.changed += changed.item.is_unchanged ? 0 : 1;
	return NULL;
}

/* ---- a turn ---- */

static const struct error *
lock_ahead(struct request *req, const struct content_migrating_row *items, size_t n, int64_t schema_version)
{
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n + 1), *type_ids = ARENA_ARRAY(req->arena, int64_t, n + 1);
	size_t n_ids = 0;

	for (size_t i = 0; i < n && n_ids < TURN_ITEMS; i++) {
		if (items[i].schema_version < schema_version)
			ids[n_ids++] = items[i].id;
	}
	return n_ids > 0 ? ahead_lock_heads(req, ids, type_ids, n_ids) : NULL;
}

static const struct error *
migrate_some(struct request *req, struct journey *journey, bool *ret_is_end)
{
	int64_t stop_us = clock_now_us() + TURN_US;
	struct shape_list rows = { .n = 0 };
	size_t i = 0, n_begun = 0;

	const struct error *error = store_migrating_items(req, journey->type->id, &journey->after, journey->until, PAGE_ITEMS, &rows);
	const struct content_migrating_row *item = rows.items;
	if (!error)
		error = lock_ahead(req, item, rows.n, journey->type->schema_version);
	for (; !error && i < rows.n; i++) {
		bool is_due = item[i].schema_version < journey->type->schema_version;
		if (is_due && n_begun > 0 && (n_begun == TURN_ITEMS || arena_used_bytes(req->arena) > TURN_BYTES || clock_now_us() > stop_us))
			break;
		if (is_due)
			error = migrate_item(req, journey, &item[i]);
		n_begun += is_due;
		journey->after = (struct row_place){ item[i].updated_at, item[i].id };
		journey->row.done += journey->pass == 1 && journey->row.done < journey->row.total;
	}
	*ret_is_end = rows.n < PAGE_ITEMS && i == rows.n;
	return error;
}

static void
tell(struct request *req, const struct journey *journey, bool has_ended)
{
	const struct content_schema_migration_row *row = &journey->row;
	int64_t total = row->total > 0 ? row->total : 1;
	bool is_further = row->done * PROGRESS_PARTS / total > journey->done_before * PROGRESS_PARTS / total;

	if (!has_ended && !is_further)
		return;
	emit_content_type_migrate(req, row->content_type_id, journey->type->version, &(struct content_type_migrate_event){ .migration_id = row->id,
	    .schema_version = row->schema_version, .status = row->status, .total = row->total, .done = row->done, .changed = row->changed, .failed = row->failed });
}

static void
end(struct request *req, struct journey *journey, const char *status)
{
	int64_t now = rules_stored_time(clock_now_us());

	journey->row.status = status;
	if (strcmp(status, MIGRATION_COMPLETED) == 0)
		journey->row.done = journey->row.total; /* also where items came and went meanwhile */
	journey->row.ended_at = arena_memdup(req->arena, &now, sizeof(now));
}

/* A pass is over: the next one looks at what was changed meanwhile.  When there was nothing left, the migration is completed, and one more look
 * follows when nobody can be late any more. */
static void
pass_on(struct request *req, struct journey *journey, struct step_outcome *outcome)
{
	bool is_late = clock_now_us() >= journey->row.started_at + LATE_US;
	bool is_complete = journey->pass > 1 && journey->n_found == 0;

	if (is_complete && strcmp(journey->row.status, MIGRATION_RUNNING) == 0)
		end(req, journey, MIGRATION_COMPLETED);
	if (is_complete && is_late)
		return;
	outcome->verdict = STEP_NEXT;
	outcome->delay_us = is_complete ? LATE_US : 0;
	journey->pass++;
	journey->before = journey->until;
	journey->after = (struct row_place){ journey->until - MARGIN_US, 0 };
	journey->until = 0;
	journey->n_found = 0;
}

static const struct error *
take_turn(struct request *req, struct journey *journey, struct step_outcome *outcome)
{
	bool is_end = false;
	const struct error *error = journey->row.total == 0 && journey->pass == 1 ? store_type_items_count(req, journey->type->id, TOTAL_MAX, &journey->row.total) : NULL;

	journey->done_before = journey->row.done;
	if (!error)
		error = chain_load(req, journey->type->id, 0, journey->chain);
	if (!error)
		error = migrate_some(req, journey, &is_end);
	if (error)
		return error;
	bool was_running = strcmp(journey->row.status, MIGRATION_RUNNING) == 0;
	if (is_end)
		pass_on(req, journey, outcome);
	else
		outcome->verdict = STEP_NEXT;
	outcome->payload = journey_payload(req, journey);
	journey->row.updated_at = rules_stored_time(clock_now_us());
	store_migration_progress(req, &journey->row);
	tell(req, journey, was_running && strcmp(journey->row.status, MIGRATION_RUNNING) != 0);
	return NULL;
}

/* Whether another one goes on with the items that are left. */
static const struct error *
find_later(struct request *req, const struct journey *journey, bool *ret_is_later)
{
	struct shape_list later = { .n = 0 };
	const struct error *error = store_migration_steps(req, journey->row.content_type_id, journey->row.schema_version, 1, &later);

	*ret_is_later = later.n > 0;
	return error;
}

static const struct error *
migrate(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct journey *journey = ARENA_NEW(req->arena, struct journey);
	const struct content_schema_migration_row *row = NULL;
	struct shape_list types = { .n = 0 };
	bool is_later = false;

	const struct error *error = read_journey(req, process, journey);
	if (!error)
		error = store_migration(req, journey->migration_id, &row);
	if (!error && row)
		error = store_types_by_id(req, &row->content_type_id, 1, &types);
	if (error || types.n == 0)
		return error; /* the type was deleted, and with it everything else */
	journey->row = *row;
	journey->type = types.items;
	journey->chain = ARENA_NEW(req->arena, struct schema_chain);
	req->actor = &journey->by;
	req->labels.change_set = arena_printf(req->arena, "schema-migration-%" PRId64, row->id);
	error = find_later(req, journey, &is_later);
	if (error || !is_later)
		return error ? error : take_turn(req, journey, outcome);
	if (strcmp(row->status, MIGRATION_RUNNING) != 0)
		return NULL;
	end(req, journey, MIGRATION_SUPERSEDED);
	journey->row.updated_at = *journey->row.ended_at;
	store_migration_progress(req, &journey->row);
	tell(req, journey, true);
	return NULL;
}

static const struct step steps[] = { { .name = "migrate", .commit = migrate } };

const struct process_kind migration_kind = {
	.name = "content.migration", .steps = steps, .n_steps = sizeof(steps) / sizeof(steps[0]), .backoff_ms = 500, .backoff_max_ms = 30000,
};

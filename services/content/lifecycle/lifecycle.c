/* A sweep looks at some types with a lifecycle, in the order of their ids over all tenants, and goes on there in the next turn. */
#include "lifecycle/lifecycle.h"

#include <string.h>

#include "json/json.h"
#include "log.h"
#include "model/extensions.h"
#include "store.h"
#include "write.h"

enum { TYPES_MAX = 50, ITEMS_MAX = 20, EVENTS_MAX = 400, ARENA_BYTES_MAX = 4 * 1024 * 1024, US_PER_SECOND = 1000000 };

/* Where the last sweep of this process ended; timers of a process run one after the other. */
static struct content_lifecycle_type_row position;

static const char *const clocks[] = { "updatedAt", "createdAt" };

static const struct error *
archive_item(struct request *req, int64_t item_id, const struct lifecycle *lifecycle)
{
	struct changed changed = { .before = NULL };
	struct change change = { .id = item_id, .kind = CHANGE_LIFECYCLE, .status = lifecycle->archive_status, .lifecycle = lifecycle,
		.lifecycle_clock = clocks[lifecycle->by_creation] };

	const struct error *error = write_change(req, &change, &changed);
	if (!error || error->info->status >= 500 || req->must_rerun || req->is_lost)
		return error;
	log_write(LOG_WARN, "lifecycle.refused", LOG_TEXT("code", error->info->code), LOG_TEXT("message", error->message), LOG_INT("item", item_id));
	return NULL; /* the others' time is over all the same */
}

/* Statuses that an item may have before its time is over. */
static struct shape_list
live_statuses(struct request *req, const struct content_lifecycle_type_row *type, const char *archive_status)
{
	static const char *const common[] = { STATUS_DRAFT, STATUS_IN_REVIEW, STATUS_PUBLISHED, STATUS_ARCHIVED };
	const char **names = ARENA_ARRAY(req->arena, const char *, 4 + type->states.n);
	const char *const *state = type->states.items;
	size_t n = 0;

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(common[i], archive_status) != 0 && strcmp(common[i], STATUS_ARCHIVED) != 0)
			names[n++] = common[i];
	}
	for (size_t i = 0; i < type->states.n; i++) {
		if (strcmp(state[i], archive_status) != 0)
			names[n++] = state[i];
	}
	return (struct shape_list){ .items = names, .n = n };
}

static const struct error *
sweep_type(struct request *req, const struct content_lifecycle_type_row *type)
{
	struct json_error problem;
	struct lifecycle lifecycle;
	struct shape_list due = { .n = 0 };

	const struct json_value *schema = json_parse(req->arena, type->schema, strlen(type->schema), NULL, &problem);
	if (!schema || schema->type != JSON_OBJECT || !extensions_lifecycle(schema, &lifecycle))
		return NULL;
	struct shape_list live = live_statuses(req, type, lifecycle.archive_status);
	struct lifecycle_due wanted = { .tenant = type->domain_id, .type_id = type->id, .statuses = &live, .by_creation = lifecycle.by_creation,
		.before = req->now_us - lifecycle.ttl_seconds * US_PER_SECOND, .limit = ITEMS_MAX };
	const struct error *error = store_lifecycle_due(req, &wanted, &due);
	if (error || due.n == 0)
		return error;
	const struct content_id_row *row = due.items;
	request_act_for(req, type->domain_id);
	for (size_t i = 0; !error && i < due.n && arena_used_bytes(req->arena) < ARENA_BYTES_MAX; i++)
		error = archive_item(req, row[i].id, &lifecycle);
	request_act_for(req, 0);
	return error;
}

const struct error *
lifecycle_sweep(struct request *req)
{
	static const struct principal actor = { .id = "system:lifecycle", .type = "system", .source = "lifecycle" };
	struct shape_list types = { .n = 0 };

	const struct error *error = store_lifecycle_types(req, position.domain_id, position.id, TYPES_MAX, &types);
	if (error)
		return error;
	const struct content_lifecycle_type_row *row = types.items;
	req->actor = &actor;
	size_t n = 0;
	for (; !error && n < types.n && req->n_events < EVENTS_MAX && arena_used_bytes(req->arena) < ARENA_BYTES_MAX; n++)
		error = sweep_type(req, &row[n]);
	if (error)
		return error;
	bool is_end = n == types.n && types.n < TYPES_MAX;
	position.domain_id = is_end || n == 0 ? 0 : row[n - 1].domain_id;
	position.id = is_end || n == 0 ? 0 : row[n - 1].id;
	return NULL;
}

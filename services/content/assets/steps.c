/* What becomes of bytes that nobody needs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "assets/assets.h"
#include "assets/store.h"
#include "blob/blob.h"
#include "buf.h"
#include "log.h"
#include "validation.h"

/* ---- of a purged asset ---- */

static void
remove_bytes(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	(void)req;
	if (!blob_remove(asset_store(), process->key))
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = strerror(errno) };
}

static const struct step removal_steps[] = { { .name = "remove", .run = remove_bytes } };

const struct process_kind asset_removal_kind = { .name = "asset_removal", .steps = removal_steps, .n_steps = 1 };

/* ---- that no asset has ---- */

/* A process that dies between the last byte and the row leaves bytes that nobody can reach.  The store is gone through in the order of its
 * keys: some keys, which of them no asset has, away with those, and on behind the last. */

static const struct json_value *
member(struct request *req, const struct process *process, const char *name)
{
	const struct json_value *payload = NULL;

	return validation_stored_data(req, process->payload, &payload) ? NULL : json_get(payload, name);
}

static void
list_some(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct blob_list *list = ARENA_NEW(req->arena, struct blob_list);
	const struct json_value *after = member(req, process, "after");

	if (blob_list(asset_store(), after ? after->text : "", list))
		outcome->memo = list;
	else
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = strerror(errno) };
}

static const struct error *
find_orphans(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct blob_list *list = outcome->memo;
	const char *keys[BLOB_LIST_MAX];
	struct shape_list orphans;
	struct buf payload;

	(void)process;
	if (!list)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		keys[i] = list->keys[i];
	const struct error *error = store_asset_orphans(req, keys, list->n, &orphans);
	if (error || (orphans.n == 0 && list->last[0] == '\0'))
		return error;
	buf_init(&payload, req->arena, 1024);
	buf_add_text(&payload, "{\"after\":");
	buf_add_json_text(&payload, list->last, strlen(list->last));
	buf_add_text(&payload, ",\"orphans\":[");
	for (size_t i = 0; i < orphans.n; i++)
		buf_printf(&payload, "%s\"%s\"", i ? "," : "", keys[((const struct content_id_row *)orphans.items)[i].id - 1]);
	buf_add_text(&payload, "]}");
	outcome->verdict = STEP_NEXT;
	outcome->next = "remove";
	outcome->payload = (struct doc){ payload.bytes, payload.len };
	return NULL;
}

static void
remove_orphans(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct json_value *orphans = member(req, process, "orphans"), *after = member(req, process, "after");

	for (size_t i = 0; orphans && i < orphans->n; i++) {
		if (!blob_remove(asset_store(), orphans->items[i].text)) {
			*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = strerror(errno) };
			return;
		}
		log_write(LOG_WARN, "asset.orphan_removed", LOG_TEXT("key", orphans->items[i].text));
	}
	if (after && after->text[0])
		*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .next = "find" };
}

static const struct step orphan_steps[] = { { .name = "find", .run = list_some, .commit = find_orphans }, { .name = "remove", .run = remove_orphans } };

/* Neither gives up: a bucket may be away for hours, and a search that was set aside would stand in the way of every later one. */
const struct process_kind asset_orphans_kind = { .name = "asset_orphans", .steps = orphan_steps, .n_steps = 2 };

/* ---- timers ---- */

const struct error *
assets_sweep(struct request *req)
{
	(void)req;
	blob_sweep(asset_store());
	return NULL;
}

const struct error *
assets_find_orphans(struct request *req)
{
	return process_start(req, &(struct process_start){ .kind = asset_orphans_kind.name, .key = "all" }, NULL);
}

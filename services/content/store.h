/* One call per statement of queries.sql; rows live in the request's arena, NULL means there is none. */
#ifndef STORE_H
#define STORE_H

#include "content.h"
#include "cursor.h"
#include "references/references.h"
#include "rules.h"

/* ---- types ---- */

/* Writes every member of type but id and version, which the answer has. */
const struct error *store_type_insert(struct request *req, const struct content_type_row *type,
    const struct content_type_row **ret_type) MUST_CHECK;
/* Rows of struct content_type_row, in no order. */
const struct error *store_types_by_id(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_types) MUST_CHECK;
/* Rows of struct content_slug_row: of the slugs that are a type's. */
const struct error *store_types_by_slug(struct request *req, const char *const *slugs, size_t n, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_singleton_type(struct request *req, const char *slug, const struct content_type_row **ret_type) MUST_CHECK;
const struct error *store_singleton_types(struct request *req, int64_t limit, struct shape_list *ret_types) MUST_CHECK;
const struct error *store_type_lock(struct request *req, int64_t id, const struct content_type_row **ret_type) MUST_CHECK;
/* One round trip for the page behind the type after (0: from the beginning) and the number of all, up to LIST_TOTAL_MAX + 1,
 * which means more. */
struct type_list {
	int64_t after, limit, offset;
};
const struct error *store_types(struct request *req, const struct type_list *list, struct shape_list *ret_types, int64_t *ret_total) MUST_CHECK;
const struct error *store_types_stats(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;
/* Exact up to n_max. */
const struct error *store_type_items_count(struct request *req, int64_t id, int64_t n_max, int64_t *ret_n) MUST_CHECK;
/* Queued: type is the new state of the locked row, type->version the one it replaces. */
void store_type_update(struct request *req, const struct content_type_row *type);
void store_type_delete(struct request *req, int64_t id);
const struct error *store_type_query(struct request *req, int64_t id, const struct content_type_query_row **ret_type) MUST_CHECK;
const struct error *store_type_schema(struct request *req, int64_t id, const struct content_schema_row **ret_schema) MUST_CHECK;
/* Rows of struct content_localized_row. */
const struct error *store_types_localized(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_types) MUST_CHECK;
/* Rows of struct content_checked_row behind a place, the ones changed last first; data is absent beyond bytes_max. */
const struct error *store_type_items_data(struct request *req, int64_t id, const struct row_place *after, int64_t limit, int64_t bytes_max,
    struct shape_list *ret_rows) MUST_CHECK;
/* Rows of struct content_lifecycle_type_row behind one type, of all tenants: system scope. */
const struct error *store_lifecycle_types(struct request *req, int64_t tenant, int64_t after, int64_t limit, struct shape_list *ret_types) MUST_CHECK;

/* Rows of struct content_id_row, locked. */
struct lifecycle_due {
	int64_t tenant, type_id;
	const struct shape_list *statuses; /* texts */
	bool by_creation;
	int64_t before, limit;
};
const struct error *store_lifecycle_due(struct request *req, const struct lifecycle_due *due, struct shape_list *ret_items) MUST_CHECK;

/* ---- one item ---- */

const struct error *store_targets(struct request *req, const int64_t *type_ids, size_t n, struct shape_list *ret_targets) MUST_CHECK;
/* NULL: no such type. */
const struct error *store_item_target(struct request *req, int64_t type_id, const struct content_target_row **ret_target) MUST_CHECK;

/* Who makes a change, as events name actors; and what the change belongs to, columns of what it writes. */
const char *store_actor(const struct request *req);
#define P_LABELS(req) P_TEXT((req)->labels.session), P_TEXT((req)->labels.change_set), P_TEXT((req)->request_id)
/* Through what it came. */
#define P_ORIGIN(req) origin_surface_param(req)
struct db_param origin_surface_param(const struct request *req);
/* After heads were written: by which prompt, where that was said. */
void store_prompt(struct request *req, const int64_t *ids, size_t n);

struct new_item {
	int64_t id, content_type_id;
	bool is_singleton, is_indexed, has_references; /* as its type is */
	struct references references;
	struct doc data;
	const char *status, *search_text;
	int64_t created_at, schema_version;
};
/* Queued, like all that answers nothing below. */
void store_item_insert(struct request *req, const struct new_item *item);

/* A head this request holds the lock of. */
struct locked_item {
	const struct content_head_row *head;   /* NULL: no such item */
	const struct content_item_version *old; /* the superseded version asked for, or NULL */
};
/* Lock heads in this order; type_ids: where each goes, 0: it stays.  Beyond bytes_max of data together, data is absent. */
struct head_locks {
	const int64_t *ids, *type_ids;
	size_t n;
	int64_t bytes_max;
};
const struct error *store_heads_lock(struct request *req, const struct head_locks *locks, struct shape_list *ret_heads) MUST_CHECK;
/* Lock the head, one round trip for everything.  type_id: type it moves to, or NULL.  version: superseded version wanted
 * beside it, 0: none. */
const struct error *store_item_lock(struct request *req, int64_t id, const int64_t *type_id, int64_t version,
    struct locked_item *ret_item) MUST_CHECK;

/* Queued: keep the locked head in the history and put this in its place. */
struct next_head {
	int64_t content_type_id;
	bool is_singleton;
	bool is_indexed, has_references; /* its type is or has, or the one before: fields and references are written */
	struct references references;
	struct doc data;
	const char *status, *search_text;
	int64_t updated_at;
	int64_t schema_version; /* that data was last held against */
	int64_t published_version; /* that the public sees from now on; 0: none */
	const char *published_text; /* of that version, where the public sees neither this one nor what it saw; else NULL */
};
void store_item_update(struct request *req, const struct content_head_row *head, const struct next_head *next);
void store_item_delete(struct request *req, int64_t id, int64_t purge_at);

/* A deleted item that can still be restored, locked. */
const struct error *store_deleted_lock(struct request *req, int64_t id, const struct content_deleted_row **ret_item) MUST_CHECK;
/* Of next what a head without a public view has. */
void store_item_restore(struct request *req, const struct content_deleted_row *item, const struct next_head *next);

/* One step of taking away what was deleted long ago: some versions of some items. */
const struct error *store_purge(struct request *req, int64_t *ret_n_items) MUST_CHECK;

const struct error *store_item_public(struct request *req, int64_t id, const struct content_public_row **ret_item) MUST_CHECK;
/* version: NULL: the head. */
const struct error *store_item_snapshot(struct request *req, int64_t id, const int64_t *version,
    const struct content_snapshot_row **ret_item) MUST_CHECK;

/* ---- workflows ---- */

void store_workflow(struct request *req, const struct content_governance_set_request *workflow);
const struct error *store_workflow_state(struct request *req, const char *status, bool *ret_exists) MUST_CHECK;

/* The item of a singleton type other than item_id; *ret_id is 0 when there is none. */
const struct error *store_singleton_item(struct request *req, int64_t type_id, int64_t item_id, int64_t *ret_id) MUST_CHECK;

const struct error *store_version(struct request *req, int64_t id, int64_t version,
    const struct content_item_version **ret_version) MUST_CHECK;
const struct error *store_state(struct request *req, int64_t id, int64_t version, const struct content_state_row **ret_state) MUST_CHECK;
/* Rows of struct content_version_row, newest first; *ret_exists tells an item without history from no item. */
struct version_list {
	int64_t item_id;
	const int64_t *before; /* NULL: from the newest */
	int64_t limit;
};
const struct error *store_versions(struct request *req, const struct version_list *list, bool *ret_exists, struct shape_list *ret_rows) MUST_CHECK;

/* ---- many items ---- */

/* In all lists, data is absent once PAGE_BYTES_MAX of it have come.
 * Rows of struct content_item_row: heads of some ids and snapshots of others, one round trip. */
struct item_ids {
	const int64_t *heads, *snapshots;
	size_t n_heads, n_snapshots;
};
const struct error *store_items_by_id(struct request *req, const struct item_ids *ids, struct shape_list *ret_heads,
    struct shape_list *ret_snapshots) MUST_CHECK;

/* Rows of struct content_id_row: the types there are; and of content_item_row: of each the heads changed last, or the snapshots
 * published last, one type after the other.  One round trip. */
struct type_pages {
	const int64_t *ids, *limits; /* ids differ */
	size_t n;
	bool is_published_view;
};
const struct error *store_items_of_types(struct request *req, const struct type_pages *pages, struct shape_list *ret_types,
    struct shape_list *ret_rows) MUST_CHECK;

struct item_page {
	struct item_filter filter;
	struct doc conditions; /* on queryable fields (query/conditions.h); absent: none */
	const struct row_place *after; /* NULL: from the beginning */
	int64_t limit, offset;
};
/* Rows of struct content_item_row. */
const struct error *store_items(struct request *req, const struct item_page *page, struct shape_list *ret_rows) MUST_CHECK;
const struct content_item_row *store_find_item(const struct shape_list *rows, int64_t id);
/* How many there are without the page and whatever the text, up to LIST_TOTAL_MAX + 1, which means more; may come from total_cache. */
const struct error *store_items_count(struct request *req, const struct item_filter *filter, int64_t *ret_n) MUST_CHECK;

#endif

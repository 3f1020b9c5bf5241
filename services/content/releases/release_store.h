/* The statements about releases as functions. */
#ifndef RELEASE_STORE_H
#define RELEASE_STORE_H

#include "content.h"

const struct error *store_release_insert(struct request *req, const char *name, const char *description, const struct content_release_row **ret) MUST_CHECK;
const struct error *store_release(struct request *req, int64_t id, const struct content_release_row **ret) MUST_CHECK;
const struct error *store_release_lock(struct request *req, int64_t id, const struct content_release_row **ret) MUST_CHECK;
const struct error *store_releases(struct request *req, int64_t before, const char *status, int64_t limit, struct shape_list *ret) MUST_CHECK;
/* A locked release after a change: its new version, entry count and status. */
const struct error *store_release_touch(struct request *req, int64_t id, const char *status, const struct content_release_row **ret) MUST_CHECK;
void store_release_delete(struct request *req, int64_t id);

struct release_wishes {
	const int64_t *ids, *versions, *bases;
	const char *const *actions;
	size_t n;
};
/* Rows of struct content_release_wish_row, of the items there are. */
const struct error *store_release_wishes(struct request *req, const struct release_wishes *wishes, struct shape_list *ret) MUST_CHECK;
void store_release_put(struct request *req, int64_t id, const struct release_wishes *wishes);
void store_release_remove(struct request *req, int64_t id, const int64_t *items, size_t n);

/* Locks what the release is about, live or deleted. */
const struct error *store_release_lock_items(struct request *req, int64_t id) MUST_CHECK;
/* Rows of struct content_release_entry_row behind an item. */
const struct error *store_release_rows(struct request *req, int64_t id, int64_t after, int64_t limit, struct shape_list *ret) MUST_CHECK;
/* Rows of struct content_release_data_row: as many as bytes_max allows have data, one at least. */
const struct error *store_release_data(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, int64_t bytes_max, struct shape_list *ret) MUST_CHECK;

/* ---- carried out: all queued, each for all items of the release at once ---- */

void store_release_note(struct request *req, int64_t id, const int64_t *changed, size_t n);
void store_release_publish(struct request *req, int64_t id, const int64_t *changed, size_t n);
void store_release_revert(struct request *req, int64_t id, const int64_t *changed, size_t n);
void store_release_restore(struct request *req, int64_t id, const int64_t *deleted, size_t n);
void store_release_delete_items(struct request *req, const int64_t *deleted, size_t n, int64_t purge_at);
/* Rows of struct content_release_reference_row: who refers to what is to be deleted. */
const struct error *store_release_referenced(struct request *req, const int64_t *deleted, size_t n, struct shape_list *ret) MUST_CHECK;

#endif

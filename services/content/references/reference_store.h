/* One call per statement of queries.sql that is about references. */
#ifndef REFERENCES_STORE_H
#define REFERENCES_STORE_H

#include "references/references.h"

/* Rows of struct content_reference_target_row: of these items those that are there, locked so that nobody deletes them before the commit. */
const struct error *store_reference_targets(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;
/* Rows of struct content_id_row: of these assets those that are in use, locked in the same way. */
const struct error *store_reference_assets(struct request *req, const int64_t *ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;

/* Where a page of references goes on: source ascending, version descending, place ascending. */
struct reference_place {
	int64_t source_id, version, place;
};
struct reference_page {
	const char *kind; /* of the target */
	int64_t target_id;
	const char *state;
	struct reference_place after;
	int64_t limit;
	bool is_without_self;
};
/* Rows of struct content_reference_row. */
const struct error *store_references_from(struct request *req, const struct reference_page *page, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_references_count(struct request *req, const char *kind, int64_t target_id, const char *state, int64_t *ret_n) MUST_CHECK;

/* Rows of struct content_id_row: items that these versions refer to at or below these JSON pointers, each once. */
const struct error *store_references_to_include(struct request *req, const int64_t *ids, const int64_t *versions, size_t n, const char *const *paths,
    size_t n_paths, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;

#endif

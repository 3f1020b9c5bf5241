/* Where versions come from: who made them, through what, and as a part of which changes. */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "content.h"

/* "person", "agent" or "system" of an actor as events name it; NULL: of nobody. */
const char *origin_kind(const char *actor_id);

/* Its name, of a row; NULL: none. */
const char *origin_surface(const int64_t *number);

/* The working copy; NULL: there is no such item.  Its data is absent where it is longer than n_bytes_max. */
const struct error *origin_of_head(struct request *req, int64_t id, int64_t n_bytes_max, const struct content_origin_row **ret_head) MUST_CHECK;

/* The same as an answer shows it; untouched where there is none. */
const struct error *origin_tell_head(struct request *req, int64_t id, const struct content_version_origin **ret_origin) MUST_CHECK;

struct content_version_origin origin_view(const struct content_origin_row *head);

/* What labels stand for: rows of struct content_change_set_row. */
const struct error *origin_change_sets(struct request *req, const char *const labels[], size_t n, struct shape_list *ret_rows) MUST_CHECK;

#endif

/* What the mutations of a group lock first, locked for all of them by one statement (struct ahead of the skeleton). */
#ifndef CONTENT_AHEAD_H
#define CONTENT_AHEAD_H

#include "content_proto.h"
#include "content_queries.h"
#include "service.h"

extern const struct ahead content_ahead;

/* Each once, and only as it was locked: NULL where it has to be locked now. */
const struct content_head_row *ahead_head(struct request *req, int64_t id, int64_t target_type_id);
const struct content_target_row *ahead_target(struct request *req, int64_t type_id);

/* The same for what one request is about to change. */
const struct error *ahead_lock_heads(struct request *req, const int64_t *ids, const int64_t *type_ids, size_t n) MUST_CHECK;

#endif

/* The one way in which an item changes: its lock, what the schema and its workflow say, the new version, the event. */
#ifndef WRITE_H
#define WRITE_H

#include "conflict.h"
#include "content.h"
#include "rules.h"
#include "store.h"

struct lifecycle;
struct schema_chain;

enum change_kind { CHANGE_UPDATE, CHANGE_PATCH, CHANGE_PUBLISH, CHANGE_UNPUBLISH, CHANGE_TRANSITION, CHANGE_LIFECYCLE, CHANGE_UNDO, CHANGE_MIGRATION, CHANGE_REVERT };

/* What the public saw before: of CHANGE_UNDO, whose status is the one of then. */
struct public_view {
	int64_t version;  /* 0: nothing; PUBLIC_NEXT: what the item becomes */
	const char *text; /* of an older version that the public does not see now; else NULL */
};
enum { PUBLIC_NEXT = -1 };

/* What is asked for. */
struct change {
	int64_t id;
	enum change_kind kind;
	const int64_t *content_type_id;
	const char *status;           /* NULL: none asked for */
	const int64_t *expected_version;
	struct doc replacement;       /* the text to store, of intended.replacement */
	struct intended_data intended;
	const struct content_governance_transition_request *transition; /* of CHANGE_TRANSITION */
	const struct lifecycle *lifecycle; /* of CHANGE_LIFECYCLE, whose status is the lifecycle's own */
	const char *lifecycle_clock;       /* of CHANGE_LIFECYCLE */
	struct public_view was_public;     /* of CHANGE_UNDO */
	const struct schema_chain *chain;  /* of CHANGE_MIGRATION: what takes the data to the type's present schema; the status stays */
};

/* What came of it. */
struct changed {
	const struct content_head_row *before;
	struct content_item item; /* as it is now, or would be after a dry run */
	const char *content_hash; /* of its data; only of a transition or when it changed */
};

/* Errors: CONTENT_ITEM_NOT_FOUND, CONTENT_TYPE_NOT_FOUND, CONTENT_SCHEMA_VALIDATION_FAILED, SINGLETON_CONTENT_ITEM_EXISTS,
 * VALIDATION_ERROR, VERSION_CONFLICT, WORKFLOW_TRANSITION_FORBIDDEN.
 * Emits: content_item.update, content_item.publish or content_item.unpublish; nothing when nothing changes. */
const struct error *write_change(struct request *req, const struct change *change, struct changed *ret_changed) MUST_CHECK;

/* The status of a wish as an error, where it may not be: VALIDATION_ERROR, WORKFLOW_TRANSITION_FORBIDDEN. */
const struct error *write_status(struct request *req, const struct status_wish *wish, const char **ret_status) MUST_CHECK;

/* SHA-256 of the text, hex, in the request's arena. */
const char *write_hash(struct request *req, struct doc data);

/* publicChange of an item that a write answers: in dry runs only, otherwise the item is as a read answers it. */
const bool *write_public_change(struct request *req, bool changes_public);

const struct error *write_not_found(struct request *req, int64_t id) MUST_CHECK;
const struct error *write_singleton_exists(struct request *req, int64_t type_id, int64_t item_id) MUST_CHECK;

#endif

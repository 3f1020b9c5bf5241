/* What content may be and become: values in, verdict out.  No request, clock or database. */
#ifndef RULES_H
#define RULES_H

#include "json/json.h"
#include "contract/shape.h"

enum {
	SLUG_BYTES_MAX = 128,
	LIST_LIMIT_MAX = 500,
	LIST_OFFSET_MAX = 10000,
	LIST_TOTAL_MAX = 10000,       /* totals are exact up to here */
	CHANGED_FIELDS_MAX = 100,
	CHANGED_NAMES_BYTES_MAX = 8192, /* of all those names */
	DATA_BYTES_MAX = 1000000,     /* of a document, also after a patch */
	DATA_VALUES_MAX = 10000,      /* of a document: each scalar, list and object in it, whatever its size */
	PAGE_BYTES_MAX = 4 * 1024 * 1024, /* data of one answer */
	EVENT_DATA_BYTES_MAX = 16384, /* larger documents travel as their hash only: an event stays below 64 KB */
};

/* Before and behind every stored time. */
#define TIME_FIRST_US INT64_C(-62135596800000000)
#define TIME_LAST_US INT64_C(253402300799999999)

#define STATUS_DRAFT "draft"
#define STATUS_IN_REVIEW "in_review"
#define STATUS_PUBLISHED "published"
#define STATUS_ARCHIVED "archived"

/* Lower-case letters and digits in words joined by single '-' or '_', and not digits alone, which would be read as an id. */
bool rules_slug_is_valid(const char *slug);

/* One of the four that every type has. */
bool rules_status_is_common(const char *status);

enum status_verdict { STATUS_OK, STATUS_UNKNOWN, STATUS_GOVERNED };

/* What happens to the status of an item. */
struct status_wish {
	const char *from;         /* of the head; NULL: a new item */
	const char *to;           /* asked for; NULL: none */
	bool is_edit;             /* data or type change too */
	bool is_governed;         /* by an active workflow */
	bool is_transition;       /* it is that workflow which asks */
	struct shape_list states; /* of that workflow: statuses besides the common ones */
};

/* The status that the next version has.  An edit that asks for none takes a published head back to draft; what the public sees is
 * another matter (rules_published_version).  Of a governed item everybody may make or keep drafts, and only its workflow does the rest. */
enum status_verdict rules_next_status(const struct status_wish *wish, const char **ret_status);

/* The status that a rolled back item has: never published, and only an archived item stays archived, so that the public sees what it saw. */
const char *rules_rollback_status(const char *head, const char *old, bool is_governed, const struct shape_list *states);

/* "published", "changed" or "draft", from the head's version and the version the public sees (0: none). */
const char *rules_publication_state(int64_t version, int64_t published_version);

/* The version the public sees (0: none) once this status and version are the head: itself when published, nothing when archived,
 * otherwise the one it saw before (0: none). */
int64_t rules_published_version(const char *status, int64_t version, int64_t published_before);

/* A writer that names no version takes what there is. */
bool rules_token_is_current(const int64_t *expected_version, int64_t head_version);

/* Stored times have milliseconds, as the wire shows them: a cursor made from one must find its row again. */
int64_t rules_stored_time(int64_t time_us);

/* When a head changes: now, but never before its last change (clocks of two processes differ, and a writer may have
 * waited for the lock). */
int64_t rules_change_time(int64_t now_us, int64_t last_us);

/* ---- lists ---- */

enum item_sort { SORT_UPDATED, SORT_CREATED, SORT_VERSION };

struct item_order {
	enum item_sort sort;
	bool is_ascending;
};

/* Order of a list from its request: sort_by and sort_dir may be NULL, the choices are the contract's. */
struct item_order rules_item_order(const char *sort_by, const char *sort_dir);

/* Scalars, lists and objects of a text that is or may be JSON, without reading it: never fewer than there are. */
size_t rules_count_values(struct doc data);

/* Decoded strings of the data, one a line: what a search looks at. */
const char *rules_search_text(struct arena *arena, const struct json_value *data);

/* ---- changes ---- */

/* Names of the top-level members that differ (added, removed or another value), in the order of `after`, then the
 * removed ones; as many as the two bounds allow.  Documents that are no objects have none. */
struct shape_list rules_changed_fields(struct arena *arena, const struct json_value *before, const struct json_value *after);

/* The merge patch of those members: what an update's event says.  {} when nothing differs. */
struct doc rules_changes(struct arena *arena, const struct json_value *before, const struct json_value *after);

/* The document itself, or nothing when it is too large for an event. */
struct doc rules_event_data(struct doc data);

#endif

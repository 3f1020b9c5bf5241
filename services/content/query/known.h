/* Whether a type's data can have something at a path.  Values in, answers out. */
#ifndef QUERY_KNOWN_H
#define QUERY_KNOWN_H

#include "content.h"
#include "json/json.h"

enum path_verdict {
	PATH_KNOWN,
	PATH_OPEN,    /* the schema does not name it, and allows members that it does not name */
	PATH_UNKNOWN,
};

struct known_path {
	enum path_verdict verdict;
	const char *nearest; /* of the paths that the schema names there, the one spelt most like it; or NULL */
	bool is_near;        /* two letters apart at most */
};

/* "seo.title"; through lists by number, through localised members by locale.  is_reference: it has to lead to references to items. */
struct known_path known_path(struct arena *arena, const struct json_value *schema, const char *path, bool is_reference);

/* That a list's fields and include name something of its type, where it is of one.  Errors: CONTENT_ITEMS_INCLUDE_FIELD_UNKNOWN,
 * CONTENT_ITEMS_SELECTED_FIELD_UNKNOWN. */
const struct error *known_check(struct request *req, const struct content_items_list_request *in, const struct content_items_list_response *out) MUST_CHECK;

#endif

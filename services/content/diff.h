/* What differs between two documents, value by value. */
#ifndef DIFF_H
#define DIFF_H

#include "contract/shape.h"
#include "json/json.h"

struct diff_bounds {
	size_t entries_max;
	size_t value_bytes_max; /* longer values are named by their size */
	size_t bytes_max;       /* of everything */
};

struct diff {
	struct doc entries; /* JSON list of {op, path, before, value}: a JSON Patch (RFC 6902) that says besides what was there */
	size_t n;
	bool is_complete;   /* false: there are more, or values were left out */
};

/* Objects are compared member by member, lists of one length item by item, everything else as a whole. */
struct diff diff_documents(struct arena *arena, const struct json_value *before, const struct json_value *after,
    const struct diff_bounds *bounds);

#endif

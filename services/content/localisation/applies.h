/* Which parts of a schema speak about a value: the value's node, what its references and allOf lead to, and the branches that it fits. */
#ifndef LOCALISATION_APPLIES_H
#define LOCALISATION_APPLIES_H

#include "json/json.h"

enum { APPLIES_MAX = 64 };

struct applies {
	const struct json_value *list[APPLIES_MAX];
	size_t n;
};

/* A schema whose data is read: what is asked again and again. */
struct reading {
	const struct json_value *root;
	struct arena *arena;
};

/* Adds node and what goes with it for this value. */
void applies_add(const struct reading *reading, const struct json_value *node, const struct json_value *value, struct applies *applies);

/* What speaks about a member or an item of a value that `of` speaks about. */
void applies_to_member(const struct reading *reading, const struct applies *of, const struct json_member *member, struct applies *ret);
void applies_to_item(const struct reading *reading, const struct applies *of, const struct json_value *list, uint32_t index, struct applies *ret);

#endif

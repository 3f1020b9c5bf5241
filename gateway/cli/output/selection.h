/* Parts of an answer that were asked for by name: --fields, --columns. */
#ifndef SELECTION_H
#define SELECTION_H

#include "json/json.h"

/* "data.title" below value, or a member with that whole name; NULL: it has none. */
const struct json_value *selection_find(struct arena *arena, const struct json_value *value, const char *path);

/* Names with commas between them, as a NULL-terminated list. */
const char *const *selection_names(struct arena *arena, const char *text);

/* The value with nothing else in it than these; of a list, each row; of an envelope, its data. */
const struct json_value *selection_of(struct arena *arena, const struct json_value *value, const char *const *names);

#endif

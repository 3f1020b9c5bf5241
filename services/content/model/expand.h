/* The schema that stored data satisfies: each localized node is a map of locales. */
#ifndef MODEL_EXPAND_H
#define MODEL_EXPAND_H

#include "json/json.h"

/* The schema itself when nothing in it is localized.  What it shares with the schema is not copied. */
const struct json_value *expand_localized(struct arena *arena, const struct json_value *schema);

#endif

/* Whether a changed schema takes everything that the old one took. */
#ifndef MODEL_WIDENING_H
#define MODEL_WIDENING_H

#include "json/json.h"

/* True only when that is plain from the keywords; optional properties that are new count as taking more. */
bool schema_widens(const struct json_value *before, const struct json_value *after);

#endif

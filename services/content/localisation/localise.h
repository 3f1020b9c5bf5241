/* An item's data in one language. */
#ifndef LOCALISATION_LOCALISE_H
#define LOCALISATION_LOCALISE_H

#include "content_proto.h"
#include "json/json.h"

struct locale_wish {
	const char *locale, *fallback; /* fallback NULL: the schema's default locale */
};

/* The data with each localized value in the locale asked for, else in the fallback, else null; and how that went.  False when the schema is
 * not localized: then there is nothing to do. */
bool localise(struct arena *arena, const struct json_value *schema, struct doc text, const struct json_value *data, const struct locale_wish *wish,
    struct doc *ret_data, struct content_locale_resolution *ret_resolution);

#endif

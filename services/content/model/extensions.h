/* The keywords that only we know: what they may say, and what they say. */
#ifndef MODEL_EXTENSIONS_H
#define MODEL_EXTENSIONS_H

#include "model/manifest.h"

#define KEY_LOCALIZATION "x-wordclaw-localization"
#define KEY_LOCALIZED "x-wordclaw-localized"
#define KEY_FIELD_KIND "x-wordclaw-field-kind"
#define KEY_LIFECYCLE "x-wordclaw-lifecycle"
#define KEY_PUBLIC_WRITE "x-wordclaw-public-write"

enum { LOCALES_MAX = 100, LOCALE_BYTES_MAX = 35, TTL_SECONDS_MIN = 60, TTL_SECONDS_MAX = 31536000 };

/* Which of them is misused. */
enum extension { EXTENSION_NONE, EXTENSION_LIFECYCLE, EXTENSION_PUBLIC_WRITE, EXTENSION_LOCALIZATION, EXTENSION_ASSET, EXTENSION_CONTENT_REFERENCE,
	EXTENSION_TOO_MANY /* schemas inside it to look at */ };

/* EXTENSION_NONE when all is well; otherwise *ret_problem says what is wrong (in arena). */
enum extension extensions_check(struct arena *arena, const struct json_value *schema, struct model_problem *ret_problem);

/* ---- what a checked schema says; false: nothing, or it is switched off ---- */

struct localization {
	const struct json_value *locales; /* a list of texts */
	const char *default_locale;
};
bool extensions_localization(const struct json_value *schema, struct localization *ret);

struct lifecycle {
	int64_t ttl_seconds;
	const char *archive_status;
	bool by_creation; /* the clock runs from the item's creation, not from its last change */
};
bool extensions_lifecycle(const struct json_value *schema, struct lifecycle *ret);

struct public_write {
	const char *subject_field, *required_status;
	bool allows_create, allows_update;
};
bool extensions_public_write(const struct json_value *schema, struct public_write *ret);

#endif

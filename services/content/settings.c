/* The content service's own settings. */
#include "content.h"
#include "schema_cache.h"

static int64_t schema_cache_entries, deleted_keep_days;

const struct setting content_settings[] = {
	{ .name = "WORDCLAW_CONTENT_SCHEMA_CACHE", .type = SETTING_INT, .fallback = "1024", .min = 1, .max = 65536,
	    .doc = "compiled schemas kept per process", .target = &schema_cache_entries },
	{ .name = "WORDCLAW_CONTENT_DELETED_KEEP_DAYS", .type = SETTING_INT, .fallback = "30", .min = 1, .max = 3650,
	    .doc = "days in which a deleted item can be restored", .target = &deleted_keep_days },
};
const size_t content_n_settings = sizeof(content_settings) / sizeof(content_settings[0]);

bool
content_start(void)
{
	schema_cache_reset((size_t)schema_cache_entries);
	return true;
}

int64_t
content_deleted_keep_days(void)
{
	return deleted_keep_days;
}

/* The content service's own settings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets/assets.h"
#include "schema_cache.h"
#include "tokens/token.h"

static int64_t schema_cache_entries, deleted_keep_days;
static const char *home, *root;
static const char *preview_secrets[2] = { "", "" }, *public_write_secrets[2] = { "", "" };

const struct setting content_settings[] = {
	{ .name = "WORDCLAW_CONTENT_SCHEMA_CACHE", .type = SETTING_INT, .fallback = "1024", .min = 1, .max = 65536,
	    .doc = "compiled schemas kept per process", .target = &schema_cache_entries },
	{ .name = "WORDCLAW_CONTENT_DELETED_KEEP_DAYS", .type = SETTING_INT, .fallback = "30", .min = 1, .max = 3650,
	    .doc = "days in which a deleted item can be restored", .target = &deleted_keep_days },
	{ .name = "WORDCLAW_HOME", .type = SETTING_TEXT, .fallback = ".wordclaw", .doc = "Where the assets are kept unless set otherwise.", .target = &home },
	{ .name = "WORDCLAW_ASSET_ROOT", .type = SETTING_TEXT, .fallback = "",
	    .doc = "Directory of the assets' bytes, shared with the gateways; default $WORDCLAW_HOME/assets.", .target = &root },
	{ .name = "WORDCLAW_PREVIEW_TOKEN_SECRET", .type = SETTING_SECRET, .fallback = "",
	    .doc = "signs preview tokens; by default a key made from the installation's", .target = &preview_secrets[0] },
	{ .name = "WORDCLAW_PREVIEW_TOKEN_SECRET_PREVIOUS", .type = SETTING_SECRET, .fallback = "",
	    .doc = "the secret before: its tokens still work", .target = &preview_secrets[1] },
	{ .name = "WORDCLAW_PUBLIC_WRITE_SECRET", .type = SETTING_SECRET, .fallback = "",
	    .doc = "signs public write tokens; by default a key made from the installation's", .target = &public_write_secrets[0] },
	{ .name = "WORDCLAW_PUBLIC_WRITE_SECRET_PREVIOUS", .type = SETTING_SECRET, .fallback = "",
	    .doc = "the secret before: its tokens still work", .target = &public_write_secrets[1] },
};
const size_t content_n_settings = sizeof(content_settings) / sizeof(content_settings[0]);

bool
content_start(void)
{
	char *path = NULL;

	schema_cache_reset((size_t)schema_cache_entries);
	if (root[0] == '\0' && asprintf(&path, "%s/assets", home) < 0)
		abort();
	if (path)
		root = path; /* lives for the process */
	return true;
}

int64_t
content_deleted_keep_days(void)
{
	return deleted_keep_days;
}

const char *
asset_root(void)
{
	return root;
}

void
content_token_secrets(const char *mode, const char *ret_secrets[2])
{
	const char *const *secrets = strcmp(mode, TOKEN_PREVIEW) == 0 ? preview_secrets : public_write_secrets;

	ret_secrets[0] = secrets[0];
	ret_secrets[1] = secrets[1];
}

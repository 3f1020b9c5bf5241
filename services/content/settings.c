/* The content service's own settings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets/assets.h"
#include "schema_cache.h"
#include "tokens/token.h"

static int64_t schema_cache_entries, deleted_keep_days;
static const char *home;
static struct blob_settings assets;
static struct blob_store *blobs;
static const char *preview_secrets[2] = { "", "" }, *public_write_secrets[2] = { "", "" };

const struct setting content_settings[] = {
	{ .name = "WORDCLAW_CONTENT_SCHEMA_CACHE", .type = SETTING_INT, .fallback = "1024", .min = 1, .max = 65536,
	    .doc = "compiled schemas kept per process", .target = &schema_cache_entries },
	{ .name = "WORDCLAW_CONTENT_DELETED_KEEP_DAYS", .type = SETTING_INT, .fallback = "30", .min = 1, .max = 3650,
	    .doc = "days in which a deleted item can be restored", .target = &deleted_keep_days },
	{ .name = "WORDCLAW_HOME", .type = SETTING_TEXT, .fallback = ".wordclaw", .doc = "Where the assets are kept unless set otherwise.", .target = &home },
	BLOB_SETTINGS(assets),
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
	const char *problem;

	schema_cache_reset((size_t)schema_cache_entries);
	if (assets.root[0] == '\0' && asprintf(&path, "%s/assets", home) < 0)
		abort();
	if (path)
		assets.root = path; /* lives for the process */
	blobs = blob_store_open(&assets, &problem);
	if (!blobs)
		(void)fprintf(stderr, "%s\n", problem);
	return blobs;
}

int64_t
content_deleted_keep_days(void)
{
	return deleted_keep_days;
}

struct blob_store *
asset_store(void)
{
	return blobs;
}

void
content_token_secrets(const char *mode, const char *ret_secrets[2])
{
	const char *const *secrets = strcmp(mode, TOKEN_PREVIEW) == 0 ? preview_secrets : public_write_secrets;

	ret_secrets[0] = secrets[0];
	ret_secrets[1] = secrets[1];
}

/* What an asset may be. */
#include "assets/rules.h"

#include <ctype.h>
#include <string.h>

const char *
asset_rules_filename(struct arena *arena, const char *text)
{
	const char *name = text;

	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return NULL;
		if (*c == '/' || *c == '\\')
			name = c + 1;
	}
	if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return NULL;
	return arena_strdup(arena, name);
}

static bool
is_token(const char *text, size_t n)
{
	if (n == 0 || !isalnum((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !memchr("!#$&-^_.+", text[i], 9))
			return false;
	return true;
}

const char *
asset_rules_mime_type(struct arena *arena, const char *text)
{
	size_t n = strcspn(text, "; ");
	const char *slash = memchr(text, '/', n);

	if (!slash || !is_token(text, (size_t)(slash - text)) || !is_token(slash + 1, n - (size_t)(slash - text) - 1))
		return NULL;
	char *type = arena_strndup(arena, text, n);
	for (char *c = type; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return type;
}

bool
asset_rules_variant_key_is_valid(const char *text)
{
	size_t n = strlen(text);

	if (n < 2 || n > 64)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !memchr("._-", text[i], 3))
			return false;
	return true;
}

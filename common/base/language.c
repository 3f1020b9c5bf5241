/* Languages that PostgreSQL has a text search configuration for. */
#include "language.h"

#include <string.h>
#include <strings.h>

static const struct language {
	const char *code, *configuration; /* code NULL: of no locale */
} languages[] = { { "ar", "arabic" }, { "hy", "armenian" }, { "eu", "basque" }, { "ca", "catalan" }, { "da", "danish" }, { "nl", "dutch" },
	{ "en", "english" }, { "fi", "finnish" }, { "fr", "french" }, { "de", "german" }, { "el", "greek" }, { "hi", "hindi" }, { "hu", "hungarian" },
	{ "id", "indonesian" }, { "ga", "irish" }, { "it", "italian" }, { "lt", "lithuanian" }, { "ne", "nepali" }, { "no", "norwegian" },
	{ "nb", "norwegian" }, { "nn", "norwegian" }, { "pt", "portuguese" }, { "ro", "romanian" }, { "ru", "russian" }, { "sr", "serbian" },
	{ "es", "spanish" }, { "sv", "swedish" }, { "ta", "tamil" }, { "tr", "turkish" }, { "yi", "yiddish" }, { NULL, "simple" } };

const char *
language_of(const char *locale, const char *fallback)
{
	for (size_t i = 0; locale && languages[i].code; i++) {
		if (strncasecmp(locale, languages[i].code, 2) == 0 && (locale[2] == '\0' || locale[2] == '-' || locale[2] == '_'))
			return languages[i].configuration;
	}
	return locale ? "simple" : fallback;
}

bool
language_is_known(const char *language)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		if (strcmp(language, languages[i].configuration) == 0)
			return true;
	}
	return false;
}

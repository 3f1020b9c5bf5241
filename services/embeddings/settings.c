/* What an operator may set for embeddings, besides the skeleton's settings. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "embeddings.h"
#include "language.h"
#include "local.h"
#include "rules.h"

struct embeddings_settings embeddings_settings;

const struct setting embeddings_setting_table[] = {
	{ "WORDCLAW_EMBEDDINGS_PROVIDER", SETTING_TEXT, "local", 0, 0, "Who makes vectors: local (built in) or openai (any server that answers POST /v1/embeddings).",
	    &embeddings_settings.provider },
	{ "WORDCLAW_EMBEDDINGS_URL", SETTING_TEXT, "https://api.openai.com/v1/embeddings", 0, 0,
	    "Where the openai provider is; a private address has to be in WORDCLAW_OUTBOUND_ALLOW.", &embeddings_settings.url },
	{ "WORDCLAW_EMBEDDINGS_KEY", SETTING_SECRET, "", 0, 0, "Its key, sent as a bearer token.", &embeddings_settings.key },
	{ "WORDCLAW_EMBEDDINGS_MODEL", SETTING_TEXT, "text-embedding-3-small", 0, 0, "Its model. Another one builds a new set of vectors beside the old.",
	    &embeddings_settings.remote_model },
	{ "WORDCLAW_EMBEDDINGS_DIMENSION", SETTING_INT, "1536", 1, 2000, "Numbers of a vector of that model.", &embeddings_settings.remote_dimension },
	{ "WORDCLAW_EMBEDDINGS_BUDGET_PER_MINUTE", SETTING_INT, "3000", 1, 1000000, "Texts of one tenant that the openai provider is asked for in a minute.",
	    &embeddings_settings.budget_per_minute },
	{ "WORDCLAW_EMBEDDINGS_LANGUAGE", SETTING_TEXT, "english", 0, 0, "PostgreSQL's text search configuration of texts without a locale.",
	    &embeddings_settings.language },
	{ "WORDCLAW_EMBEDDINGS_EXACT_MAX", SETTING_INT, "20000", 0, 10000000, "Chunks of a tenant up to which a search compares every vector.",
	    &embeddings_settings.exact_max },
	{ "WORDCLAW_EMBEDDINGS_RECALL_SAMPLE", SETTING_INT, "100", 0, 1000000, "Of so many approximate searches one is compared with an exact one; 0: none.",
	    &embeddings_settings.recall_sample },
};
const size_t embeddings_n_settings = sizeof(embeddings_setting_table) / sizeof(embeddings_setting_table[0]);

enum { MODEL_BYTES = 300 };

bool
embeddings_start(void)
{
	static char model[MODEL_BYTES];

	if (!language_is_known(embeddings_settings.language)) {
		(void)fprintf(stderr, "WORDCLAW_EMBEDDINGS_LANGUAGE '%s' is not a text search configuration: use one such as english or simple\n",
		    embeddings_settings.language);
		return false;
	}
	if (strcmp(embeddings_settings.provider, "local") == 0) {
		embeddings_settings.model = "local/" LOCAL_MODEL;
		embeddings_settings.dimension = LOCAL_DIMENSION;
		return true;
	}
	if (strcmp(embeddings_settings.provider, "openai") != 0) {
		(void)fprintf(stderr, "WORDCLAW_EMBEDDINGS_PROVIDER '%s' is unknown: use local or openai\n", embeddings_settings.provider);
		return false;
	}
	int n = snprintf(model, sizeof(model), "openai/%s/%" PRId64, embeddings_settings.remote_model, embeddings_settings.remote_dimension);
	if (n < 0 || (size_t)n >= sizeof(model)) {
		(void)fprintf(stderr, "WORDCLAW_EMBEDDINGS_MODEL is longer than %d bytes\n", MODEL_BYTES - 20);
		return false;
	}
	embeddings_settings.model = model;
	embeddings_settings.dimension = embeddings_settings.remote_dimension;
	return true;
}

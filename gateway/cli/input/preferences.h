/* Settings of the command line: from an option, else the environment, else a file, else the default. */
#ifndef PREFERENCES_H
#define PREFERENCES_H

#include "arena.h"

enum preference {
	PREFERENCE_BASE_URL, PREFERENCE_API_KEY, PREFERENCE_MCP_TRANSPORT, PREFERENCE_MCP_URL, PREFERENCE_OUTPUT, PREFERENCE_RAW, PREFERENCE_TIMEOUT,
	PREFERENCES
};

struct preference_value {
	const char *text;   /* NULL: not set and without default */
	const char *origin; /* "--base-url", "WORDCLAW_BASE_URL", a file's path, "default" */
	bool is_chosen;     /* somebody set it */
};

struct preferences {
	struct preference_value values[PREFERENCES];
	const char *file;    /* settings file that was read, or NULL */
	const char *warning; /* about that file, or NULL */
};

/* globals: values of the program's options (enum global).  NULL on success, else what is wrong, as one clause. */
const char *preferences_load(struct arena *arena, const char *const *globals, struct preferences *ret_preferences);

/* The environment with which another wordclaw has the same settings, whatever files there are. */
char *const *preferences_environment(struct arena *arena, const struct preferences *preferences);

const char *preference_text(const struct preferences *preferences, enum preference preference);
const char *preference_name(enum preference preference); /* as in a file: "baseUrl" */

#endif

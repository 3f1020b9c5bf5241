/* Where settings come from. */
#include "cli/input/preferences.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command/command_line.h"
#include "json/json.h"
#include "suggest.h"

#define FILE_NAME ".wordclaw.json"
#define NO_FILE "/dev/null"
enum { FILE_BYTES_MAX = 64 * 1024, KEY_BYTES_MAX = 1024, SECONDS_MAX = 3600 };

static const struct source {
	const char *name;   /* in a file */
	const char *other_name; /* in a file, or NULL */
	const char *variable;
	const char *variable_of_file; /* names a file that holds the value; or NULL */
	enum global global;
	const char *default_text;
} sources[PREFERENCES] = {
	[PREFERENCE_BASE_URL] = { "baseUrl", NULL, "WORDCLAW_BASE_URL", NULL, GLOBAL_BASE_URL, "http://localhost:4000" },
	[PREFERENCE_API_KEY] = { "apiKey", NULL, "WORDCLAW_API_KEY", "WORDCLAW_API_KEY_FILE", GLOBAL_API_KEY, NULL },
	[PREFERENCE_MCP_TRANSPORT] = { "mcpTransport", NULL, "WORDCLAW_MCP_TRANSPORT", NULL, GLOBAL_MCP_TRANSPORT, "http" },
	[PREFERENCE_MCP_URL] = { "mcpUrl", NULL, "WORDCLAW_MCP_URL", NULL, GLOBAL_MCP_URL, NULL },
	[PREFERENCE_OUTPUT] = { "output", "format", "WORDCLAW_OUTPUT", NULL, GLOBAL_OUTPUT, NULL },
	[PREFERENCE_RAW] = { "raw", NULL, "WORDCLAW_RAW", NULL, GLOBAL_RAW, "false" },
	[PREFERENCE_TIMEOUT] = { "timeout", NULL, "WORDCLAW_TIMEOUT", NULL, GLOBAL_TIMEOUT, NULL },
};

struct loading {
	struct arena *arena;
	struct preferences *preferences;
};

/* At most n_max bytes; NULL with errno when it cannot be read. */
static const char *
read_file(struct arena *arena, const char *path, size_t n_max)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return NULL;
	char *text = arena_alloc(arena, n_max + 2);
	size_t n = fread(text, 1, n_max + 1, file);
	bool is_bad = ferror(file);
	(void)fclose(file); /* only read from */
	if (is_bad || n > n_max) {
		errno = is_bad ? EIO : EFBIG;
		return NULL;
	}
	return text;
}

static void
choose(struct loading *loading, enum preference preference, const char *text, const char *origin)
{
	struct preference_value *value = &loading->preferences->values[preference];

	if (!value->is_chosen)
		*value = (struct preference_value){ .text = text, .origin = origin, .is_chosen = true };
}

/* ---- the environment ---- */

static const char *
trimmed(struct arena *arena, const char *text)
{
	size_t n = strlen(text);

	while (n > 0 && strchr(" \t\r\n", text[n - 1]))
		n--;
	return arena_strndup(arena, text, n);
}

static const char *
load_environment(struct loading *loading, enum preference preference)
{
	const struct source *source = &sources[preference];
	const char *text = getenv(source->variable);
	const char *path = source->variable_of_file ? getenv(source->variable_of_file) : NULL;

	if (text && *text) {
		choose(loading, preference, text, source->variable);
		return NULL;
	}
	if (!path || !*path || loading->preferences->values[preference].is_chosen)
		return NULL;
	const char *held = read_file(loading->arena, path, KEY_BYTES_MAX);
	if (!held)
		return arena_printf(loading->arena, "%s names %s: %s", source->variable_of_file, path, strerror(errno));
	choose(loading, preference, trimmed(loading->arena, held), source->variable_of_file);
	return NULL;
}

/* ---- the file ---- */

static const char *
member_text(struct arena *arena, const struct json_value *value)
{
	switch (value->type) {
	case JSON_TEXT:
		return value->text;
	case JSON_BOOL:
		return value->boolean ? "true" : "false";
	case JSON_INT:
		return arena_printf(arena, "%lld", (long long)value->integer);
	case JSON_NULL:
	case JSON_REAL:
	case JSON_LIST:
	case JSON_OBJECT:
		break;
	}
	return NULL;
}

static const char *
unknown_member(struct arena *arena, const char *path, const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < PREFERENCES; i++)
		suggestion_offer(&suggestion, sources[i].name);
	return arena_printf(arena, "%s has an unknown setting '%s'%s%s%s", path, name, suggestion.nearest ? "; did you mean '" : "",
	    suggestion.nearest ? suggestion.nearest : "", suggestion.nearest ? "'?" : "");
}

static const char *
load_member(struct loading *loading, const char *path, const struct json_member *member)
{
	const char *text = member_text(loading->arena, &member->value);

	for (size_t i = 0; i < PREFERENCES; i++) {
		bool is_other = sources[i].other_name && strcmp(sources[i].other_name, member->name) == 0;
		if (!is_other && strcmp(sources[i].name, member->name) != 0)
			continue;
		if (!text)
			return arena_printf(loading->arena, "%s: '%s' must be text", path, member->name);
		choose(loading, i, text, path);
		return NULL;
	}
	return unknown_member(loading->arena, path, member->name);
}

/* A file that somebody else could write would send our key where they like. */
static const char *
check_owner(struct loading *loading, const char *path, const struct stat *status)
{
	bool is_ours = status->st_uid == geteuid() || status->st_uid == 0;

	if (!is_ours || status->st_mode & S_IWOTH)
		return arena_printf(loading->arena, "%s can be written by others: it is not used; name it with --config if it is right", path);
	return NULL;
}

static const char *
load_file(struct loading *loading, const char *path, bool is_named)
{
	struct json_error problem;
	struct stat status;
	const char *text = read_file(loading->arena, path, FILE_BYTES_MAX);

	if (!text && !is_named && errno == ENOENT)
		return NULL;
	if (!text || stat(path, &status) != 0)
		return arena_printf(loading->arena, "%s: %s", path, strerror(errno));
	const char *refusal = is_named ? NULL : check_owner(loading, path, &status);
	if (refusal)
		return refusal;
	const struct json_value *value = json_parse(loading->arena, text, strlen(text), NULL, &problem);
	if (!value)
		return arena_printf(loading->arena, "%s:%zu:%zu: %s", path, problem.line, problem.column, problem.message);
	if (value->type != JSON_OBJECT)
		return arena_printf(loading->arena, "%s must hold a JSON object", path);
	loading->preferences->file = path;
	if (json_get(value, "apiKey") && status.st_mode & (S_IRGRP | S_IROTH))
		loading->preferences->warning = arena_printf(loading->arena, "%s holds a key and others may read it: chmod 600 %s", path, path);
	for (uint32_t i = 0; i < value->n; i++) {
		const char *trouble = load_member(loading, path, &value->members[i]);
		if (trouble)
			return trouble;
	}
	return NULL;
}

static const char *
load_files(struct loading *loading, const char *named)
{
	const char *variable = getenv("WORDCLAW_CONFIG"), *home = getenv("HOME");

	if (!named && variable && *variable)
		named = variable;
	if (named && strcmp(named, NO_FILE) == 0)
		return NULL;
	if (named)
		return load_file(loading, named, true);
	const char *problem = load_file(loading, FILE_NAME, false);
	if (problem || loading->preferences->file || !home || !*home)
		return problem;
	return load_file(loading, arena_printf(loading->arena, "%s/%s", home, FILE_NAME), false);
}

/* ---- the whole ---- */

/* "localhost:4830", "10.0.0.5:4000/base": a name or an address and a port. */
static bool
has_no_scheme(const char *text)
{
	size_t n = strcspn(text, ":/");
	const char *port = text + n + 1;

	return n > 0 && text[n] == ':' && isdigit((unsigned char)port[0]) && strchr("/", port[strspn(port, "0123456789")]);
}

static const char *
check_url(struct loading *loading, enum preference preference)
{
	struct preference_value *value = &loading->preferences->values[preference];
	if (has_no_scheme(value->text))
		value->text = arena_printf(loading->arena, "http://%s", value->text);
	bool is_http = strncmp(value->text, "http://", 7) == 0 || strncmp(value->text, "https://", 8) == 0;
	size_t n = strlen(value->text);

	if (!is_http || strpbrk(value->text, " \t\r\n?#"))
		return arena_printf(loading->arena, "%s (%s) must be an http or https URL, not '%s'", sources[preference].name, value->origin, value->text);
	while (n > 0 && value->text[n - 1] == '/')
		n--;
	value->text = arena_strndup(loading->arena, value->text, n);
	return NULL;
}

static const char *
check_choice(struct loading *loading, enum preference preference)
{
	const struct preference_value *value = &loading->preferences->values[preference];
	const struct flag *flag = &global_flags[sources[preference].global];
	const char *const *choice = flag->choices;

	while (value->text && *choice && strcmp(*choice, value->text) != 0)
		choice++;
	if (*choice || !value->text)
		return NULL;
	return arena_printf(loading->arena, "%s (%s) must be one of %s, not '%s'", sources[preference].name, value->origin, flag->value, value->text);
}

static const char *
check_timeout(struct loading *loading)
{
	const struct preference_value *value = &loading->preferences->values[PREFERENCE_TIMEOUT];
	char *end = NULL;
	long seconds = value->text ? strtol(value->text, &end, 10) : 1;

	if (seconds >= 1 && seconds <= SECONDS_MAX && (!end || *end == '\0'))
		return NULL;
	return arena_printf(loading->arena, "timeout (%s) must be seconds from 1 to %d, not '%s'", value->origin, SECONDS_MAX, value->text);
}

static const char *
check_raw(struct loading *loading)
{
	const struct preference_value *value = &loading->preferences->values[PREFERENCE_RAW];

	if (strcmp(value->text, "true") == 0 || strcmp(value->text, "false") == 0)
		return NULL;
	return arena_printf(loading->arena, "raw (%s) must be true or false, not '%s'", value->origin, value->text);
}

static const char *
check(struct loading *loading)
{
	struct preference_value *mcp = &loading->preferences->values[PREFERENCE_MCP_URL];
	const struct preference_value *key = &loading->preferences->values[PREFERENCE_API_KEY];
	const char *problem = check_url(loading, PREFERENCE_BASE_URL);

	if (!mcp->text)
		*mcp = (struct preference_value){ .text = arena_printf(loading->arena, "%s/mcp",
			preference_text(loading->preferences, PREFERENCE_BASE_URL)), .origin = "default" };
	if (!problem)
		problem = check_url(loading, PREFERENCE_MCP_URL);
	if (!problem)
		problem = check_choice(loading, PREFERENCE_MCP_TRANSPORT);
	if (!problem)
		problem = check_choice(loading, PREFERENCE_OUTPUT);
	if (!problem)
		problem = check_timeout(loading);
	if (!problem)
		problem = check_raw(loading);
	if (!problem && key->text && (!*key->text || strpbrk(key->text, " \t\r\n")))
		problem = arena_printf(loading->arena, "the key of %s is empty or has blanks in it", key->origin);
	return problem;
}

const char *
preferences_load(struct arena *arena, const char *const *globals, struct preferences *ret_preferences)
{
	struct loading loading = { .arena = arena, .preferences = ret_preferences };
	const char *problem = NULL;

	*ret_preferences = (struct preferences){ 0 };
	for (size_t i = 0; i < PREFERENCES; i++) {
		const char *given = globals[sources[i].global];
		if (given)
			choose(&loading, i, given, arena_printf(arena, "--%s", global_flags[sources[i].global].name));
		if (!problem)
			problem = load_environment(&loading, i);
	}
	if (!problem)
		problem = load_files(&loading, globals[GLOBAL_CONFIG]);
	for (size_t i = 0; i < PREFERENCES; i++)
		if (!ret_preferences->values[i].is_chosen)
			ret_preferences->values[i] = (struct preference_value){ .text = sources[i].default_text, .origin = "default" };
	return problem ? problem : check(&loading);
}

/* ---- handing them on ---- */

static bool
is_variable(const char *entry, const char *name)
{
	size_t n = name ? strlen(name) : 0;
	return n > 0 && strncmp(entry, name, n) == 0 && entry[n] == '=';
}

static bool
is_setting(const char *entry)
{
	for (size_t i = 0; i < PREFERENCES; i++)
		if (is_variable(entry, sources[i].variable) || is_variable(entry, sources[i].variable_of_file))
			return true;
	return is_variable(entry, "WORDCLAW_CONFIG");
}

char *const *
preferences_environment(struct arena *arena, const struct preferences *preferences)
{
	size_t n = 0, n_before = 0;

	while (environ[n_before])
		n_before++;
	char **environment = ARENA_ARRAY(arena, char *, n_before + PREFERENCES + 2);
	for (size_t i = 0; i < n_before; i++)
		if (!is_setting(environ[i]))
			environment[n++] = environ[i];
	for (size_t i = 0; i < PREFERENCES; i++)
		if (preferences->values[i].text)
			environment[n++] = arena_printf(arena, "%s=%s", sources[i].variable, preferences->values[i].text);
	environment[n] = arena_strdup(arena, "WORDCLAW_CONFIG=" NO_FILE);
	return environment;
}

const char *
preference_text(const struct preferences *preferences, enum preference preference)
{
	return preferences->values[preference].text;
}

const char *
preference_name(enum preference preference)
{
	return sources[preference].name;
}

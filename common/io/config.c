/* Settings from the environment, or from the file that NAME_FILE names. */
#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_BYTES_MAX = 64 * 1024, EXAMPLE_BYTES = 160, NAME_BYTES = 128 };

/* What to show an operator who got it wrong. */
static void
example(const struct setting *setting, char text[EXAMPLE_BYTES])
{
	switch (setting->type) {
	case SETTING_SECRET: {
		int n = snprintf(text, EXAMPLE_BYTES, "%s_FILE=/run/secrets/", setting->name);

		for (const char *from = setting->name; *from && n < EXAMPLE_BYTES - 1; from++)
			text[n++] = (char)tolower((unsigned char)*from);
		text[n] = '\0';
		return;
	}
	case SETTING_INT:
		if (!setting->fallback || !*setting->fallback) {
			(void)snprintf(text, EXAMPLE_BYTES, "%s=%" PRId64, setting->name, setting->min);
			return;
		}
		break;
	case SETTING_BOOL:
	case SETTING_TEXT:
		break;
	}
	const char *fallback = setting->fallback && *setting->fallback ? setting->fallback : setting->type == SETTING_BOOL ? "on" : "<text>";
	(void)snprintf(text, EXAMPLE_BYTES, "%s=%s", setting->name, fallback);
}

static bool
complain(const struct setting *setting, const char *fault)
{
	char shown[EXAMPLE_BYTES];

	example(setting, shown);
	(void)fprintf(stderr, "%s: %s; it is %s; example: %s\n", setting->name, fault, setting->doc, shown);
	return false;
}

/* The file's text without the newline an editor leaves; NULL with errno set.  Never freed: settings live for the process. */
static char *
file_text(const char *path)
{
	char *text = calloc(1, FILE_BYTES_MAX + 1);
	FILE *file = fopen(path, "re");

	if (!text || !file) {
		free(text);
		return NULL;
	}
	size_t n = fread(text, 1, FILE_BYTES_MAX + 1, file);
	int problem = ferror(file) ? EIO : n > FILE_BYTES_MAX ? EFBIG : memchr(text, '\0', n) ? EILSEQ : 0;
	(void)fclose(file); /* only read from */
	while (!problem && n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		text[--n] = '\0';
	if (!problem && n == 0)
		problem = ENODATA;
	if (problem) {
		free(text);
		errno = problem;
		return NULL;
	}
	char *fitted = realloc(text, n + 1);
	return fitted ? fitted : text;
}

/* An empty variable is an unset one: that is what composition files make of missing values. */
static const char *
environment(const char *name)
{
	const char *text = getenv(name);

	return text && *text ? text : NULL;
}

/* The setting's text, its fallback, or NULL; false after complaining. */
static bool
find_text(const struct setting *setting, const char **ret_text)
{
	char name_file[NAME_BYTES];
	char fault[512];
	const char *text = environment(setting->name);
	const char *path = NULL;

	if (setting->type == SETTING_TEXT || setting->type == SETTING_SECRET) {
		(void)snprintf(name_file, sizeof(name_file), "%s_FILE", setting->name);
		path = environment(name_file);
	}
	if (text && path)
		return complain(setting, "is set, and so is the variable with _FILE: keep one");
	if (path) {
		text = file_text(path);
		if (!text) {
			(void)snprintf(fault, sizeof(fault), "cannot read the file '%s': %s", path, strerror(errno));
			return complain(setting, fault);
		}
	}
	*ret_text = text ? text : setting->fallback;
	return *ret_text ? true : complain(setting, "is required but not set");
}

static bool
load_int(const struct setting *setting, const char *text)
{
	char fault[256];
	char *end;

	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && value >= setting->min && value <= setting->max) {
		*(int64_t *)setting->target = value;
		return true;
	}
	(void)snprintf(fault, sizeof(fault), "'%.60s' is not a whole number between %" PRId64 " and %" PRId64, text, setting->min, setting->max);
	return complain(setting, fault);
}

static bool
load_bool(const struct setting *setting, const char *text)
{
	static const char *const words[][2] = { { "off", "on" }, { "false", "true" }, { "no", "yes" }, { "0", "1" } };
	char fault[256];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int value = 0; value < 2; value++) {
			if (strcasecmp(text, words[i][value]) != 0)
				continue;
			*(bool *)setting->target = value == 1;
			return true;
		}
	}
	(void)snprintf(fault, sizeof(fault), "'%.60s' is neither on nor off", text);
	return complain(setting, fault);
}

static bool
load(const struct setting *setting)
{
	const char *text;

	if (!find_text(setting, &text))
		return false;
	switch (setting->type) {
	case SETTING_TEXT:
	case SETTING_SECRET:
		*(const char **)setting->target = text;
		return true;
	case SETTING_INT:
		return !*text || load_int(setting, text); /* optional and absent: the target keeps its value */
	case SETTING_BOOL:
		return !*text || load_bool(setting, text);
	}
	assert(!"unknown setting type");
	return false;
}

bool
settings_load(const struct setting *settings, size_t n)
{
	bool is_good = true;

	for (size_t i = 0; i < n; i++)
		if (!load(&settings[i]))
			is_good = false;
	return is_good;
}

static const char *
type_name(enum setting_type type)
{
	switch (type) {
	case SETTING_TEXT:
		return "text";
	case SETTING_INT:
		return "number";
	case SETTING_BOOL:
		return "on/off";
	case SETTING_SECRET:
		return "secret";
	}
	return "";
}

void
settings_print(const struct setting *settings, size_t n)
{
	(void)printf("Settings (environment variables; text and secrets also from the file that NAME_FILE names):\n");
	for (size_t i = 0; i < n; i++) {
		const struct setting *setting = &settings[i];

		(void)printf("\n  %s  (%s", setting->name, type_name(setting->type));
		if (setting->type == SETTING_INT)
			(void)printf(", %" PRId64 "..%" PRId64, setting->min, setting->max);
		if (!setting->fallback)
			(void)printf(", required)\n");
		else if (!*setting->fallback)
			(void)printf(", optional)\n");
		else
			(void)printf(", default %s)\n", setting->fallback);
		(void)printf("      %s\n", setting->doc);
	}
}

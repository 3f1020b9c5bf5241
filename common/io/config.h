/* Settings: one typed table per process, read from the environment, printed by --help, checked at start. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_type { SETTING_TEXT, SETTING_INT, SETTING_BOOL, SETTING_SECRET };

struct setting {
	const char *name;     /* environment variable; SETTING_SECRET and SETTING_TEXT also take NAME_FILE */
	enum setting_type type;
	const char *fallback; /* default as text, NULL: required; "" : optional (text is "" then, other targets keep their value) */
	int64_t min, max;     /* INT */
	const char *doc;
	void *target;         /* const char ** , int64_t * or bool * ; text lives for the process */
};

/* Every problem is printed to stderr as one line naming the setting, the value's fault and an example; false when any. */
bool settings_load(const struct setting *settings, size_t n);

/* Name, type, default, range and meaning of each. */
void settings_print(const struct setting *settings, size_t n);

#endif

/* Patterns are static text, so the text's address is the key. */
#include "patterns.h"

#include <assert.h>
#include <string.h>

#include "codec/json.h"
#include "log.h"
#include "contract/operation.h"
#include "regex.h"

enum { PATTERNS_MAX = 256, SHAPE_DEPTH_MAX = 8, ARENA_BYTES = 1024 * 1024 };

static struct {
	const char *pattern;
	struct regex *regex;
} patterns[PATTERNS_MAX];
static size_t n_patterns;

static struct regex *
find(const char *pattern)
{
	for (size_t i = 0; i < n_patterns; i++)
		if (patterns[i].pattern == pattern)
			return patterns[i].regex;
	return NULL;
}

/* A pattern that was not compiled at start refuses everything: that is a mistake of this program. */
static bool
matches(const char *pattern, const char *text, size_t n_bytes)
{
	const struct regex *regex = find(pattern);
	assert(regex);
	return regex_match(regex, text, n_bytes, false) == JSON_REGEX_MATCH;
}

static bool
add_pattern(struct arena *arena, const char *pattern)
{
	const char *problem = NULL;
	const char *whole = arena_printf(arena, "^(?:%s)$", pattern);

	if (find(pattern))
		return true;
	assert(n_patterns < PATTERNS_MAX);
	struct regex *regex = regex_new(whole, strlen(whole), arena, &problem);
	if (!regex) {
		log_write(LOG_ERROR, "pattern.refused", LOG_TEXT("pattern", pattern), LOG_TEXT("problem", problem));
		return false;
	}
	patterns[n_patterns].pattern = pattern;
	patterns[n_patterns++].regex = regex;
	return true;
}

static bool
add_shape(struct arena *arena, const struct shape *shape, int depth)
{
	bool is_good = true;

	for (size_t i = 0; shape && depth < SHAPE_DEPTH_MAX && i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (field->pattern)
			is_good &= add_pattern(arena, field->pattern);
		is_good &= add_shape(arena, field->shape, depth + 1);
	}
	return is_good;
}

bool
patterns_install(void)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	bool is_good = true;

	for (size_t i = 0; i < registry_n_operations; i++)
		is_good &= add_shape(arena, registry_operations[i]->request, 0);
	arena_free(arena);
	codec_json_set_pattern_matcher(matches);
	return is_good;
}

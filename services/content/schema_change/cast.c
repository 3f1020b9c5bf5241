/* Values as values of another type, where nothing of them is lost. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "schema_change/steps.h"

static const char *const types[] = { "string", "number", "integer", "boolean", "array" };
enum { TEXT_BYTES_MAX = 100 };

bool
cast_is_known(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i], type) == 0)
			return true;
	}
	return false;
}

static const struct json_value *
made(struct arena *arena, struct json_value value)
{
	return arena_memdup(arena, &value, sizeof(value));
}

static const struct json_value *
to_text(struct arena *arena, const struct json_value *value)
{
	struct buf buf;

	if (value->type == JSON_TEXT)
		return value;
	if (value->type != JSON_INT && value->type != JSON_REAL && value->type != JSON_BOOL)
		return NULL;
	buf_init(&buf, arena, 32);
	json_write(&buf, value);
	return made(arena, (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)buf.len, .text = buf.bytes });
}

/* The number that a text spells as JSON would, with white space around it. */
static const struct json_value *
read_number(struct arena *arena, const struct json_value *text)
{
	static const struct json_limits limits = { .allow_big_numbers = true };
	struct json_error ignored;
	const struct json_value *value = text->n <= TEXT_BYTES_MAX ? json_parse(arena, text->text, text->n, &limits, &ignored) : NULL;

	return value && (value->type == JSON_INT || value->type == JSON_REAL) ? value : NULL;
}

static const struct json_value *
to_number(struct arena *arena, const struct json_value *value)
{
	if (value->type == JSON_INT || value->type == JSON_REAL)
		return value;
	if (value->type == JSON_BOOL)
		return made(arena, (struct json_value){ .type = JSON_INT, .integer = value->boolean });
	return value->type == JSON_TEXT ? read_number(arena, value) : NULL;
}

/* 3.0 is whole, 3.5 is not. */
static const struct json_value *
to_integer(struct arena *arena, const struct json_value *value)
{
	const struct json_value *number = to_number(arena, value);

	if (!number || number->type == JSON_INT)
		return number;
	if (number->real != trunc(number->real) || fabs(number->real) > 9007199254740992.0)
		return NULL;
	return made(arena, (struct json_value){ .type = JSON_INT, .integer = (int64_t)number->real });
}

static const struct json_value *
to_boolean(struct arena *arena, const struct json_value *value)
{
	static const char *const words[][2] = { { "false", "true" }, { "0", "1" }, { "no", "yes" }, { "off", "on" } };

	if (value->type == JSON_BOOL)
		return value;
	if (value->type == JSON_INT && (value->integer == 0 || value->integer == 1))
		return made(arena, (struct json_value){ .type = JSON_BOOL, .boolean = value->integer == 1 });
	for (size_t i = 0; value->type == JSON_TEXT && i < sizeof(words) / sizeof(words[0]); i++) {
		for (int truth = 0; truth < 2; truth++) {
			if (strcmp(value->text, words[i][truth]) == 0)
				return made(arena, (struct json_value){ .type = JSON_BOOL, .boolean = truth == 1 });
		}
	}
	return NULL;
}

/* null is an empty list, everything else a list of one. */
static const struct json_value *
to_list(struct arena *arena, const struct json_value *value)
{
	if (value->type == JSON_LIST)
		return value;
	return made(arena, (struct json_value){ .type = JSON_LIST, .n = value->type != JSON_NULL, .items = arena_memdup(arena, value, sizeof(*value)) });
}

const struct json_value *
cast_value(struct arena *arena, const struct json_value *value, const char *type)
{
	bool is_one = value->type == JSON_LIST && value->n == 1 && strcmp(type, "array") != 0;
	const struct json_value *one = is_one ? &value->items[0] : value;

	if (strcmp(type, "string") == 0)
		return to_text(arena, one);
	if (strcmp(type, "number") == 0)
		return to_number(arena, one);
	if (strcmp(type, "integer") == 0)
		return to_integer(arena, one);
	return strcmp(type, "boolean") == 0 ? to_boolean(arena, one) : to_list(arena, value);
}

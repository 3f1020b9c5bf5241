/* Rules for values as such: types, enumerations, numbers, strings. */
#include <string.h>

#include "schema/run.h"
#include "utf8.h"

enum {
	BYTES_PER_STEP = 64,
	REGEX_STEPS = 8,           /* charged for an ordinary match */
	REGEX_PATIENT_STEPS = 20000, /* for one that needed patience */
	REGEX_COMPILE_STEPS = 2000,
	UTF8_BYTES_MAX = 4,        /* of one character */
	SHOWN_BYTES_MAX = 200,
};

/* ---- types and enumerations ---- */

static uint32_t
type_bits(const struct json_value *value)
{
	switch (value->type) {
	case JSON_NULL:
		return TYPE_NULL;
	case JSON_BOOL:
		return TYPE_BOOLEAN;
	case JSON_INT:
		return TYPE_INTEGER | TYPE_NUMBER;
	case JSON_REAL: /* every double from 2^53 up is whole */
		if (value->real >= 0x1p53 || value->real <= -0x1p53 || value->real == (double)(int64_t)value->real)
			return TYPE_INTEGER | TYPE_NUMBER;
		return TYPE_NUMBER;
	case JSON_TEXT:
		return TYPE_STRING;
	case JSON_LIST:
		return TYPE_ARRAY;
	case JSON_OBJECT:
		return TYPE_OBJECT;
	}
	return 0;
}

static const char *
type_names(struct arena *arena, uint32_t types)
{
	static const char *const names[] = { "null", "boolean", "integer", "number", "string", "array", "object" };
	const char *text = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (types & 1u << i)
			text = *text ? arena_printf(arena, "%s or %s", text, names[i]) : names[i];
	}
	return text;
}

bool
schema_equals(struct schema_run *run, const struct json_value *a, const struct json_value *b)
{
	bool is_large = a->type >= JSON_TEXT && a->n > BYTES_PER_STEP;
	if (is_large || a->type >= JSON_LIST)
		(void)schema_spend(run, 1 + (a->end > a->start ? (a->end - a->start) / BYTES_PER_STEP : a->n));
	return json_equal(a, b);
}

static bool
is_choice(struct schema_run *run, const struct json_value *choices, const struct json_value *value)
{
	for (uint32_t i = 0; i < choices->n; i++) {
		if (schema_equals(run, value, &choices->items[i]))
			return true;
	}
	(void)schema_spend(run, choices->n / BYTES_PER_STEP);
	return false;
}

static bool
report_choices(struct schema_run *run, const struct schema_node *node, const struct schema_path *path)
{
	struct buf buf;

	if (!run->errors)
		return false;
	if (node->choices->end - node->choices->start > SHOWN_BYTES_MAX)
		return schema_report(run, node, path, "enum", "must be one of the %u values listed", node->choices->n);
	buf_init(&buf, run->arena, SHOWN_BYTES_MAX);
	json_write(&buf, node->choices);
	return schema_report(run, node, path, "enum", "must be one of %s", buf.bytes);
}

static bool
report_constant(struct schema_run *run, const struct schema_node *node, const struct schema_path *path)
{
	struct buf buf;

	if (!run->errors || node->constant->end - node->constant->start > SHOWN_BYTES_MAX)
		return schema_report(run, node, path, "const", "must be the constant value");
	buf_init(&buf, run->arena, SHOWN_BYTES_MAX);
	json_write(&buf, node->constant);
	return schema_report(run, node, path, "const", "must be the constant %.*s", (int)buf.len, buf.bytes);
}

bool
schema_run_value(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path)
{
	bool is_ok = true;

	if (node->types != TYPE_ANY && !(type_bits(value) & node->types)) {
		if (!run->errors)
			return false;
		is_ok = schema_report(run, node, path, "type", "must be %s", type_names(run->arena, node->types));
	}
	if (node->choices && schema_goes_on(run, is_ok) && !is_choice(run, node->choices, value))
		is_ok = report_choices(run, node, path);
	if (node->constant && schema_goes_on(run, is_ok) && !schema_equals(run, value, node->constant))
		is_ok = report_constant(run, node, path);
	return is_ok;
}

/* ---- numbers ---- */

static const char *
number_text(struct arena *arena, const struct json_value *number)
{
	struct buf buf;
	buf_init(&buf, arena, 32);
	json_write(&buf, number);
	return buf.bytes;
}

static bool
report_number(struct schema_run *run, const struct schema_node *node, const struct schema_path *path,
    const char *keyword, const char *relation, const struct json_value *bound)
{
	if (!run->errors)
		return false;
	return schema_report(run, node, path, keyword, "must be %s %s", relation, number_text(run->arena, bound));
}

bool
schema_run_number(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path)
{
	const struct schema_number_rules *rules = node->number;
	bool is_ok = true;

	if (rules->minimum && schema_compare_numbers(value, rules->minimum) < 0)
		is_ok = report_number(run, node, path, "minimum", "at least", rules->minimum);
	if (rules->maximum && schema_goes_on(run, is_ok) && schema_compare_numbers(value, rules->maximum) > 0)
		is_ok = report_number(run, node, path, "maximum", "at most", rules->maximum);
	if (rules->exclusive_minimum && schema_goes_on(run, is_ok) &&
	    schema_compare_numbers(value, rules->exclusive_minimum) <= 0)
		is_ok = report_number(run, node, path, "exclusiveMinimum", "above", rules->exclusive_minimum);
	if (rules->exclusive_maximum && schema_goes_on(run, is_ok) &&
	    schema_compare_numbers(value, rules->exclusive_maximum) >= 0)
		is_ok = report_number(run, node, path, "exclusiveMaximum", "below", rules->exclusive_maximum);
	if (rules->multiple_of && schema_goes_on(run, is_ok) && !schema_is_multiple(value, rules))
		is_ok = report_number(run, node, path, "multipleOf", "a multiple of", rules->multiple_of);
	return is_ok;
}

/* ---- strings ---- */

bool
schema_matches(struct schema_run *run, const void *regex, const char *text, uint32_t n_bytes)
{
	const struct json_regex_engine *engine = run->program->engine;

	if (!schema_spend(run, REGEX_STEPS + n_bytes / BYTES_PER_STEP))
		return false;
	enum json_regex_verdict verdict = engine->match(regex, text, n_bytes, false);
	if (verdict == JSON_REGEX_GAVE_UP && schema_spend(run, REGEX_PATIENT_STEPS))
		verdict = engine->match(regex, text, n_bytes, true);
	if (verdict == JSON_REGEX_GAVE_UP)
		return schema_give_up(run, "a pattern takes more steps than allowed on this text");
	return verdict == JSON_REGEX_MATCH;
}

/* The value is itself a pattern. */
static bool
is_regex(struct schema_run *run, const struct json_value *value)
{
	const struct json_regex_engine *engine = run->program->engine;
	const char *message;

	if (!schema_spend(run, REGEX_COMPILE_STEPS + value->n))
		return false;
	if (arena_is_exhausted(run->arena))
		return schema_give_up(run, "more memory than one validation may take");
	void *regex = engine->compile(value->text, value->n, run->arena, &message);
	if (!regex)
		return false;
	engine->free(regex);
	return true;
}

static bool
check_length(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path)
{
	const struct schema_text_rules *rules = node->text;

	/* A character takes 1..4 bytes: most texts need no counting. */
	bool is_sure = value->n <= rules->max_characters && value->n / UTF8_BYTES_MAX >= rules->min_characters;
	if (is_sure)
		return true;
	(void)schema_spend(run, value->n / BYTES_PER_STEP);
	uint64_t n = utf8_count(value->text, value->n);
	if (n < rules->min_characters)
		return schema_report(run, node, path, "minLength", "must have at least %llu characters, has %llu",
		    (unsigned long long)rules->min_characters, (unsigned long long)n);
	if (n > rules->max_characters)
		return schema_report(run, node, path, "maxLength", "must have at most %llu characters, has %llu",
		    (unsigned long long)rules->max_characters, (unsigned long long)n);
	return true;
}

static const char *
keyword_text(const struct schema_node *node, const char *keyword)
{
	return json_get(node->place->value, keyword)->text;
}

bool
schema_run_text(struct schema_run *run, const struct schema_node *node, const struct json_value *value,
    const struct schema_path *path)
{
	const struct schema_text_rules *rules = node->text;
	bool is_ok = check_length(run, node, value, path);

	if (rules->regex && schema_goes_on(run, is_ok) && !schema_matches(run, rules->regex, value->text, value->n))
		is_ok = schema_report(run, node, path, "pattern", "must match the pattern %.200s",
		    keyword_text(node, "pattern"));
	if (rules->format && schema_goes_on(run, is_ok)) {
		(void)schema_spend(run, value->n / BYTES_PER_STEP);
		if (!rules->format(value->text, value->n))
			is_ok = schema_report(run, node, path, "format", "must be a valid %s",
			    keyword_text(node, "format"));
	}
	if (rules->is_regex_format && schema_goes_on(run, is_ok) && !is_regex(run, value))
		is_ok = schema_report(run, node, path, "format", "must be a valid regular expression");
	return is_ok;
}

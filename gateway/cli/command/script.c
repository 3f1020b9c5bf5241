/* Reading scripts and filling in what earlier steps answered. */
#include "cli/command/script.h"

#include <stdlib.h>
#include <string.h>

#define OPEN "{{"
#define CLOSE "}}"
#define STEPS "steps."

static bool
member_is_true(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_BOOL && value->boolean;
}

static const char *
check_members(struct arena *arena, const struct json_value *object, const char *const *known, const char *where)
{
	for (uint32_t i = 0; i < object->n; i++) {
		size_t k = 0;
		while (known[k] && strcmp(known[k], object->members[i].name) != 0)
			k++;
		if (!known[k])
			return arena_printf(arena, "%s has an unknown member '%s'", where, object->members[i].name);
	}
	return NULL;
}

static const char *
read_step(struct arena *arena, const struct json_value *value, size_t i, bool may_fail, struct script_step *step)
{
	static const char *const known[] = { "name", "args", "continueOnError", NULL };
	const char *where = arena_printf(arena, "step %zu", i + 1);

	if (value->type != JSON_OBJECT)
		return arena_printf(arena, "%s is not an object", where);
	const char *problem = check_members(arena, value, known, where);
	if (problem)
		return problem;
	const struct json_value *name = json_get(value, "name"), *args = json_get(value, "args");
	if (name && name->type != JSON_TEXT)
		return arena_printf(arena, "the name of %s is not a string", where);
	if (!args || args->type != JSON_LIST || args->n == 0 || args->n > SCRIPT_ARGUMENTS_MAX)
		return arena_printf(arena, "%s needs args: a list of 1 to %d", where, SCRIPT_ARGUMENTS_MAX);
	*step = (struct script_step){ .name = name ? name->text : where, .args = args, .may_fail = may_fail || member_is_true(value, "continueOnError") };
	return NULL;
}

const char *
script_read(struct arena *arena, const struct json_value *value, struct script *ret_script)
{
	static const char *const known[] = { "continueOnError", "steps", NULL };
	bool may_fail = value->type == JSON_OBJECT && member_is_true(value, "continueOnError");
	const struct json_value *list = value->type == JSON_OBJECT ? json_get(value, "steps") : value;
	const char *problem = value->type == JSON_OBJECT ? check_members(arena, value, known, "the script") : NULL;

	if (problem)
		return problem;
	if (!list || list->type != JSON_LIST || list->n == 0 || list->n > SCRIPT_STEPS_MAX)
		return arena_printf(arena, "a script is a list of 1 to %d steps, or an object with steps", SCRIPT_STEPS_MAX);
	struct script_step *steps = ARENA_ARRAY(arena, struct script_step, list->n);
	for (uint32_t i = 0; i < list->n && !problem; i++)
		problem = read_step(arena, &list->items[i], i, may_fail, &steps[i]);
	*ret_script = (struct script){ .steps = steps, .n_steps = list->n };
	return problem;
}

/* ---- references ---- */

/* A member, or an item by its number. */
static const struct json_value *
descend(const struct json_value *value, const char *name, size_t n_name)
{
	if (value->type == JSON_OBJECT)
		return json_get_n(value, name, n_name);
	char *end;
	unsigned long i = strtoul(name, &end, 10);
	bool is_index = value->type == JSON_LIST && n_name > 0 && end == name + n_name;
	return is_index && i < value->n ? &value->items[i] : NULL;
}

/* Names may hold dots: the longest that fits is meant. */
static const struct script_result *
find_result(const struct script_result *results, size_t n_results, const char *path, size_t n_path)
{
	const struct script_result *found = NULL;

	for (size_t i = 0; i < n_results; i++) {
		size_t n = strlen(results[i].name);
		bool fits = n <= n_path && memcmp(results[i].name, path, n) == 0 && (n == n_path || path[n] == '.');
		if (fits && (!found || n >= strlen(found->name)))
			found = &results[i];
	}
	return found;
}

static const struct json_value *
look_up(const char *path, size_t n_path, const struct script_result *results, size_t n_results)
{
	const struct script_result *result = find_result(results, n_results, path, n_path);
	const struct json_value *value = result ? result->answer : NULL;
	const char *end = path + n_path;

	if (!result)
		return NULL;
	for (path += strlen(result->name); value && path < end;) {
		path++; /* the dot */
		size_t n = strcspn(path, ".");
		n = n < (size_t)(end - path) ? n : (size_t)(end - path);
		value = descend(value, path, n);
		path += n;
	}
	return value;
}

struct expansion {
	struct arena *arena;
	const struct script_result *results;
	size_t n_results;
	const char *problem; /* of the first reference to nothing */
};

/* NULL with a problem. */
static const struct json_value *
resolve(struct expansion *expansion, const char *reference, size_t n)
{
	const struct json_value *value = look_up(reference + strlen(STEPS), n - strlen(STEPS), expansion->results, expansion->n_results);

	if (!value && !expansion->problem)
		expansion->problem = arena_printf(expansion->arena, "there is no %.*s", (int)n, reference);
	return value;
}

/* The reference that begins at or behind text: its start and end with braces; false when there is none. */
static bool
find_reference(const char *text, const char **ret_start, const char **ret_end)
{
	*ret_start = strstr(text, OPEN STEPS);
	const char *close = *ret_start ? strstr(*ret_start, CLOSE) : NULL;
	*ret_end = close ? close + strlen(CLOSE) : NULL;
	return close != NULL;
}

static const struct json_value *
resolve_between(struct expansion *expansion, const char *start, const char *end)
{
	return resolve(expansion, start + strlen(OPEN), (size_t)(end - start) - strlen(OPEN) - strlen(CLOSE));
}

static const char *
expand_text(struct expansion *expansion, const char *text)
{
	const char *start, *end;
	struct buf buf;

	buf_init(&buf, expansion->arena, strlen(text) + 32);
	while (find_reference(text, &start, &end)) {
		const struct json_value *value = resolve_between(expansion, start, end);
		buf_add(&buf, text, (size_t)(start - text));
		if (value && value->type == JSON_TEXT)
			buf_add(&buf, value->text, value->n);
		else if (value)
			json_write(&buf, value);
		text = end;
	}
	buf_add_text(&buf, text);
	return buf.bytes;
}

static void
expand_string(struct expansion *expansion, struct buf *buf, const char *text)
{
	const char *start, *end;
	const struct json_value *value = NULL;

	if (find_reference(text, &start, &end) && start == text && *end == '\0')
		value = resolve_between(expansion, start, end);
	if (value) {
		json_write(buf, value);
		return;
	}
	const char *expanded = expand_text(expansion, text);
	buf_add_json_text(buf, expanded, strlen(expanded));
}

/* As deep as the parser let it be. */
static void
expand_document(struct expansion *expansion, struct buf *buf, const struct json_value *value)
{
	bool is_list = value->type == JSON_LIST;

	if (value->type == JSON_TEXT) {
		expand_string(expansion, buf, value->text);
		return;
	}
	if (!is_list && value->type != JSON_OBJECT) {
		json_write(buf, value);
		return;
	}
	buf_add_char(buf, is_list ? '[' : '{');
	for (uint32_t i = 0; i < value->n; i++) {
		if (i)
			buf_add_char(buf, ',');
		if (!is_list) {
			buf_add_json_text(buf, value->members[i].name, value->members[i].n_name);
			buf_add_char(buf, ':');
		}
		expand_document(expansion, buf, is_list ? &value->items[i] : &value->members[i].value);
	}
	buf_add_char(buf, is_list ? ']' : '}');
}

const char *
script_expand(struct arena *arena, const struct json_value *argument, const struct script_result *results, size_t n_results,
    const char **ret_problem)
{
	struct expansion expansion = { .arena = arena, .results = results, .n_results = n_results };
	const char *text;

	if (argument->type == JSON_TEXT) {
		text = expand_text(&expansion, argument->text);
	} else {
		struct buf buf;
		buf_init(&buf, arena, 256);
		expand_document(&expansion, &buf, argument);
		text = buf.bytes;
	}
	if (!expansion.problem)
		return text;
	*ret_problem = expansion.problem;
	return NULL;
}

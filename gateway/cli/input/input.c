/* Options first, then what --input adds to them. */
#include "cli/input/input.h"

#include <string.h>

#include "codec/json.h"

static bool
read_flag(struct arena *arena, const struct flag *flag, const char *value, const struct document_source *source, void *object,
    struct input *input)
{
	if (flag->kind == FLAG_DOCUMENT) {
		const char *problem = NULL;
		value = source->load(source->context, arena, value, &problem);
		if (!value) {
			input->problem = arena_printf(arena, "--%s: %s", flag->name, problem);
			return false;
		}
	}
	return codec_json_read_text(arena, flag->field, value, object, &input->violations);
}

static bool
is_given(const struct command *command, const struct arguments *arguments, const struct json_member *member)
{
	for (size_t i = 0; i < command->n_flags; i++) {
		const struct shape_field *field = command->flags[i].field;
		if (field && arguments->values[i] && strcmp(field->name, member->name) == 0)
			return true;
	}
	return false;
}

/* The document without the members that options replace. */
static const struct json_value *
rest_of(struct arena *arena, const struct command *command, const struct arguments *arguments, const struct json_value *value)
{
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, value->n + 1);
	struct json_value *rest = ARENA_NEW(arena, struct json_value);

	rest->type = JSON_OBJECT;
	for (uint32_t i = 0; i < value->n; i++)
		if (!is_given(command, arguments, &value->members[i]))
			members[rest->n++] = value->members[i];
	rest->members = members;
	return rest;
}

static bool
read_document(struct arena *arena, const struct command *command, const struct arguments *arguments, const char *name,
    const struct document_source *source, void *object, struct input *input)
{
	struct json_error error;
	const char *problem = NULL;
	const char *text = source->load(source->context, arena, name, &problem);
	const struct json_value *value = text ? json_parse(arena, text, strlen(text), NULL, &error) : NULL;

	if (!text)
		input->problem = arena_printf(arena, "--input: %s", problem);
	else if (!value)
		input->problem = arena_printf(arena, "--input is not JSON: %s at line %zu, column %zu", error.message, error.line, error.column);
	else if (value->type != JSON_OBJECT)
		input->problem = "--input must hold a JSON object";
	if (input->problem)
		return false;
	return codec_json_read_all(arena, command->operation->request, text, rest_of(arena, command, arguments, value), object,
	    &input->violations);
}

bool
input_read(struct arena *arena, const struct command *command, const struct arguments *arguments,
    const struct document_source *source, struct input *ret_input)
{
	const struct shape *shape = command->operation->request;
	void *object = arena_alloc(arena, shape->size);
	const char *document = arguments_get(command, arguments, "input");
	bool is_good = true;

	*ret_input = (struct input){ .object = object };
	for (size_t i = 0; i < command->n_flags && !ret_input->problem; i++)
		if (command->flags[i].field && arguments->values[i])
			is_good &= read_flag(arena, &command->flags[i], arguments->values[i], source, object, ret_input);
	if (document && !ret_input->problem)
		is_good &= read_document(arena, command, arguments, document, source, object, ret_input);
	if (ret_input->problem)
		return false;
	/* Defaults go into a copy: what was not said is not sent. */
	void *whole = arena_memdup(arena, object, shape->size);
	is_good &= codec_json_finish(arena, shape, whole, &ret_input->violations);
	return is_good && ret_input->violations.n == 0;
}

/* A request of the registry, told as options. */
#include "cli/command/example.h"

#include <assert.h>
#include <string.h>

#include "buf.h"
#include "json/json.h"

const char *
shell_word(struct arena *arena, const char *text)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+=";
	struct buf buf;

	if (*text && text[strspn(text, harmless)] == '\0')
		return text;
	buf_init(&buf, arena, strlen(text) + 8);
	buf_add_char(&buf, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_text(&buf, "'\\''");
		else
			buf_add_char(&buf, *text);
	}
	buf_add_char(&buf, '\'');
	return buf.bytes;
}

/* A member's value as the option takes it. */
static const char *
option_text(struct arena *arena, const struct flag *flag, const struct json_value *value)
{
	struct buf buf;

	if (value->type == JSON_TEXT && flag->kind != FLAG_DOCUMENT)
		return value->text;
	buf_init(&buf, arena, 64);
	if (value->type != JSON_LIST || flag->kind != FLAG_LIST) {
		json_write(&buf, value);
		return buf.bytes;
	}
	for (uint32_t i = 0; i < value->n; i++) {
		if (i)
			buf_add_char(&buf, ',');
		if (value->items[i].type == JSON_TEXT)
			buf_add_text(&buf, value->items[i].text);
		else
			json_write(&buf, &value->items[i]);
	}
	return buf.bytes;
}

static bool
is_position(const struct command *command, size_t flag)
{
	for (size_t i = 0; i < command->n_positions; i++)
		if (command->positions[i] == flag)
			return true;
	return false;
}

static void
add_option(struct buf *line, const struct command *command, size_t i, const struct json_value *value)
{
	const struct flag *flag = &command->flags[i];
	bool is_on = value->type == JSON_BOOL && value->boolean && flag->kind == FLAG_SWITCH;

	if (!flag->field || is_position(command, i))
		return;
	buf_printf(line, " --%s", flag->name);
	if (is_on)
		return;
	buf_add_char(line, flag->kind == FLAG_SWITCH ? '=' : ' ');
	buf_add_text(line, shell_word(line->arena, option_text(line->arena, flag, value)));
}

static const struct json_value *
parse(struct arena *arena, const char *text)
{
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);

	assert(value); /* the generator wrote it */
	return value;
}

static const char *
line_of_request(struct arena *arena, const struct command *command, const struct json_value *request)
{
	struct buf line;

	buf_init(&line, arena, 128);
	buf_printf(&line, "wordclaw %s", command->name);
	for (size_t i = 0; i < command->n_positions; i++) {
		const struct flag *flag = &command->flags[command->positions[i]];
		const struct json_value *value = json_get(request, flag->field->name);
		buf_printf(&line, " %s", value ? shell_word(arena, option_text(arena, flag, value)) : flag->value);
	}
	for (size_t i = 0; i < command->n_flags; i++) {
		const struct json_value *value = command->flags[i].field ? json_get(request, command->flags[i].field->name) : NULL;
		if (value)
			add_option(&line, command, i, value);
	}
	return line.bytes;
}

/* What must be given, with the examples of the fields. */
static const char *
line_of_fields(struct arena *arena, const struct command *command)
{
	struct buf line;

	buf_init(&line, arena, 128);
	buf_printf(&line, "wordclaw %s", command->name);
	for (size_t i = 0; i < command->n_positions; i++) {
		const struct flag *flag = &command->flags[command->positions[i]];
		const char *example = flag->field->example;
		buf_printf(&line, " %s", example ? shell_word(arena, option_text(arena, flag, parse(arena, example))) : flag->value);
	}
	for (size_t i = 0; i < command->n_flags; i++) {
		const struct flag *flag = &command->flags[i];
		if (flag->field && flag->is_required && flag->field->example)
			add_option(&line, command, i, parse(arena, flag->field->example));
	}
	return line.bytes;
}

size_t
examples_of(struct arena *arena, const struct command *command, struct example ret_examples[EXAMPLES_MAX])
{
	const struct operation *operation = command->operation;
	size_t n = 0;

	for (; command->examples && command->examples[n] && n < EXAMPLES_MAX; n++)
		ret_examples[n] = (struct example){ .line = command->examples[n] };
	if (!operation)
		return n;
	for (size_t i = 0; i < operation->n_examples && n < EXAMPLES_MAX; i++)
		ret_examples[n++] = (struct example){ .title = operation->examples[i].title,
			.line = line_of_request(arena, command, parse(arena, operation->examples[i].request)) };
	if (n == 0)
		ret_examples[n++] = (struct example){ .line = line_of_fields(arena, command) };
	return n;
}

/* Arguments with variables put in. */
#include "graphql/run/arguments.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "graphql/schema/enum.h"
#include "graphql/run/variables.h"
#include "rest/template.h"

enum { ROWS_UNKNOWN = 50 };

#define DRY_RUN "dryRun"
#define LIMIT "limit"

static const struct graphql_value *
written(const struct graphql_plan_field *field, const char *name)
{
	const struct graphql_selection *selection = field->sets->written;

	for (size_t i = 0; i < selection->n_arguments; i++)
		if (strcmp(selection->arguments[i].name, name) == 0)
			return &selection->arguments[i].value;
	return NULL;
}

/* ---- from GraphQL's types to the registry's ---- */

/* As everywhere a number has one spelling, without leading zeros. */
static bool
read_id(const char *text, size_t n, int64_t *ret_id)
{
	const char *digits = text + (text[0] == '-');
	char *end;

	if (!isdigit((unsigned char)digits[0]) || (digits[0] == '0' && n > 1))
		return false;
	errno = 0;
	*ret_id = strtoll(text, &end, 10);
	return errno == 0 && end == text + n;
}

/* An id travels as text here and is a number there. */
static struct json_value
id_of(struct json_value value)
{
	int64_t id;

	if (value.type != JSON_TEXT || !read_id(value.text, value.n, &id))
		return value;
	return (struct json_value){ .type = JSON_INT, .integer = id };
}

static struct json_value
adapt_scalar(const struct shape_field *member, enum shape_type type, struct json_value value)
{
	if (type == SHAPE_INT)
		return member->flags & SHAPE_ID ? id_of(value) : value;
	const char *choice = member->choices && value.type == JSON_TEXT ? graphql_enum_choice(member->choices, value.text) : NULL;
	return choice ? (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)strlen(choice), .text = choice } : value;
}

static struct json_value adapt(struct arena *arena, const struct shape_field *member, enum shape_type type, struct json_value value);

static struct json_value
adapt_object(struct arena *arena, const struct shape *shape, struct json_value value)
{
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, value.n + 1);

	for (uint32_t i = 0; i < value.n; i++) {
		const struct shape_field *member = shape_find(shape, value.members[i].name);
		members[i] = value.members[i];
		if (member)
			members[i].value = adapt(arena, member, member->type, value.members[i].value);
	}
	value.members = members;
	value.order = NULL;
	return value;
}

/* A single value stands for a list of one (specification, 3.11). */
static struct json_value
adapt_list(struct arena *arena, const struct shape_field *member, struct json_value value)
{
	uint32_t n = value.type == JSON_LIST ? value.n : 1;
	const struct json_value *given = value.type == JSON_LIST ? value.items : &value;
	struct json_value *items = ARENA_ARRAY(arena, struct json_value, n + 1);

	for (uint32_t i = 0; i < n; i++)
		items[i] = adapt(arena, member, member->item, given[i]);
	return (struct json_value){ .type = JSON_LIST, .n = n, .items = items };
}

static struct json_value
adapt(struct arena *arena, const struct shape_field *member, enum shape_type type, struct json_value value)
{
	if (value.type == JSON_NULL)
		return value;
	if (type == SHAPE_LIST)
		return adapt_list(arena, member, value);
	if (type == SHAPE_STRUCT && value.type == JSON_OBJECT)
		return adapt_object(arena, member->shape, value);
	return adapt_scalar(member, type, value);
}

/* ---- arguments ---- */

static struct json_value
bound_value(const struct shape_field *from, const void *object)
{
	if (from->type == SHAPE_INT)
		return (struct json_value){ .type = JSON_INT, .integer = shape_get_int(from, object) };
	const char *text = shape_get_text(from, object);
	return (struct json_value){ .type = JSON_TEXT, .n = (uint32_t)strlen(text), .text = text };
}

static void
add(struct json_member *members, uint32_t *n, const char *name, struct json_value value)
{
	members[(*n)++] = (struct json_member){ .name = name, .n_name = (uint32_t)strlen(name), .value = value };
}

const struct json_value *
graphql_arguments(struct arena *arena, const struct graphql_plan_field *field, const struct json_value *variables,
    const struct shape *shape, const void *object)
{
	const struct operation *operation = field->field->operation;
	const struct graphql_selection *selection = field->sets->written;
	struct json_value *arguments = ARENA_NEW(arena, struct json_value);
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, selection->n_arguments + field->field->n_bound + 1);
	uint32_t n = 0;

	for (size_t i = 0; i < selection->n_arguments; i++) {
		const struct graphql_argument *given = &selection->arguments[i];
		const struct shape_field *member = shape_find(operation->request, given->name);
		struct json_value value = { .type = JSON_NULL };
		if (member && graphql_value_to_json(arena, &given->value, variables, &value))
			add(members, &n, given->name, adapt(arena, member, member->type, value));
	}
	for (size_t i = 0; i < field->field->n_bound; i++)
		add(members, &n, field->field->bound[i].name, bound_value(shape_find(shape, field->field->bound[i].from), object));
	*arguments = (struct json_value){ .type = JSON_OBJECT, .n = n, .members = members };
	return arguments;
}

/* A scalar argument without an arena: variables and literals of scalars need none. */
static struct json_value
scalar(const struct graphql_plan_field *field, const struct json_value *variables, const char *name)
{
	const struct graphql_value *given = written(field, name);
	struct json_value value = { .type = JSON_NULL };

	if (given && given->kind != GRAPHQL_VALUE_LIST && given->kind != GRAPHQL_VALUE_OBJECT)
		(void)graphql_value_to_json(NULL, given, variables, &value);
	return value;
}

bool
graphql_argument_dry_run(const struct graphql_plan_field *field, const struct json_value *variables)
{
	if (!(field->field->operation->flags & OPERATION_DRY_RUN))
		return false;
	struct json_value value = scalar(field, variables, DRY_RUN);
	return value.type == JSON_BOOL && value.boolean;
}

const char *
graphql_argument_text(const struct graphql_plan_field *field, const struct json_value *variables, const char *name)
{
	struct json_value value = scalar(field, variables, name);
	return value.type == JSON_TEXT ? value.text : NULL;
}

int64_t
graphql_argument_limit(const struct graphql_plan_field *field, const struct json_value *variables)
{
	const struct shape_field *member = shape_find(field->field->operation->request, LIMIT);
	struct json_value value = scalar(field, variables, LIMIT);

	if (value.type == JSON_INT && value.integer >= 0)
		return value.integer;
	if (!member)
		return ROWS_UNKNOWN;
	return member->default_text ? strtoll(member->default_text, NULL, 10) : member->max;
}

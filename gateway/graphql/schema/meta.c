/* Introspection's structs.  Source: GraphQL specification, section 4.2. */
#include "graphql/schema/meta.h"

#include <string.h>

#include "buf.h"
#include "contract/shape.h"

struct meta_type {
	const char *kind, *name, *description, *specified_by;
	struct shape_list fields, interfaces, possible_types, enum_values, input_fields;
	const struct meta_type *of_type;
	const bool *is_one_of;
};

struct meta_input {
	const char *name, *description, *default_value, *reason;
	const struct meta_type *type;
	bool is_deprecated;
};

struct meta_field {
	const char *name, *description, *reason;
	struct shape_list args;
	const struct meta_type *type;
	bool is_deprecated;
};

struct meta_value {
	const char *name, *description, *reason;
	bool is_deprecated;
};

struct meta_directive {
	const char *name, *description;
	struct shape_list locations, args;
	bool is_repeatable;
};

struct meta_schema {
	const char *description;
	struct shape_list types, directives;
	const struct meta_type *query_type, *mutation_type, *subscription_type;
};

/* ---- shapes ---- */

static const struct shape type_shape, input_shape, field_shape, value_shape, directive_shape;

#define PLACE(owner, name_, member_) .name = (name_), .offset = offsetof(struct owner, member_)
#define TEXT(owner, name_, member_) { PLACE(owner, name_, member_), .type = SHAPE_TEXT }
#define TEXT_REQUIRED(owner, name_, member_) { PLACE(owner, name_, member_), .type = SHAPE_TEXT, .flags = SHAPE_REQUIRED }
#define FLAG(owner, name_, member_) { PLACE(owner, name_, member_), .type = SHAPE_BOOL, .flags = SHAPE_REQUIRED }
#define LIST(owner, name_, member_, flags_, shape_) \
	{ PLACE(owner, name_, member_), .type = SHAPE_LIST, .item = SHAPE_STRUCT, .flags = (flags_), .shape = &(shape_) }
#define STRUCT(owner, name_, member_, flags_) { PLACE(owner, name_, member_), .type = SHAPE_STRUCT, .flags = (flags_), .shape = &type_shape }
#define SHAPE(symbol, name_, owner, fields_) \
	static const struct shape symbol = { .name = (name_), .size = sizeof(struct owner), .fields = (fields_), \
		.n_fields = sizeof(fields_) / sizeof((fields_)[0]) }
#define DEPRECATION(owner) FLAG(owner, "isDeprecated", is_deprecated), TEXT(owner, "deprecationReason", reason)

static const struct shape_field type_fields[] = {
	TEXT_REQUIRED(meta_type, "kind", kind), TEXT(meta_type, "name", name), TEXT(meta_type, "description", description),
	TEXT(meta_type, "specifiedByURL", specified_by), LIST(meta_type, "fields", fields, 0, field_shape),
	LIST(meta_type, "interfaces", interfaces, 0, type_shape), LIST(meta_type, "possibleTypes", possible_types, 0, type_shape),
	LIST(meta_type, "enumValues", enum_values, 0, value_shape), LIST(meta_type, "inputFields", input_fields, 0, input_shape),
	STRUCT(meta_type, "ofType", of_type, 0), { PLACE(meta_type, "isOneOf", is_one_of), .type = SHAPE_BOOL },
};
SHAPE(type_shape, "__Type", meta_type, type_fields);

static const struct shape_field input_fields[] = {
	TEXT_REQUIRED(meta_input, "name", name), TEXT(meta_input, "description", description),
	STRUCT(meta_input, "type", type, SHAPE_REQUIRED), TEXT(meta_input, "defaultValue", default_value), DEPRECATION(meta_input),
};
SHAPE(input_shape, "__InputValue", meta_input, input_fields);

static const struct shape_field field_fields[] = {
	TEXT_REQUIRED(meta_field, "name", name), TEXT(meta_field, "description", description),
	LIST(meta_field, "args", args, SHAPE_REQUIRED, input_shape), STRUCT(meta_field, "type", type, SHAPE_REQUIRED), DEPRECATION(meta_field),
};
SHAPE(field_shape, "__Field", meta_field, field_fields);

static const struct shape_field value_fields[] = {
	TEXT_REQUIRED(meta_value, "name", name), TEXT(meta_value, "description", description), DEPRECATION(meta_value),
};
SHAPE(value_shape, "__EnumValue", meta_value, value_fields);

static const struct shape_field directive_fields[] = {
	TEXT_REQUIRED(meta_directive, "name", name), TEXT(meta_directive, "description", description),
	FLAG(meta_directive, "isRepeatable", is_repeatable),
	{ PLACE(meta_directive, "locations", locations), .type = SHAPE_LIST, .item = SHAPE_TEXT, .flags = SHAPE_REQUIRED },
	LIST(meta_directive, "args", args, SHAPE_REQUIRED, input_shape),
};
SHAPE(directive_shape, "__Directive", meta_directive, directive_fields);

static const struct shape_field schema_fields[] = {
	TEXT(meta_schema, "description", description), LIST(meta_schema, "types", types, SHAPE_REQUIRED, type_shape),
	STRUCT(meta_schema, "queryType", query_type, SHAPE_REQUIRED), STRUCT(meta_schema, "mutationType", mutation_type, 0),
	STRUCT(meta_schema, "subscriptionType", subscription_type, 0),
	LIST(meta_schema, "directives", directives, SHAPE_REQUIRED, directive_shape),
};
SHAPE(schema_shape, "__Schema", meta_schema, schema_fields);

/* ---- as types of the answer ---- */

enum { N_SHAPES = 6 };

static const struct shape *const shapes[N_SHAPES] = { &schema_shape, &type_shape, &field_shape, &input_shape, &value_shape, &directive_shape };

static size_t
shape_index(const struct shape *shape)
{
	size_t i = 0;
	while (shapes[i] != shape)
		i++;
	return i;
}

static void
describe(struct arena *arena, struct graphql_type *types)
{
	for (size_t i = 0; i < N_SHAPES; i++) {
		struct graphql_field *fields = ARENA_ARRAY(arena, struct graphql_field, shapes[i]->n_fields);
		for (size_t k = 0; k < shapes[i]->n_fields; k++) {
			const struct shape_field *member = &shapes[i]->fields[k];
			fields[k] = (struct graphql_field){ .name = member->name, .member = member->name,
				.kind = member->shape ? GRAPHQL_OBJECT : GRAPHQL_PLAIN, .is_required = member->flags & SHAPE_REQUIRED,
				.type = member->shape ? &types[shape_index(member->shape)] : NULL };
		}
		types[i] = (struct graphql_type){ .name = shapes[i]->name, .shape = shapes[i], .fields = fields, .n_fields = shapes[i]->n_fields };
	}
}

/* ---- the objects ---- */

struct maker {
	struct arena *arena;
	const struct graphql_schema *schema;
	struct meta_type *types; /* in the order of the schema's */
};

static const struct meta_type *
wrap(struct maker *maker, const char *kind, const struct meta_type *inner)
{
	struct meta_type *outer = ARENA_NEW(maker->arena, struct meta_type);
	*outer = (struct meta_type){ .kind = kind, .of_type = inner };
	return outer;
}

static const struct meta_type *
type_of(struct maker *maker, const struct graphql_type_ref *ref)
{
	const struct meta_type *type = ref->name ? &maker->types[graphql_schema_type(maker->schema, ref->name) - maker->schema->types]
	    : wrap(maker, "LIST", type_of(maker, ref->of));
	return ref->is_required ? wrap(maker, "NON_NULL", type) : type;
}

static struct shape_list
inputs_of(struct maker *maker, const struct graphql_schema_input *list, size_t n)
{
	struct meta_input *inputs = ARENA_ARRAY(maker->arena, struct meta_input, n + 1);

	for (size_t i = 0; i < n; i++) {
		inputs[i] = (struct meta_input){ .name = list[i].name, .description = list[i].description, .type = type_of(maker, list[i].type) };
		if (!list[i].fallback)
			continue;
		struct buf text;
		buf_init(&text, maker->arena, 16);
		graphql_value_write(&text, list[i].fallback);
		inputs[i].default_value = text.bytes;
	}
	return (struct shape_list){ .items = inputs, .n = n };
}

static struct shape_list
fields_of(struct maker *maker, const struct graphql_schema_type *type)
{
	struct meta_field *fields = ARENA_ARRAY(maker->arena, struct meta_field, type->n_fields + 1);

	for (size_t i = 0; i < type->n_fields; i++) {
		const struct graphql_schema_field *field = &type->fields[i];
		fields[i] = (struct meta_field){ .name = field->name, .description = field->description, .type = type_of(maker, field->type),
			.args = inputs_of(maker, field->arguments, field->n_arguments) };
	}
	return (struct shape_list){ .items = fields, .n = type->n_fields };
}

static struct shape_list
values_of(struct maker *maker, const struct graphql_schema_type *type)
{
	struct meta_value *values = ARENA_ARRAY(maker->arena, struct meta_value, type->n_values + 1);

	for (size_t i = 0; i < type->n_values; i++)
		values[i] = (struct meta_value){ .name = type->values[i].name, .description = type->values[i].description };
	return (struct shape_list){ .items = values, .n = type->n_values };
}

static void
make_type(struct maker *maker, const struct graphql_schema_type *type, struct meta_type *ret_type)
{
	static const char *const kinds[] = { "SCALAR", "OBJECT", "ENUM", "INPUT_OBJECT" };
	static const bool no = false;

	*ret_type = (struct meta_type){ .kind = kinds[type->kind], .name = type->name, .description = type->description,
		.specified_by = type->specified_by };
	switch (type->kind) {
	case GRAPHQL_TYPE_OBJECT:
		ret_type->fields = fields_of(maker, type);
		ret_type->interfaces.items = ""; /* an empty list, not none */
		return;
	case GRAPHQL_TYPE_ENUM:
		ret_type->enum_values = values_of(maker, type);
		return;
	case GRAPHQL_TYPE_INPUT:
		ret_type->input_fields = inputs_of(maker, type->inputs, type->n_inputs);
		ret_type->is_one_of = &no;
		return;
	case GRAPHQL_TYPE_SCALAR:
		return;
	}
}

static struct shape_list
directives_of(struct maker *maker)
{
	size_t n = maker->schema->n_directives;
	struct meta_directive *directives = ARENA_ARRAY(maker->arena, struct meta_directive, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct graphql_schema_directive *directive = &maker->schema->directives[i];
		directives[i] = (struct meta_directive){ .name = directive->name, .description = directive->description,
			.locations = { .items = directive->locations, .n = directive->n_locations },
			.args = inputs_of(maker, directive->arguments, directive->n_arguments) };
	}
	return (struct shape_list){ .items = directives, .n = n };
}

const struct graphql_meta *
graphql_meta_new(struct arena *arena, const struct graphql_schema *schema)
{
	struct graphql_type *types = ARENA_ARRAY(arena, struct graphql_type, N_SHAPES);
	struct maker maker = { .arena = arena, .schema = schema, .types = ARENA_ARRAY(arena, struct meta_type, schema->n_types) };
	struct meta_schema *object = ARENA_NEW(arena, struct meta_schema);
	struct graphql_meta *meta = ARENA_NEW(arena, struct graphql_meta);

	describe(arena, types);
	for (size_t i = 0; i < schema->n_types; i++)
		make_type(&maker, &schema->types[i], &maker.types[i]);
	*object = (struct meta_schema){ .types = { .items = maker.types, .n = schema->n_types }, .directives = directives_of(&maker),
		.query_type = &maker.types[schema->query - schema->types],
		.mutation_type = schema->mutation ? &maker.types[schema->mutation - schema->types] : NULL };
	*meta = (struct graphql_meta){ .object = object,
		.schema = { .name = "__schema", .kind = GRAPHQL_OBJECT, .is_required = true, .type = &types[shape_index(&schema_shape)] },
		.type = { .name = "__type", .kind = GRAPHQL_OBJECT, .type = &types[shape_index(&type_shape)] } };
	return meta;
}

const void *
graphql_meta_type(const struct graphql_meta *meta, const char *name)
{
	const struct meta_schema *schema = meta->object;
	const struct meta_type *types = schema->types.items;

	for (size_t i = 0; i < schema->types.n; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

/* Documents are changed by copies of the objects and lists on the way, the rest is shared. */
#include "schema_change/steps.h"

#include <string.h>

/* ---- paths ---- */

bool
step_path_read(struct arena *arena, const char *text, struct step_path *ret_path)
{
	struct step_path path = { .n = 0 };

	if (strlen(text) > STEP_PATH_BYTES_MAX)
		return false;
	for (const char *at = text;; at++) {
		size_t n = strcspn(at, ".");
		if (n == 0 || path.n == STEP_DEPTH_MAX)
			return false;
		path.names[path.n++] = arena_strndup(arena, at, n);
		at += n;
		if (!*at)
			break;
	}
	*ret_path = path;
	return true;
}

bool
step_path_has_every(const struct step_path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		if (strcmp(path->names[i], STEP_EVERY) == 0)
			return true;
	}
	return false;
}

/* ---- objects ---- */

static const struct json_value *
made_object(struct arena *arena, const struct json_member *members, size_t n)
{
	struct json_value *object = ARENA_NEW(arena, struct json_value);

	*object = (struct json_value){ .type = JSON_OBJECT, .n = (uint32_t)n, .members = members };
	return object;
}

static size_t
place_of(const struct json_value *object, const char *name)
{
	size_t i = 0;

	while (i < object->n && strcmp(object->members[i].name, name) != 0)
		i++;
	return i;
}

/* The object with a member in this place, which may be the one behind the last. */
static const struct json_value *
with_member(struct arena *arena, const struct json_value *object, size_t place, const char *name, const struct json_value *value)
{
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, object->n + 1);

	for (size_t i = 0; i < object->n; i++)
		members[i] = object->members[i];
	members[place] = (struct json_member){ .name = name, .n_name = (uint32_t)strlen(name), .value = *value };
	return made_object(arena, members, place == object->n ? object->n + 1 : object->n);
}

static const struct json_value *
without_member(struct arena *arena, const struct json_value *object, size_t place)
{
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, object->n);
	size_t n = 0;

	for (size_t i = 0; i < object->n; i++) {
		if (i != place)
			members[n++] = object->members[i];
	}
	return made_object(arena, members, n);
}

/* ---- the end of a path ---- */

static const struct json_value *
cast_or_stay(struct arena *arena, const struct schema_change_step *step, const struct json_value *value)
{
	const struct json_value *cast = cast_value(arena, value, step->type);

	if (cast)
		return cast;
	return step->value ? step->value : value;
}

static const struct json_value *
change_member(struct arena *arena, const struct schema_change_step *step, const struct json_value *object, const char *name)
{
	size_t place = place_of(object, name);
	bool is_there = place < object->n;

	switch (step->op) {
	case STEP_OP_RENAME:
		if (!is_there || place_of(object, step->to.names[0]) < object->n)
			return object;
		return with_member(arena, object, place, step->to.names[0], &object->members[place].value);
	case STEP_OP_DEFAULT:
		return is_there ? object : with_member(arena, object, place, name, step->value);
	case STEP_OP_DROP:
	case STEP_OP_MOVE: /* what it moved is where it leads by now */
		return is_there ? without_member(arena, object, place) : object;
	case STEP_OP_CAST:
		if (is_there) {
			const struct json_value *cast = cast_or_stay(arena, step, &object->members[place].value);
			return cast == &object->members[place].value ? object : with_member(arena, object, place, name, cast);
		}
	}
	return object;
}

/* ---- on the way ---- */

static const struct json_value *visit(struct arena *arena, const struct schema_change_step *step, const struct json_value *value, size_t depth);

/* What becomes of an element or member that * stands for. */
static const struct json_value *
visit_each(struct arena *arena, const struct schema_change_step *step, const struct json_value *value, size_t depth)
{
	if (depth < step->path.n)
		return visit(arena, step, value, depth);
	return step->op == STEP_OP_CAST ? cast_or_stay(arena, step, value) : NULL; /* NULL: it is dropped */
}

static const struct json_value *
visit_list(struct arena *arena, const struct schema_change_step *step, const struct json_value *list, size_t depth)
{
	struct json_value *items = ARENA_ARRAY(arena, struct json_value, list->n + 1);
	bool is_same = true;
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct json_value *item = visit_each(arena, step, &list->items[i], depth + 1);
		is_same = is_same && item == &list->items[i];
		if (item)
			items[n++] = *item;
	}
	if (is_same)
		return list;
	struct json_value *made = ARENA_NEW(arena, struct json_value);
	*made = (struct json_value){ .type = JSON_LIST, .n = (uint32_t)n, .items = items };
	return made;
}

static const struct json_value *
visit_members(struct arena *arena, const struct schema_change_step *step, const struct json_value *object, size_t depth)
{
	struct json_member *members = ARENA_ARRAY(arena, struct json_member, object->n + 1);
	bool is_same = true;
	size_t n = 0;

	for (size_t i = 0; i < object->n; i++) {
		const struct json_value *value = visit_each(arena, step, &object->members[i].value, depth + 1);
		is_same = is_same && value == &object->members[i].value;
		if (!value)
			continue;
		members[n] = object->members[i];
		members[n++].value = *value;
	}
	return is_same ? object : made_object(arena, members, n);
}

/* A default makes the objects on its way, where it names each of them. */
static const struct json_value *
visit_absent(struct arena *arena, const struct schema_change_step *step, const struct json_value *object, size_t depth)
{
	static const struct json_value nothing = { .type = JSON_OBJECT };
	const char *name = step->path.names[depth];

	if (step->op != STEP_OP_DEFAULT || step_path_has_every(&step->path))
		return object;
	return with_member(arena, object, object->n, name, visit(arena, step, &nothing, depth + 1));
}

static const struct json_value *
visit(struct arena *arena, const struct schema_change_step *step, const struct json_value *value, size_t depth)
{
	const char *name = step->path.names[depth];

	if (strcmp(name, STEP_EVERY) == 0 && value->type == JSON_LIST)
		return visit_list(arena, step, value, depth);
	if (value->type != JSON_OBJECT)
		return value;
	if (strcmp(name, STEP_EVERY) == 0)
		return visit_members(arena, step, value, depth);
	if (depth == step->path.n - 1)
		return change_member(arena, step, value, name);
	size_t place = place_of(value, name);
	if (place == value->n)
		return visit_absent(arena, step, value, depth);
	const struct json_value *inner = &value->members[place].value, *changed = visit(arena, step, inner, depth + 1);
	return changed == inner ? value : with_member(arena, value, place, name, changed);
}

/* ---- moves ---- */

static const struct json_value *
found_at(const struct json_value *document, const struct step_path *path)
{
	const struct json_value *value = document;

	for (size_t i = 0; value && i < path->n; i++)
		value = value->type == JSON_OBJECT ? json_get(value, path->names[i]) : NULL;
	return value;
}

/* A place that is free, in objects that are there or can be made. */
static bool
has_room(const struct json_value *document, const struct step_path *path)
{
	const struct json_value *value = document;

	for (size_t i = 0; i < path->n; i++) {
		if (value->type != JSON_OBJECT)
			return false;
		value = json_get(value, path->names[i]);
		if (!value)
			return true;
	}
	return false;
}

static const struct json_value *
move(struct arena *arena, const struct schema_change_step *step, const struct json_value *document)
{
	const struct json_value *value = found_at(document, &step->path);

	if (!value || document->type != JSON_OBJECT)
		return document;
	const struct json_value *rest = visit(arena, step, document, 0);
	if (!has_room(rest, &step->to))
		return document;
	const struct schema_change_step put = { .op = STEP_OP_DEFAULT, .path = step->to, .value = value };
	return visit(arena, &put, rest, 0);
}

const struct json_value *
steps_apply(struct arena *arena, const struct schema_steps *steps, const struct json_value *document)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct schema_change_step *step = &steps->list[i];
		document = step->op == STEP_OP_MOVE ? move(arena, step, document) : visit(arena, step, document, 0);
	}
	return document;
}

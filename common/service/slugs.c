/* Rows may be named by slug where an id is taken (SHAPE_SLUG): before the handler runs, ids take the place of slugs. */
#include <assert.h>
#include <string.h>

#include "service_internal.h"

/* One slug in an input, and where its id goes. */
struct slug_place {
	const struct shape_field *field;
	void *object;
	size_t input;
	bool is_nested; /* in a list: what is unknown there is the entry's matter, so its id stays 0 */
};

struct slug_places {
	struct arena *arena;
	struct slug_place *list;
	size_t n, n_max;
};

static void
add_place(struct slug_places *places, const struct slug_place *place)
{
	if (places->n == places->n_max) {
		size_t n_max = places->n_max ? places->n_max * 2 : 8;
		struct slug_place *list = ARENA_ARRAY(places->arena, struct slug_place, n_max);
		for (size_t i = 0; i < places->n; i++)
			list[i] = places->list[i];
		places->list = list;
		places->n_max = n_max;
	}
	places->list[places->n++] = *place;
}

static void
find_places(struct slug_places *places, const struct shape *shape, char *object, size_t input, bool is_nested)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (shape_get_slug(field, object))
			add_place(places, &(struct slug_place){ .field = field, .object = object, .input = input, .is_nested = is_nested });
		if (field->type != SHAPE_LIST || field->item != SHAPE_STRUCT || is_nested)
			continue;
		struct shape_list list = shape_get_list(field, object);
		for (size_t k = 0; k < list.n; k++)
			find_places(places, field->shape, (char *)(uintptr_t)list.items + k * field->shape->size, input, true);
	}
}

static const struct error *
unknown_slug(struct request *req, const struct slug_place *place, enum error_code code)
{
	struct error *error = error_make(req->arena, &error_catalogue[code], ERROR_WHERE, "nothing has the slug '%s'",
	    shape_get_slug(place->field, place->object));
	return error_at(error, arena_printf(req->arena, "/%s", place->field->name), NULL);
}

const struct error *
slugs_resolve(struct request *req, size_t n, void *const in[], const struct error *errors[])
{
	const struct slug_resolver *resolver = &req->service->definition->slugs;
	struct slug_places places = { .arena = req->arena };

	for (size_t i = 0; i < n; i++)
		find_places(&places, req->op->request, in[i], i, false);
	if (places.n == 0)
		return NULL;
	assert(resolver->find);
	const char **slugs = ARENA_ARRAY(req->arena, const char *, places.n);
	int64_t *ids = ARENA_ARRAY(req->arena, int64_t, places.n);
	for (size_t i = 0; i < places.n; i++)
		slugs[i] = shape_get_slug(places.list[i].field, places.list[i].object);
	const struct error *error = resolver->find(req, slugs, places.n, ids);
	if (error)
		return error;
	for (size_t i = 0; i < places.n; i++) {
		const struct slug_place *place = &places.list[i];
		shape_set_int(req->arena, place->field, place->object, ids[i]);
		if (!ids[i] && !place->is_nested)
			errors[place->input] = unknown_slug(req, place, resolver->unknown);
	}
	return NULL;
}

/* The query of a stream of events. */
#include "events/event_query.h"

#include <string.h>

#include "error_codes.h"
#include "events.h"
#include "http/header.h"
#include "events/hub_event.h"

static const struct error *
refuse(struct arena *arena, const char *pointer, const char *message)
{
	struct error *error = error_make(arena, &error_catalogue[ERROR_VALIDATION_ERROR], ERROR_WHERE, "%s", message);

	error->pointer = pointer;
	return error;
}

static const struct error *
read_number(struct arena *arena, const char *pointer, const char *text, int64_t *ret_number)
{
	uint64_t number;

	if (!header_size(text, &number) || number > INT64_MAX)
		return refuse(arena, pointer, arena_printf(arena, "'%s' must be a number from 0, such as 42, not '%s'", pointer + 1, text));
	*ret_number = (int64_t)number;
	return NULL;
}

static bool
may_receive_any(const struct principal *principal, const char *pattern)
{
	for (size_t i = 0; registry_events[i]; i++)
		if (hub_type_fits(pattern, registry_events[i]) && hub_may_receive(principal, registry_events[i]))
			return true;
	return false;
}

static const char *
known_types(struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, 512);
	for (size_t i = 0; registry_events[i]; i++)
		buf_printf(&buf, "%s%s", i > 0 ? ", " : "", registry_events[i]->name);
	return buf.bytes;
}

const struct error *
event_query_take_type(struct arena *arena, const struct principal *principal, const char *type, struct hub_filter *filter)
{
	if (filter->n_types == HUB_TYPES_MAX)
		return refuse(arena, "/types", arena_printf(arena, "there are more than %d types", HUB_TYPES_MAX));
	if (!hub_type_exists(type))
		return refuse(arena, "/types", arena_printf(arena, "no event is called '%s'; patterns are 'content_item.*' and '*', events are %s",
		    type, known_types(arena)));
	if (!may_receive_any(principal, type))
		return error_make(arena, &error_catalogue[ERROR_POLICY_DENIED], ERROR_WHERE, "'%s' may not receive '%s'", principal->id, type);
	filter->types[filter->n_types++] = type;
	return NULL;
}

static const struct error *
read_types(struct arena *arena, const struct principal *principal, const char *types, struct hub_filter *filter)
{
	while (types && *types) {
		size_t n = strcspn(types, ",");
		const struct error *error = event_query_take_type(arena, principal, arena_strndup(arena, types, n), filter);
		if (error)
			return error;
		types += n + (types[n] == ',');
	}
	return NULL;
}

static const struct error *
check_entity_type(struct arena *arena, const char *entity_type)
{
	for (size_t i = 0; entity_type && registry_events[i]; i++)
		if (strcmp(registry_events[i]->entity_type, entity_type) == 0)
			return NULL;
	return entity_type ? refuse(arena, "/entityType", arena_printf(arena, "no event is about '%s'; events are %s", entity_type, known_types(arena))) : NULL;
}

static const struct error *
check_names(struct arena *arena, const struct query *query)
{
	static const char known[] = "types,entityType,entityId,actorId,after";

	for (size_t i = 0; i < query->n; i++)
		if (!header_list_has(known, query->list[i].name))
			return refuse(arena, "", arena_printf(arena, "unknown query parameter '%s'; known are %s", query->list[i].name, known));
	return NULL;
}

const struct error *
event_query_read(struct arena *arena, const struct query *query, const char *last_event_id, const struct principal *principal,
    struct event_query *ret_query)
{
	const char *after = query_get(query, "after"), *entity_id = query_get(query, "entityId");
	struct event_query read = { .after = HUB_NOW,
		.filter = { .entity_type = query_get(query, "entityType"), .actor_id = query_get(query, "actorId") } };
	const struct error *error = check_names(arena, query);

	if (!error)
		error = read_types(arena, principal, query_get(query, "types"), &read.filter);
	if (!error)
		error = check_entity_type(arena, read.filter.entity_type);
	if (!error && after)
		error = read_number(arena, "/after", after, &read.after);
	if (!error && last_event_id)
		error = read_number(arena, "/Last-Event-ID", last_event_id, &read.after);
	if (!error && entity_id)
		error = read_number(arena, "/entityId", entity_id, &read.filter.entity_id);
	if (!error)
		*ret_query = read;
	return error;
}

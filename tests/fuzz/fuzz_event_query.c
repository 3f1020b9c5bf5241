/* Any text as Last-Event-ID (first line) and query of a stream of events: what is taken asks for types that exist, for numbers in
 * range, and is taken the same way when it is written out again. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "events/event_query.h"
#include "events/hub_event.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, INPUT_BYTES_MAX = 4096 };

static const struct principal reader = { .id = "api_key:1", .tenant = 1, .scopes = (const char *[]){ "content:read" }, .n_scopes = 1 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static bool
is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void
add_text(struct arena *arena, struct buf *query, const char *name, const char *text)
{
	if (text)
		buf_printf(query, "%s%s=%s", query->len > 0 ? "&" : "", name, uri_encode(arena, text));
}

static const char *
types_of(struct arena *arena, const struct hub_filter *filter)
{
	struct buf types;

	buf_init(&types, arena, 64);
	buf_add_text(&types, "");
	for (size_t i = 0; i < filter->n_types; i++)
		buf_printf(&types, "%s%s", i > 0 ? "," : "", filter->types[i]);
	return filter->n_types > 0 ? types.bytes : NULL;
}

static void
check_again(struct arena *arena, const struct event_query *taken)
{
	const struct hub_filter *filter = &taken->filter;
	struct event_query again;
	struct query query;
	struct buf text;

	buf_init(&text, arena, 256);
	add_text(arena, &text, "types", types_of(arena, filter));
	add_text(arena, &text, "entityType", filter->entity_type);
	add_text(arena, &text, "actorId", filter->actor_id);
	add_text(arena, &text, "entityId", arena_printf(arena, "%" PRId64, filter->entity_id));
	if (taken->after != HUB_NOW)
		add_text(arena, &text, "after", arena_printf(arena, "%" PRId64, taken->after));
	assert(!query_parse(arena, text.bytes, &query));
	assert(!event_query_read(arena, &query, NULL, &reader, &again));
	assert(again.after == taken->after && again.filter.entity_id == filter->entity_id && again.filter.n_types == filter->n_types);
	assert(is_same(again.filter.entity_type, filter->entity_type) && is_same(again.filter.actor_id, filter->actor_id));
	for (size_t i = 0; i < filter->n_types; i++)
		assert(strcmp(again.filter.types[i], filter->types[i]) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	struct event_query taken;
	struct query query;

	if (n_bytes > INPUT_BYTES_MAX)
		return 0;
	struct arena *arena = arena_new(ARENA_BYTES);
	const char *text = arena_strndup(arena, (const char *)bytes, n_bytes);
	size_t n_line = strcspn(text, "\n");
	const char *last = n_line > 0 ? arena_strndup(arena, text, n_line) : NULL;

	if (!query_parse(arena, text[n_line] ? text + n_line + 1 : "", &query)) {
		const struct error *error = event_query_read(arena, &query, last, &reader, &taken);
		assert(!error || (error->info->status >= 400 && error->info->status < 500 && error->message[0]));
		if (!error) {
			assert(taken.after >= HUB_NOW && taken.filter.entity_id >= 0 && taken.filter.n_types <= HUB_TYPES_MAX);
			for (size_t i = 0; i < taken.filter.n_types; i++)
				assert(hub_type_exists(taken.filter.types[i]));
			check_again(arena, &taken);
		}
	}
	arena_free(arena);
	return 0;
}

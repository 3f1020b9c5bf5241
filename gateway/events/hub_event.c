/* Events for subscribers. */
#include "events/hub_event.h"

#include <string.h>

#include "events.h"
#include "id.h"
#include "json/json.h"
#include "contract/event_data.h"
#include "contract/policy.h"

static const struct event_type *
find_type(const struct audit_feed_entry *entry)
{
	for (const struct event_type *const *type = registry_events; *type; type++)
		if (strcmp((*type)->entity_type, entry->entity_type) == 0 && strcmp((*type)->action, entry->action) == 0)
			return *type;
	return NULL;
}

static void
add(struct buf *json, const char *key, const char *text)
{
	buf_printf(json, ",\"%s\":", key);
	if (text)
		buf_add_json_text(json, text, strlen(text));
	else
		buf_add_text(json, "null");
}

/* The key that a rotation replaced; a revocation's is its entity. */
static int64_t
revoked_key(struct arena *arena, const struct event_type *type, const struct audit_feed_entry *entry)
{
	struct json_error ignored;

	if (type != &event_api_key_rotate || !entry->details)
		return entry->entity_id;
	const struct json_value *payload = json_parse(arena, entry->details, strlen(entry->details), NULL, &ignored);
	const struct json_value *old = payload && payload->type == JSON_OBJECT ? json_get(payload, "oldId") : NULL;
	return old && old->type == JSON_INT ? old->integer : entry->entity_id;
}

static void
write_event(struct buf *json, const struct audit_feed_entry *entry, const struct event_type *type, const char *payload)
{
	char time[TIME_TEXT_BYTES];

	time_format(time, entry->created_at);
	buf_printf(json, "{\"number\":%lld", (long long)entry->number);
	add(json, "eventId", entry->event_id);
	add(json, "type", type->name);
	add(json, "entityType", entry->entity_type);
	buf_printf(json, ",\"entityId\":%lld,\"entityVersion\":", (long long)entry->entity_id);
	if (entry->entity_version)
		buf_add_int(json, *entry->entity_version);
	else
		buf_add_text(json, "null");
	add(json, "actorId", entry->actor_id);
	add(json, "actorType", entry->actor_type);
	add(json, "actorSource", entry->actor_source);
	add(json, "requestId", entry->request_id);
	add(json, "occurredAt", time);
	buf_printf(json, ",\"payload\":%s}", payload);
}

bool
hub_event_make(struct arena *arena, const struct audit_feed_entry *entry, struct hub_event *ret_event)
{
	const struct event_type *type = find_type(entry);
	const char *payload = entry->details ? entry->details : "{}";
	struct buf json, free_json;

	if (!type)
		return false;
	buf_init(&json, arena, 512 + strlen(payload));
	write_event(&json, entry, type, payload);
	*ret_event = (struct hub_event){ .number = entry->number, .type = type, .entity_id = entry->entity_id, .actor_id = entry->actor_id,
		.revoked_key_id = revoked_key(arena, type, entry), .json = json.bytes, .n_json = json.len };
	if (!entry->is_sold)
		return true;
	buf_init(&free_json, arena, 512);
	write_event(&free_json, entry, type, event_without_data(arena, payload));
	ret_event->free_json = free_json.bytes;
	ret_event->n_free_json = free_json.len;
	return true;
}

struct hub_event
hub_event_for(const struct principal *principal, const struct hub_event *event)
{
	struct hub_event shown = *event;

	if (event->free_json && !principal_sees_sold(principal)) {
		shown.json = event->free_json;
		shown.n_json = event->n_free_json;
	}
	return shown;
}

bool
hub_type_fits(const char *pattern, const struct event_type *type)
{
	size_t n = strlen(type->entity_type);

	if (strcmp(pattern, "*") == 0 || strcmp(pattern, type->name) == 0)
		return true;
	return strncmp(pattern, type->entity_type, n) == 0 && strcmp(pattern + n, ".*") == 0;
}

bool
hub_type_exists(const char *pattern)
{
	for (const struct event_type *const *type = registry_events; *type; type++)
		if (hub_type_fits(pattern, *type))
			return true;
	return false;
}

bool
hub_filter_fits(const struct hub_filter *filter, const struct hub_event *event)
{
	bool is_type = filter->n_types == 0;

	for (size_t i = 0; i < filter->n_types && !is_type; i++)
		is_type = hub_type_fits(filter->types[i], event->type);
	if (!is_type || (filter->entity_type && strcmp(filter->entity_type, event->type->entity_type) != 0))
		return false;
	if (filter->entity_id != 0 && filter->entity_id != event->entity_id)
		return false;
	return !filter->actor_id || (event->actor_id && strcmp(filter->actor_id, event->actor_id) == 0);
}

/* The scope that the event names, or one that includes it. */
bool
hub_may_receive(const struct principal *principal, const struct event_type *type)
{
	if (principal->narrow) /* events name items of every type */
		return false;
	if (strcmp(type->scope, "platform") == 0)
		return principal->is_platform_admin;
	if (principal_has_scope(principal, "admin") || principal_has_scope(principal, type->scope))
		return true;
	return strcmp(type->scope, "content:read") == 0 && principal_has_scope(principal, "content:write");
}

/* What other services changed, kept for undo, which says of each why it stays. */
#include <string.h>

#include "content_queries.h"
#include "json/json.h"
#include "undo/things.h"

static const char *
label_in(const struct json_value *payload, const char *name)
{
	const struct json_value *label = payload && payload->type == JSON_OBJECT ? json_get(payload, name) : NULL;

	return label && label->type == JSON_TEXT && label->n <= LABEL_BYTES_MAX ? label->text : NULL;
}

const struct error *
changes_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	(void)publisher;
	for (size_t i = 0; i < n; i++) {
		const struct event_record *event = &events[i];
		struct json_error wrong;
		const struct json_value *payload = json_parse(req->arena, event->payload.json, event->payload.len, NULL, &wrong);
		const char *dot = strchr(event->type, '.');
		if (!event->domain_id || !event->actor_id || strcmp(event->actor_id, "system") == 0)
			continue;
		query_gather(req, &content_change_note_foreign_query, PARAMS(P_INT(*event->domain_id), P_TEXT(event->entity_type), P_INT(event->entity_id),
		    P_TEXT(dot ? dot + 1 : event->type), P_TIME(event->occurred_at), P_TEXT(event->actor_id), P_TEXT(label_in(payload, "session")),
		    P_TEXT(label_in(payload, "changeSet")), P_TEXT(event->request_id)));
	}
	return NULL;
}

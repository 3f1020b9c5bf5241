/* What other services' events mean here: a rotated key keeps what it bought. */
#include "codec/json.h"
#include "common_proto.h"
#include "json/json.h"
#include "store.h"

static const struct error *
move_profile(struct request *req, const struct event_record *event)
{
	struct json_error wrong;
	const struct json_value *payload = json_parse(req->arena, event->payload.json, event->payload.len, NULL, &wrong);
	const struct json_value *old_id = payload ? json_get(payload, "oldId") : NULL, *new_id = payload ? json_get(payload, "newId") : NULL;
	int64_t n;

	if (!event->domain_id || !old_id || !new_id)
		return NULL;
	request_act_for(req, *event->domain_id);
	return query_exec(req, &payments_profile_move_query, PARAMS(P_INT(old_id->integer), P_INT(new_id->integer)), &n);
}

const struct error *
payments_take_key_events(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	(void)publisher;
	for (size_t i = 0; i < n; i++) {
		const struct error *error = move_profile(req, &events[i]);
		if (error)
			return error;
	}
	return NULL;
}

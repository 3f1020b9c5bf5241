/* What payments sells, as its events tell. */
#include "common_proto.h"
#include "content_queries.h"
#include "json/json.h"
#include "licensing/gate.h"

const char *const offers_event_types[] = { "offer.*", NULL };

static const struct error *
take_event(struct request *req, const struct event_record *event)
{
	struct json_error wrong;
	const struct json_value *payload = json_parse(req->arena, event->payload.json, event->payload.len, NULL, &wrong);
	const struct json_value *scope = payload ? json_get(payload, "scopeType") : NULL, *ref = payload ? json_get(payload, "scopeRef") : NULL;
	const struct json_value *active = payload ? json_get(payload, "active") : NULL; /* a deletion has none */
	int64_t n;

	if (!event->domain_id || !scope)
		return NULL;
	request_act_for(req, *event->domain_id);
	gate_touch(*event->domain_id);
	if (!active || !active->boolean)
		return query_exec(req, &content_sold_scope_remove_query, PARAMS(P_INT(event->entity_id)), &n);
	return query_exec(req, &content_sold_scope_put_query, PARAMS(P_INT(event->entity_id), P_TEXT(scope->text),
	    P_INT(ref && ref->type == JSON_INT ? ref->integer : 0)), &n);
}

const struct error *
offers_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n)
{
	(void)publisher;
	for (size_t i = 0; i < n; i++) {
		const struct error *error = take_event(req, &events[i]);
		if (error)
			return error;
	}
	return NULL;
}

const struct error *
content_offers_known(struct request *req, const struct content_offers_known_request *in, struct content_offers_known_response *out)
{
	const struct sold_scope_row *row = NULL;
	const struct error *error = query_find(req, &content_sold_scope_known_query, PARAMS(P_INT(in->offer_id)), &row);

	out->is_sold = !error && row->is_sold;
	return error;
}

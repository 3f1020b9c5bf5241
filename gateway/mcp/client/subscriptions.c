/* Streams of changes.
 *
 * A resource has changed when one of its events arrives: the hub brings the tenant's events, and each subscriber looks which
 * of its resources they are about.  The id of a message in a stream is the event's number, so that a client that comes back
 * with Last-Event-ID, or with "after", has missed nothing and hears nothing twice. */
#include "mcp/client/subscriptions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rest/answer.h"
#include "clock.h"
#include "events/hub_event.h"
#include "settings.h"
#include "http/stream.h"
#include "uri.h"

#define FILTER_EVENTS "wordclaw/events"

struct subscriber {
	struct subscriber *previous, *next;
	struct mcp *mcp;
	struct arena *arena;        /* the exchange's */
	const struct principal *principal;
	struct mcp_call *call;      /* not begun yet; NULL once it has */
	struct stream *stream;      /* NULL: not begun, or ending */
	struct subscription *subscription; /* NULL: the hub has ended it */
	const struct json_value *id; /* of the request, 2026-07-28; NULL: a session's */
	uint64_t session_id;
	const char *uris[SUBSCRIBER_URIS_MAX];
	size_t n_uris;
	const struct json_value *filter; /* of events, as it was asked for; or NULL */
	bool wants_events;
	struct hub_filter events;   /* when it wants them beside resources */
	int64_t after;
	int64_t sent_us;
};

/* ---- messages ---- */

static void
begin_notification(struct buf *message, const struct subscriber *subscriber, const char *method)
{
	buf_init(message, subscriber->arena, 256);
	buf_printf(message, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":{", method);
	if (!subscriber->id)
		return;
	buf_add_text(message, "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":");
	json_write(message, subscriber->id);
	buf_add_char(message, '}');
}

/* False: the client is too slow. */
static bool
send_message(struct subscriber *subscriber, const struct buf *message, int64_t number)
{
	struct buf event;

	buf_init(&event, subscriber->arena, message->len + 64);
	mcp_add_event(&event, message, number);
	subscriber->sent_us = clock_monotonic_us();
	return stream_write(subscriber->stream, event.bytes, event.len);
}

static bool
tell_updated(struct subscriber *subscriber, const char *uri, int64_t number)
{
	struct buf message;

	begin_notification(&message, subscriber, "notifications/resources/updated");
	json_member_text(&message, "uri", uri);
	buf_add_text(&message, "}}");
	return send_message(subscriber, &message, number);
}

static bool
tell_event(struct subscriber *subscriber, const struct hub_event *event)
{
	struct buf message;

	begin_notification(&message, subscriber, "notifications/wordclaw/event");
	json_key(&message, "event");
	buf_add(&message, event->json, event->n_json);
	buf_add_text(&message, "}}");
	return send_message(subscriber, &message, event->number);
}

/* ---- events ---- */

static bool
is_about(struct arena *arena, const char *uri, const struct hub_event *event)
{
	struct resource_variable *variables;
	size_t n;
	const struct mcp_resource *resource = resource_find(arena, uri, &variables, &n);
	bool is_type = false;

	for (size_t i = 0; resource && resource->events[i] && !is_type; i++)
		is_type = hub_type_fits(resource->events[i], event->type);
	if (!is_type || !resource->entity)
		return is_type;
	const char *entity = arena_printf(arena, "%" PRId64, event->entity_id);
	for (size_t i = 0; i < n; i++)
		if (strcmp(variables[i].name, resource->entity) == 0)
			return strcmp(variables[i].value, entity) == 0;
	return false;
}

static size_t
touched_uris(const struct subscriber *subscriber, const struct hub_event *event, const char *touched[SUBSCRIBER_URIS_MAX])
{
	const struct session_row *row = subscriber->id ? NULL : session_find(subscriber->mcp->sessions, subscriber->session_id);
	size_t n = subscriber->id ? subscriber->n_uris : row ? row->n_watched : 0, n_touched = 0;

	for (size_t i = 0; i < n; i++) {
		const char *uri = subscriber->id ? subscriber->uris[i] : row->watched[i];
		if (is_about(subscriber->arena, uri, event))
			touched[n_touched++] = uri;
	}
	return n_touched;
}

/* Of several messages about one event only the last has its number: a client that lost the others resumes before it. */
static bool
tell(struct subscriber *subscriber, const struct hub_event *event)
{
	const char *touched[SUBSCRIBER_URIS_MAX];
	size_t n = touched_uris(subscriber, event, touched);
	bool is_wanted = subscriber->wants_events && hub_filter_fits(&subscriber->events, event);
	bool is_told = true;

	for (size_t i = 0; i < n && is_told; i++)
		is_told = tell_updated(subscriber, touched[i], is_wanted || i + 1 < n ? event->number - 1 : event->number);
	return is_told && (!is_wanted || tell_event(subscriber, event));
}

/* What one event needs of the arena is given back: the stream may last for an hour. */
static bool
on_event(void *context, const struct hub_event *event)
{
	struct subscriber *subscriber = context;
	struct arena_mark mark = arena_mark(subscriber->arena);

	if (!subscriber->stream)
		return true;
	bool is_told = tell(subscriber, event);
	arena_rewind(subscriber->arena, mark);
	return is_told;
}

static bool
has_room(void *context)
{
	const struct subscriber *subscriber = context;
	return !subscriber->stream || stream_n_waiting(subscriber->stream) <= SUBSCRIBER_BYTES_MAX / 2;
}

/* ---- ends ---- */

/* 2026-07-28 has a response for a subscription that ends in good order; a session's stream just ends, and the client
 * comes back with the last id it has seen. */
static void
finish(struct subscriber *subscriber)
{
	struct stream *stream = subscriber->stream;
	struct buf message;

	if (!stream)
		return;
	if (subscriber->id) {
		buf_init(&message, subscriber->arena, 256);
		jsonrpc_begin(&message, subscriber->id);
		buf_add_text(&message, ",\"result\":{\"resultType\":\"complete\",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":");
		json_write(&message, subscriber->id);
		buf_add_text(&message, "}}}");
		if (!send_message(subscriber, &message, -1))
			subscriber->sent_us = 0; /* too slow for a farewell */
	}
	subscriber->stream = NULL;
	stream_end(stream);
}

static void give_up(struct subscriber *subscriber);

static void
on_end(void *context, enum hub_end how)
{
	struct subscriber *subscriber = context;

	(void)how; /* whatever it was: the client resumes, here or elsewhere, if it still may */
	subscriber->subscription = NULL;
	if (subscriber->call)
		give_up(subscriber);
	else
		finish(subscriber);
}

static void
on_closed(void *context)
{
	struct subscriber *subscriber = context;

	if (subscriber->subscription)
		hub_unsubscribe(subscriber->subscription);
	if (subscriber->previous)
		subscriber->previous->next = subscriber->next;
	else
		subscriber->mcp->subscribers = subscriber->next;
	if (subscriber->next)
		subscriber->next->previous = subscriber->previous;
}

void
subscriptions_end(struct mcp *mcp, uint64_t session_id)
{
	for (struct subscriber *subscriber = mcp->subscribers; subscriber; subscriber = subscriber->next)
		if (!subscriber->id && subscriber->session_id == session_id)
			finish(subscriber);
}

void
subscribers_beat(struct mcp *mcp, int64_t now_us)
{
	struct subscriber *next;

	for (struct subscriber *subscriber = mcp->subscribers; subscriber; subscriber = next) {
		next = subscriber->next;
		if (subscriber->call && now_us - subscriber->sent_us >= SUBSCRIBER_BEGIN_US) {
			give_up(subscriber);
			continue;
		}
		if (!subscriber->stream || now_us - subscriber->sent_us < settings.heartbeat_ms * 1000)
			continue;
		subscriber->sent_us = now_us;
		if (!stream_write(subscriber->stream, ":\n\n", 3))
			finish(subscriber);
	}
}

/* ---- beginnings ---- */

static void
link_in(struct subscriber *subscriber)
{
	struct mcp *mcp = subscriber->mcp;

	subscriber->next = mcp->subscribers;
	if (mcp->subscribers)
		mcp->subscribers->previous = subscriber;
	mcp->subscribers = subscriber;
}

static void acknowledge(struct subscriber *subscriber);

/* It is known where the stream begins: from the first byte on nothing is missed. */
static void
on_begin(void *context)
{
	struct subscriber *subscriber = context;
	struct mcp_call *call = subscriber->call;

	exchange_set_header(call->exchange, "Cache-Control", "no-store");
	exchange_set_header(call->exchange, "X-Accel-Buffering", "no");
	subscriber->call = NULL;
	subscriber->sent_us = clock_monotonic_us();
	subscriber->stream = exchange_stream(call->exchange, &(struct stream_options){ .status = 200, .content_type = "text/event-stream",
	    .buffer_max = SUBSCRIBER_BYTES_MAX, .closed = on_closed, .context = subscriber });
	acknowledge(subscriber);
}

/* No stream comes of it. */
static void
give_up(struct subscriber *subscriber)
{
	struct mcp_call *call = subscriber->call;

	subscriber->call = NULL;
	on_closed(subscriber);
	mcp_fail(call, JSONRPC_INTERNAL_ERROR, NULL, "the events cannot be read now: try again");
}

/* The exchange waits until on_begin. */
static void
start(struct mcp_call *call, struct subscriber *subscriber)
{
	if (!call->takes_events) {
		mcp_fail(call, JSONRPC_INVALID_REQUEST, NULL, "the answer is a stream: accept text/event-stream");
		return;
	}
	const struct error *refusal = hub_refusal(call->gateway->hub, call->arena, call->principal);
	if (refusal) {
		answer_error(call->exchange, refusal);
		return;
	}
	exchange_wait(call->exchange);
	link_in(subscriber);
	subscriber->subscription = hub_subscribe(call->gateway->hub, &(struct hub_options){ .principal = call->principal, .key = call->exchange->key,
	    .after = subscriber->after, .on_begin = on_begin, .on_event = on_event, .has_room = has_room, .on_end = on_end, .context = subscriber });
}

static struct subscriber *
subscriber_new(struct mcp_call *call)
{
	struct subscriber *subscriber = ARENA_NEW(call->arena, struct subscriber);

	*subscriber = (struct subscriber){ .mcp = call->gateway->mcp, .call = call, .arena = call->arena, .principal = call->principal,
		.session_id = call->session.id, .after = HUB_NOW, .sent_us = clock_monotonic_us() };
	return subscriber;
}

static bool
is_readable(const struct mcp_call *call, const char *uri)
{
	struct resource_variable *variables;
	size_t n;
	const struct mcp_resource *resource = resource_find(call->arena, uri, &variables, &n);
	return resource && mcp_may(call, resource->operation);
}

/* ---- 2026-07-28 ---- */

static bool
take_uris(const struct mcp_call *call, const struct json_value *list, struct subscriber *subscriber)
{
	if (!list)
		return true;
	if (list->type != JSON_LIST || list->n > SUBSCRIBER_URIS_MAX)
		return false;
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->items[i].type != JSON_TEXT)
			return false;
		if (is_readable(call, list->items[i].text))
			subscriber->uris[subscriber->n_uris++] = list->items[i].text;
	}
	return true;
}

/* {"types":["content_item.*"],"entityType","entityId","actorId","after"}: what the protocol has no word for. */
static bool
take_events(const struct json_value *filter, struct subscriber *subscriber)
{
	const struct json_value *types = filter ? json_get(filter, "types") : NULL;
	const struct json_value *entity_id = filter ? json_get(filter, "entityId") : NULL;
	const struct json_value *after = filter ? json_get(filter, "after") : NULL;
	struct hub_filter *events = &subscriber->events;

	subscriber->wants_events = filter != NULL;
	if (types && (types->type != JSON_LIST || types->n > HUB_TYPES_MAX))
		return false;
	for (uint32_t i = 0; types && i < types->n; i++) {
		if (types->items[i].type != JSON_TEXT || !hub_type_exists(types->items[i].text))
			return false;
		events->types[events->n_types++] = types->items[i].text;
	}
	if ((entity_id && entity_id->type != JSON_INT) || (after && (after->type != JSON_INT || after->integer < 0)))
		return false;
	events->entity_type = json_text_of(filter, "entityType");
	events->actor_id = json_text_of(filter, "actorId");
	events->entity_id = entity_id ? entity_id->integer : 0;
	subscriber->after = after ? after->integer : HUB_NOW;
	return true;
}

/* A session's stream has no word for it: a comment, so that the client sees it open. */
static void
acknowledge(struct subscriber *subscriber)
{
	struct buf message;

	if (!subscriber->id) {
		if (!stream_write(subscriber->stream, ":\n\n", 3))
			finish(subscriber);
		return;
	}
	begin_notification(&message, subscriber, "notifications/subscriptions/acknowledged");
	json_key(&message, "notifications");
	buf_add_char(&message, '{');
	for (size_t i = 0; i < subscriber->n_uris; i++) {
		buf_add_text(&message, i > 0 ? "," : "\"resourceSubscriptions\":[");
		buf_add_json_text(&message, subscriber->uris[i], strlen(subscriber->uris[i]));
	}
	if (subscriber->n_uris > 0)
		buf_add_char(&message, ']');
	if (subscriber->filter) {
		json_key(&message, FILTER_EVENTS);
		json_write(&message, subscriber->filter);
	}
	buf_add_text(&message, "}}}");
	if (!send_message(subscriber, &message, -1))
		finish(subscriber);
}

void
mcp_listen(struct mcp_call *call)
{
	const struct json_value *wanted = json_object_of(call->message.params, "notifications");
	const struct json_value *events = wanted ? json_get(wanted, FILTER_EVENTS) : NULL;
	struct subscriber *subscriber = subscriber_new(call);
	bool is_good = wanted && (!events || events->type == JSON_OBJECT) &&
	    take_uris(call, json_get(wanted, "resourceSubscriptions"), subscriber) && take_events(events, subscriber);

	if (!is_good) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "notifications is an object; its resourceSubscriptions a list of at most %d URIs; its "
		    FILTER_EVENTS " an object of types (that exist), entityType, entityId, actorId, after", SUBSCRIBER_URIS_MAX);
		return;
	}
	subscriber->id = call->message.id;
	subscriber->filter = events;
	start(call, subscriber);
}

/* ---- sessions ---- */

/* ?topics=content_item.*,api_key.revoke: events beside the resources that were subscribed to. */
static bool
take_topics(struct mcp_call *call, struct subscriber *subscriber)
{
	const char *topics = query_get(&call->exchange->query, "topics");
	char *rest = NULL, *text = topics ? arena_strdup(call->arena, topics) : NULL;

	subscriber->wants_events = topics != NULL;
	for (char *type = text ? strtok_r(text, ",", &rest) : NULL; type; type = strtok_r(NULL, ",", &rest)) {
		if (subscriber->events.n_types == HUB_TYPES_MAX || !hub_type_exists(type))
			return false;
		subscriber->events.types[subscriber->events.n_types++] = type;
	}
	return true;
}

void
subscriptions_stream(struct mcp_call *call)
{
	const char *last = exchange_header(call->exchange, "last-event-id");
	struct subscriber *subscriber = subscriber_new(call);

	if (!take_topics(call, subscriber)) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "topics names at most %d types of events that exist", HUB_TYPES_MAX);
		return;
	}
	if (last && (strspn(last, "0123456789") != strlen(last) || strlen(last) == 0 || strlen(last) > 18)) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "the Last-Event-ID is invalid: send the id of the last event received");
		return;
	}
	if (last)
		subscriber->after = strtoll(last, NULL, 10);
	subscriptions_end(call->gateway->mcp, call->session.id); /* one stream for each session: the newest */
	start(call, subscriber);
}

static void
change_watch(struct mcp_call *call, bool is_watching)
{
	const char *uri = json_text_of(call->message.params, "uri");

	if (!uri || !is_readable(call, uri)) {
		mcp_fail(call, uri ? MCP_RESOURCE_NOT_FOUND : JSONRPC_INVALID_PARAMS, NULL, uri ? "Resource not found" : "the text uri is missing");
		return;
	}
	struct session_row *row = session_row(call->gateway->mcp->sessions, &call->session, call->principal, clock_now_us());
	if (!is_watching)
		session_unwatch(row, uri);
	else if (!session_watch(row, uri)) {
		mcp_fail(call, JSONRPC_INVALID_PARAMS, NULL, "%d resources are watched already: unsubscribe from one first", SESSION_WATCHED_MAX);
		return;
	}
	(void)mcp_begin(call, "complete", -1);
	mcp_end(call);
}

void
mcp_subscribe(struct mcp_call *call)
{
	change_watch(call, true);
}

void
mcp_unsubscribe(struct mcp_call *call)
{
	change_watch(call, false);
}

/* One subscriber of the hub for each wait.  It ends in the turn after the first events came, so that those of one page come together; with
 * the position that it has reached the next wait misses nothing and hears nothing twice. */
#include "events/event_wait.h"

#include <string.h>

#include "clock.h"
#include "codec/json.h"
#include "error_codes.h"
#include "events/event_query.h"
#include "gateway.h"
#include "gateway_proto.h"

/* GRACE: for what is there already, where the caller wants to wait no longer. */
#define GRACE_US (INT64_C(2000) * 1000)
#define SECOND_US (INT64_C(1000) * 1000)

enum { BYTES_MAX = 256 * 1024 };

struct event_wait {
	struct event_wait *next;
	struct dispatch_request request;
	struct subscription *subscription; /* NULL: it is over */
	struct committed_event *events;
	size_t n, n_max, n_bytes;
	int64_t position, until_us;
	bool is_full, is_revoked;
};

/* All of this process; its one loop is the only thread that looks. */
static struct event_wait *waits;

/* ---- what is heard ---- */

static bool
has_room(void *context)
{
	const struct event_wait *wait = context;
	return wait->n < wait->n_max && wait->n_bytes < BYTES_MAX;
}

static bool
on_event(void *context, const struct hub_event *event)
{
	struct event_wait *wait = context;
	struct arena *arena = wait->request.arena;
	struct violations *ignored = ARENA_NEW(arena, struct violations);
	struct json_error problem;

	if (!has_room(wait) || arena_is_short(arena, event->n_json)) {
		wait->is_full = true;
		return false;
	}
	const char *text = arena_strndup(arena, event->json, event->n_json);
	const struct json_value *value = json_parse(arena, text, event->n_json, NULL, &problem);
	if (!value || !codec_json_read_all(arena, &committed_event_shape, text, value, &wait->events[wait->n], ignored))
		return true; /* no event of ours is like that: hub_event.c writes what the shape says */
	wait->n++;
	wait->n_bytes += event->n_json;
	wait->position = event->number;
	return true;
}

static void
on_end(void *context, enum hub_end how)
{
	struct event_wait *wait = context;

	wait->is_revoked = how == HUB_END_REVOKED || how == HUB_END_DOUBTFUL;
	wait->position = subscription_position(wait->subscription);
	wait->subscription = NULL;
}

/* ---- the answer ---- */

static void
answer(const struct event_wait *wait)
{
	struct dispatch_reply reply = { .error = NULL };
	struct gateway_events_wait_response *output = ARENA_NEW(wait->request.arena, struct gateway_events_wait_response);

	if (wait->is_revoked)
		reply.error = error_make(wait->request.arena, &error_catalogue[ERROR_AUTH_INVALID_API_KEY], ERROR_WHERE, "the key is not valid any more");
	else if (wait->position == HUB_NOW)
		reply.error = error_make(wait->request.arena, &error_catalogue[ERROR_SERVICE_UNAVAILABLE], ERROR_WHERE, "the events cannot be read now");
	output->events = (struct shape_list){ wait->events, wait->n };
	output->position = wait->position;
	output->has_more = wait->is_full || wait->n == wait->n_max;
	reply.output = output;
	wait->request.done(wait->request.context, &reply);
}

static bool
is_over(struct event_wait *wait, int64_t now_us)
{
	if (!wait->subscription || wait->n > 0)
		return true;
	if (now_us < wait->until_us)
		return false;
	return subscription_is_current(wait->subscription) || now_us >= wait->until_us + GRACE_US;
}

static void
finish(struct event_wait *wait)
{
	if (wait->subscription) {
		wait->position = subscription_position(wait->subscription);
		hub_unsubscribe(wait->subscription);
	}
	answer(wait);
}

void
event_waits_tick(int64_t now_us)
{
	for (struct event_wait **at = &waits; *at;) {
		struct event_wait *wait = *at;
		if (!is_over(wait, now_us)) {
			at = &wait->next;
			continue;
		}
		*at = wait->next;
		finish(wait);
	}
}

/* ---- the question ---- */

static const struct error *
read_filter(struct gateway *gateway, const struct dispatch_request *request, struct hub_filter *filter)
{
	const struct gateway_events_wait_request *in = request->input;
	const char *const *types = in->types.items;

	*filter = (struct hub_filter){ .entity_type = in->entity_type, .entity_id = in->entity_id ? *in->entity_id : 0 };
	for (size_t i = 0; i < in->types.n; i++) {
		const struct error *error = event_query_take_type(request->arena, request->principal, types[i], filter);
		if (error)
			return error;
	}
	return hub_refusal(gateway->hub, request->arena, request->principal);
}

void
event_wait_begin(struct gateway *gateway, const struct dispatch_request *request)
{
	const struct gateway_events_wait_request *in = request->input;
	struct event_wait *wait = ARENA_NEW(request->arena, struct event_wait);
	struct hub_filter filter;
	const struct error *error = read_filter(gateway, request, &filter);

	if (error) {
		request->done(request->context, &(struct dispatch_reply){ .error = error });
		return;
	}
	*wait = (struct event_wait){ .next = waits, .request = *request, .n_max = (size_t)*in->limit, .position = HUB_NOW,
		.events = ARENA_ARRAY(request->arena, struct committed_event, (size_t)*in->limit), .until_us = clock_monotonic_us() + *in->timeout * SECOND_US };
	waits = wait;
	wait->subscription = hub_subscribe(gateway->hub, &(struct hub_options){ .principal = request->principal, .key = *request->key,
	    .filter = filter, .after = in->after ? *in->after : HUB_NOW, .on_event = on_event, .has_room = has_room, .on_end = on_end, .context = wait });
}

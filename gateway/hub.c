/* Committed events for those who listen.
 *
 * One question to audit at a time, about every tenant that has a listener: what comes after the least advanced of its
 * subscriptions.  Who is further passes over what it has, so a reconnecting subscriber catches up by the same way that brings
 * news to all others, and a gateway that dies loses nothing: the numbers are the trail's own. */
#include "hub.h"

#include <stdlib.h>
#include <string.h>

#include "audit_proto.h"
#include "clock.h"
#include "dispatch.h"
#include "error_codes.h"
#include "events.h"
#include "gateway.h"
#include "hub_event.h"
#include "id.h"
#include "log.h"
#include "metrics.h"
#include "policy.h"
#include "settings.h"

enum {
	FEEDS_ASKED_MAX = 256,
	ENTRIES_MAX = 256,
	ROUND_ARENA_BYTES = 64 * 1024 * 1024,
	ASK_EVERY_US = 25000,
	ASK_AFTER_ERROR_US = 500000,
	SUBSCRIPTION_ARENA_BYTES = 16 * 1024,
	CHECK_ARENA_BYTES = 64 * 1024,
};

#define SUBSCRIPTION_LIFE_US (INT64_C(3600) * 1000000)
#define KEYS_CHECKED_EVERY_US (INT64_C(200) * 1000) /* and a refusal is known within CREDENTIAL_REFRESH_US: together below a second */
#define KEY_DOUBT_US (INT64_C(1000) * 1000)

struct subscription {
	struct hub *hub;
	struct feed *feed;
	struct subscription *next;
	struct arena *arena;
	struct hub_options options;
	struct principal principal;
	int64_t position; /* HUB_NOW: not known yet */
	int64_t began_us;
	int64_t verified_us; /* when its key was last known to be good */
	bool has_begun;
	bool is_over;     /* taken out when nobody walks the list */
};

struct feed {
	int64_t tenant;
	struct subscription *first;
	struct feed *next;
};

struct hub {
	struct gateway *gateway;
	struct feed *feeds;
	int64_t n_open;
	struct arena *arena;
	bool is_asking;
	int64_t ask_at_us, asked_us;
	int64_t check_at_us;  /* the keys of those who listen */
	struct arena *check_arena;
	int64_t limit;        /* entries of a round; halved while answers are too large */
	size_t n_skipped;     /* feeds asked before: all get their turn */
	struct metric *subscriptions, *delivered;
};

/* ---- who listens ---- */

struct hub *
hub_new(struct gateway *gateway)
{
	struct hub *hub = calloc(1, sizeof(*hub));
	if (!hub)
		abort();
	hub->gateway = gateway;
	hub->arena = arena_new(ROUND_ARENA_BYTES);
	hub->check_arena = arena_new(CHECK_ARENA_BYTES);
	hub->limit = ENTRIES_MAX;
	hub->subscriptions = metric_gauge("wordclaw_event_subscriptions", "Open subscriptions to events.", NULL);
	hub->delivered = metric_counter("wordclaw_events_delivered_total", "Events handed to subscribers.", NULL);
	return hub;
}

static void
subscription_free(struct subscription *subscription)
{
	arena_free(subscription->arena);
	free(subscription);
}

void
hub_free(struct hub *hub)
{
	if (!hub)
		return;
	while (hub->feeds) {
		struct feed *feed = hub->feeds;
		hub->feeds = feed->next;
		while (feed->first) {
			struct subscription *subscription = feed->first;
			feed->first = subscription->next;
			subscription_free(subscription);
		}
		free(feed);
	}
	arena_free(hub->arena);
	arena_free(hub->check_arena);
	free(hub);
}

static struct feed *
feed_of(struct hub *hub, int64_t tenant)
{
	for (struct feed *feed = hub->feeds; feed; feed = feed->next)
		if (feed->tenant == tenant)
			return feed;
	struct feed *feed = calloc(1, sizeof(*feed));
	if (!feed)
		abort();
	*feed = (struct feed){ .tenant = tenant, .next = hub->feeds };
	hub->feeds = feed;
	return feed;
}

static const char *
copy_text(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static void
copy_principal(struct subscription *subscription, const struct principal *principal)
{
	const char **scopes = ARENA_ARRAY(subscription->arena, const char *, principal->n_scopes + 1);

	for (size_t i = 0; i < principal->n_scopes; i++)
		scopes[i] = arena_strdup(subscription->arena, principal->scopes[i]);
	subscription->principal = *principal;
	subscription->principal.scopes = scopes;
	subscription->principal.id = copy_text(subscription->arena, principal->id);
	subscription->principal.type = copy_text(subscription->arena, principal->type);
	subscription->principal.source = copy_text(subscription->arena, principal->source);
}

static int64_t
count_of(const struct hub *hub, const struct principal *principal)
{
	const struct feed *feed = hub->feeds;
	int64_t n = 0;

	while (feed && feed->tenant != principal->tenant)
		feed = feed->next;
	for (const struct subscription *s = feed ? feed->first : NULL; s; s = s->next)
		n += !s->is_over && strcmp(s->principal.id, principal->id) == 0;
	return n;
}

const struct error *
hub_refusal(const struct hub *hub, struct arena *arena, const struct principal *principal)
{
	if (hub->n_open >= settings.listeners_max)
		return error_make(arena, &error_catalogue[ERROR_SERVICE_OVERLOADED], ERROR_WHERE, "%lld streams are open already",
		    (long long)settings.listeners_max);
	if (count_of(hub, principal) >= settings.listeners_per_key_max)
		return error_make(arena, &error_catalogue[ERROR_RATE_LIMIT_EXCEEDED], ERROR_WHERE, "'%s' has %lld streams open already: close one first",
		    principal->id, (long long)settings.listeners_per_key_max);
	return NULL;
}

struct subscription *
hub_subscribe(struct hub *hub, const struct hub_options *options)
{
	struct subscription *subscription = calloc(1, sizeof(*subscription));
	if (!subscription)
		abort();
	struct hub_filter *filter = &subscription->options.filter;
	subscription->hub = hub;
	subscription->arena = arena_new(SUBSCRIPTION_ARENA_BYTES);
	subscription->options = *options;
	for (size_t i = 0; i < filter->n_types; i++)
		filter->types[i] = arena_strdup(subscription->arena, options->filter.types[i]);
	filter->entity_type = copy_text(subscription->arena, filter->entity_type);
	filter->actor_id = copy_text(subscription->arena, filter->actor_id);
	copy_principal(subscription, options->principal);
	subscription->options.principal = &subscription->principal;
	subscription->position = options->after;
	subscription->began_us = subscription->verified_us = clock_monotonic_us();
	subscription->feed = feed_of(hub, options->principal->tenant);
	subscription->next = subscription->feed->first;
	subscription->feed->first = subscription;
	metric_set(hub->subscriptions, ++hub->n_open);
	hub->ask_at_us = 0;
	return subscription;
}

static void
close_subscription(struct subscription *subscription)
{
	struct hub *hub = subscription->hub;

	subscription->is_over = true;
	metric_set(hub->subscriptions, --hub->n_open);
}

void
hub_unsubscribe(struct subscription *subscription)
{
	close_subscription(subscription);
}

int64_t
subscription_position(const struct subscription *subscription)
{
	return subscription->position;
}

/* Its owner hears of it, unless the owner was who ended it. */
static void
end(struct subscription *subscription, enum hub_end how)
{
	if (subscription->is_over)
		return;
	close_subscription(subscription);
	subscription->options.on_end(subscription->options.context, how);
}

/* Feeds without listeners go with their last one. */
static void
sweep(struct hub *hub, int64_t now_us)
{
	for (struct feed **at = &hub->feeds; *at;) {
		struct feed *feed = *at;
		for (struct subscription **s = &feed->first; *s;) {
			struct subscription *subscription = *s;
			if (now_us - subscription->began_us >= SUBSCRIPTION_LIFE_US)
				end(subscription, HUB_END_OLD);
			if (!subscription->is_over) {
				s = &subscription->next;
				continue;
			}
			*s = subscription->next;
			subscription_free(subscription);
		}
		if (feed->first) {
			at = &feed->next;
			continue;
		}
		*at = feed->next;
		free(feed);
	}
}

void
hub_drain(struct hub *hub)
{
	for (struct feed *feed = hub->feeds; feed; feed = feed->next)
		for (struct subscription *subscription = feed->first; subscription; subscription = subscription->next)
			end(subscription, HUB_END_DRAINING);
}

/* ---- keys ---- */

/* A key in use is verified again in the background by whoever looks it up (credentials.c).  While identity is away nobody
 * hears more on an old answer: the subscriber comes back and is asked who it is. */
static void
check_key(struct subscription *subscription, int64_t now_us)
{
	struct credentials *credentials = subscription->hub->gateway->credentials;
	const struct key_hash *key = &subscription->options.key;
	struct credential credential = credentials_lookup(credentials, key, subscription->hub->check_arena);

	arena_reset(subscription->hub->check_arena);
	switch (credential.state) {
	case CREDENTIAL_VERIFIED:
		subscription->verified_us = now_us;
		return;
	case CREDENTIAL_REFUSED:
		end(subscription, HUB_END_REVOKED);
		return;
	case CREDENTIAL_STALE:
	case CREDENTIAL_UNKNOWN:
		credentials_verify(credentials, key, NULL);
		if (now_us - subscription->verified_us >= KEY_DOUBT_US)
			end(subscription, HUB_END_DOUBTFUL);
		return;
	}
}

static void
check_keys(struct hub *hub, int64_t now_us)
{
	if (now_us < hub->check_at_us)
		return;
	hub->check_at_us = now_us + KEYS_CHECKED_EVERY_US;
	for (struct feed *feed = hub->feeds; feed; feed = feed->next)
		for (struct subscription *subscription = feed->first; subscription; subscription = subscription->next)
			if (!subscription->is_over)
				check_key(subscription, now_us);
}

/* ---- events arrive ---- */

static bool
is_revoked(const struct subscription *subscription, const struct hub_event *event)
{
	bool is_end = event->type == &event_api_key_revoke || event->type == &event_api_key_rotate;
	return is_end && subscription->principal.key_id != 0 && event->revoked_key_id == subscription->principal.key_id;
}

static void
deliver(struct feed *feed, const struct hub_event *event, int64_t number)
{
	for (struct subscription *subscription = feed->first; subscription; subscription = subscription->next) {
		if (subscription->is_over || !subscription->has_begun || number <= subscription->position)
			continue;
		bool is_wanted = event && hub_filter_fits(&subscription->options.filter, event) &&
		    hub_may_receive(&subscription->principal, event->type);
		if (is_wanted && !subscription->options.on_event(subscription->options.context, event)) {
			end(subscription, HUB_END_SLOW);
			continue;
		}
		subscription->position = number;
		metric_add(subscription->hub->delivered, is_wanted);
		if (event && is_revoked(subscription, event))
			end(subscription, HUB_END_REVOKED);
	}
}

/* A position beyond the end is of another chain, or from before a restore. */
static void
begin(struct subscription *subscription, int64_t number)
{
	if (subscription->position == HUB_NOW || subscription->position > number)
		subscription->position = number;
	subscription->has_begun = true;
	if (subscription->options.on_begin)
		subscription->options.on_begin(subscription->options.context);
}

static void
take_heads(struct hub *hub, const struct audit_feed_read_request *asked, const struct audit_feed_read_response *response)
{
	const struct audit_feed_position *positions = asked->positions.items;
	const struct audit_feed_head *heads = response->heads.items;

	for (size_t i = 0; i < asked->positions.n; i++) {
		int64_t number = 0;
		for (size_t h = 0; h < response->heads.n; h++)
			if (heads[h].domain_id == positions[i].domain_id)
				number = heads[h].number;
		for (struct subscription *s = feed_of(hub, positions[i].domain_id)->first; s; s = s->next)
			if (!s->is_over && !s->has_begun && s->began_us < hub->asked_us)
				begin(s, number);
	}
}

struct round {
	struct hub *hub;
	struct audit_feed_read_request request;
};

static void
on_reply(void *context, const struct dispatch_reply *reply)
{
	struct round *round = context;
	struct hub *hub = round->hub;
	int64_t now_us = clock_monotonic_us();
	const struct audit_feed_read_response *response = reply->output;

	hub->is_asking = false;
	if (reply->error) {
		bool is_too_large = reply->error->info == &error_catalogue[ERROR_RESPONSE_TOO_LARGE] && hub->limit > 1;
		hub->limit = is_too_large ? hub->limit / 2 : hub->limit;
		hub->ask_at_us = now_us + (is_too_large ? 0 : ASK_AFTER_ERROR_US);
		return;
	}
	const struct audit_feed_entry *entries = response->entries.items;
	for (size_t i = 0; i < response->entries.n; i++) {
		struct hub_event event;
		bool is_known = hub_event_make(hub->arena, &entries[i], &event);
		deliver(feed_of(hub, entries[i].domain_id), is_known ? &event : NULL, entries[i].number);
	}
	take_heads(hub, &round->request, response);
	bool has_more = (int64_t)response->entries.n >= hub->limit / (int64_t)round->request.positions.n;
	hub->limit = response->entries.n == 0 ? ENTRIES_MAX : hub->limit;
	hub->ask_at_us = has_more && response->entries.n > 0 ? 0 : now_us + ASK_EVERY_US;
}

/* ---- the question ---- */

/* After the least advanced; -1 when all wait to learn where the end is. */
static int64_t
after_of(const struct feed *feed)
{
	int64_t after = HUB_NOW;

	for (const struct subscription *s = feed->first; s; s = s->next)
		if (!s->is_over && s->position != HUB_NOW && (after == HUB_NOW || s->position < after))
			after = s->position;
	return after;
}

static size_t
collect_positions(struct hub *hub, struct audit_feed_position *positions)
{
	size_t n = 0, n_seen = 0;

	for (const struct feed *feed = hub->feeds; feed && n < FEEDS_ASKED_MAX; feed = feed->next)
		if (n_seen++ >= hub->n_skipped)
			positions[n++] = (struct audit_feed_position){ .domain_id = feed->tenant, .after = after_of(feed) };
	hub->n_skipped = n == FEEDS_ASKED_MAX ? hub->n_skipped + n : 0;
	return n;
}

void
hub_tick(struct hub *hub, int64_t now_us)
{
	check_keys(hub, now_us);
	if (hub->is_asking || now_us < hub->ask_at_us)
		return;
	sweep(hub, now_us);
	if (!hub->feeds)
		return;
	arena_reset(hub->arena);
	struct round *round = ARENA_NEW(hub->arena, struct round);
	struct audit_feed_position *positions = ARENA_ARRAY(hub->arena, struct audit_feed_position, FEEDS_ASKED_MAX);
	size_t n = collect_positions(hub, positions);
	if (n == 0)
		return;
	round->hub = hub;
	round->request = (struct audit_feed_read_request){ .positions = { positions, n }, .limit = hub->limit };
	hub->is_asking = true;
	hub->asked_us = now_us; /* who subscribes from here on waits for the next answer to learn where the end is */
	dispatch(hub->gateway, &(struct dispatch_request){ .operation = &operation_audit_feed_read, .input = &round->request,
	    .principal = &dispatch_system_principal, .request_id = "hub", .surface = "internal", .arena = hub->arena, .done = on_reply,
	    .context = round });
}

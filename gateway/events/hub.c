/* Who listens to committed events, and how long.  What they hear is hub_reader.c's. */
#include "events/hub_internal.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error_codes.h"
#include "gateway.h"
#include "metrics.h"
#include "settings.h"

enum {
	SUBSCRIPTION_ARENA_BYTES = 16 * 1024,
	CHECK_ARENA_BYTES = 64 * 1024,
};

#define SUBSCRIPTION_LIFE_US (INT64_C(3600) * 1000000)
#define KEYS_CHECKED_EVERY_US (INT64_C(200) * 1000) /* and a refusal is known within CREDENTIAL_REFRESH_US: together below a second */
#define KEY_DOUBT_US (INT64_C(1000) * 1000)

/* ---- who listens ---- */

struct hub *
hub_new(struct gateway *gateway, const char *pokes)
{
	struct bus_subscriber *subscriber = bus_subscriber_new(pokes);
	if (!subscriber)
		return NULL;
	struct hub *hub = calloc(1, sizeof(*hub));
	if (!hub)
		abort();
	hub->gateway = gateway;
	hub->pokes = subscriber;
	hub->check_arena = arena_new(CHECK_ARENA_BYTES);
	hub_readings_init(hub);
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
	hub_readings_release(hub);
	bus_subscriber_free(hub->pokes);
	arena_free(hub->check_arena);
	free(hub);
}

struct feed *
hub_feed(const struct hub *hub, int64_t tenant)
{
	struct feed *feed = hub->feeds;

	while (feed && feed->tenant != tenant)
		feed = feed->next;
	return feed;
}

static struct feed *
feed_of(struct hub *hub, int64_t tenant)
{
	struct feed *feed = hub_feed(hub, tenant);

	if (feed)
		return feed;
	feed = calloc(1, sizeof(*feed));
	if (!feed)
		abort();
	*feed = (struct feed){ .tenant = tenant, .live = HUB_NOW, .next = hub->feeds };
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
	subscription->principal.narrow = copy_text(subscription->arena, principal->narrow);
	subscription->principal.id = copy_text(subscription->arena, principal->id);
	subscription->principal.type = copy_text(subscription->arena, principal->type);
	subscription->principal.source = copy_text(subscription->arena, principal->source);
}

static int64_t
count_of(const struct hub *hub, const struct principal *principal)
{
	const struct feed *feed = hub_feed(hub, principal->tenant);
	int64_t n = 0;

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
	hub_read_soon(hub);
	return subscription;
}

static void
close_subscription(struct subscription *subscription)
{
	struct hub *hub = subscription->hub;

	subscription->is_over = hub->has_over = true;
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

bool
subscription_is_current(const struct subscription *subscription)
{
	return subscription->has_begun && subscription->position >= subscription->feed->live;
}

/* Its owner hears of it, unless the owner was who ended it. */
void
hub_end_subscription(struct subscription *subscription, enum hub_end how)
{
	if (subscription->is_over)
		return;
	close_subscription(subscription);
	subscription->options.on_end(subscription->options.context, how);
}

/* Feeds without listeners go with their last one. */
static void
sweep(struct hub *hub)
{
	hub->has_over = false;
	for (struct feed **at = &hub->feeds; *at;) {
		struct feed *feed = *at;
		for (struct subscription **s = &feed->first; *s;) {
			struct subscription *subscription = *s;
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
			hub_end_subscription(subscription, HUB_END_DRAINING);
}

/* ---- keys ---- */

/* A key in use is verified again in the background by whoever looks it up (credentials.c).  While identity is away nobody
 * hears more on an old answer: the subscriber comes back and is asked who it is.  False while the answer is not known. */
static bool
check_key(struct subscription *subscription, int64_t now_us)
{
	struct credentials *credentials = subscription->hub->gateway->credentials;
	const struct key_hash *key = &subscription->options.key;
	struct credential credential = credentials_lookup(credentials, key, subscription->hub->check_arena);

	arena_reset(subscription->hub->check_arena);
	switch (credential.state) {
	case CREDENTIAL_VERIFIED:
		subscription->verified_us = now_us;
		if (now_us - subscription->began_us >= SUBSCRIPTION_LIFE_US)
			hub_end_subscription(subscription, HUB_END_OLD);
		return true;
	case CREDENTIAL_REFUSED:
		hub_end_subscription(subscription, HUB_END_REVOKED);
		return true;
	case CREDENTIAL_STALE:
	case CREDENTIAL_UNKNOWN:
		break;
	}
	credentials_verify(credentials, key, NULL);
	if (now_us - subscription->verified_us >= KEY_DOUBT_US)
		hub_end_subscription(subscription, HUB_END_DOUBTFUL);
	return false;
}

static void
check_keys(struct hub *hub, int64_t now_us)
{
	uint64_t n_changes = credentials_n_changes(hub->gateway->credentials);
	bool are_known = true;

	if (now_us < hub->check_at_us && hub->n_changes == n_changes)
		return;
	hub->n_changes = n_changes;
	for (struct feed *feed = hub->feeds; feed; feed = feed->next)
		for (struct subscription *subscription = feed->first; subscription; subscription = subscription->next)
			if (!subscription->is_over)
				are_known &= check_key(subscription, now_us);
	hub->check_at_us = are_known ? now_us + KEYS_CHECKED_EVERY_US : now_us; /* only so many questions are under way at once */
}

void
hub_tick(struct hub *hub, int64_t now_us)
{
	check_keys(hub, now_us);
	if (hub->has_over)
		sweep(hub);
	if (hub->feeds)
		hub_read(hub, now_us);
}

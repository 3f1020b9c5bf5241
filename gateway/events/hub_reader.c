/* From audit's trail to those who listen.
 *
 * Two questions, each asked one at a time about all tenants at once.  News: what comes after the number up to which a tenant's
 * trail was read; asked when audit pokes, and every now and then in case a poke got lost.  The past: what comes after the
 * position of somebody who resumed further back, one of each tenant in turn, at the pace at which its client reads; so nobody
 * waits for another's past.  A page of either is taken by all whose position lies in it, and nothing is kept between rounds but
 * positions: a gateway that dies loses nothing, since the numbers are the trail's own. */
#include "clock.h"
#include "dispatch/dispatch.h"
#include "error_codes.h"
#include "events.h"
#include "gateway.h"
#include "events/hub_event.h"
#include "events/hub_internal.h"
#include "metrics.h"

enum {
	FEEDS_ASKED_MAX = 256,
	ENTRIES_MAX = 256,
	ENTRIES_MORE = 16, /* after an answer that fitted */
	ROUND_ARENA_BYTES = 64 * 1024 * 1024,
	ASK_EVERY_US = 100000, /* the safety net behind pokes */
	ASK_AFTER_ERROR_US = 500000,
};

static void
reading_init(struct reading *reading, struct hub *hub)
{
	*reading = (struct reading){ .hub = hub, .arena = arena_new(ROUND_ARENA_BYTES), .limit = ENTRIES_MAX };
}

void
hub_readings_init(struct hub *hub)
{
	reading_init(&hub->news, hub);
	reading_init(&hub->past, hub);
}

void
hub_readings_release(struct hub *hub)
{
	arena_free(hub->news.arena);
	arena_free(hub->past.arena);
}

void
hub_read_soon(struct hub *hub)
{
	hub->news.is_due = true;
}

/* ---- events arrive ---- */

static bool
is_revoked(const struct subscription *subscription, const struct hub_event *event)
{
	bool is_end = event->type == &event_api_key_revoke || event->type == &event_api_key_rotate;
	if (!is_end || subscription->principal.key_id == 0)
		return false;
	for (size_t i = 0; i < subscription->principal.n_ancestors; i++)
		if (event->revoked_key_id == subscription->principal.ancestors[i].key_id)
			return true;
	return event->revoked_key_id == subscription->principal.key_id;
}

static bool
is_catching_up(const struct subscription *subscription)
{
	return !subscription->is_over && subscription->has_begun && subscription->position < subscription->feed->live;
}

static bool
has_room(const struct subscription *subscription)
{
	return !subscription->options.has_room || subscription->options.has_room(subscription->options.context);
}

/* News that a client cannot take ends its subscription; its past waits until it can. */
static void
deliver(struct subscription *subscription, const struct hub_event *event, int64_t number)
{
	bool is_wanted = event && hub_filter_fits(&subscription->options.filter, event) && hub_may_receive(&subscription->principal, event->type);

	if (is_wanted && is_catching_up(subscription) && !has_room(subscription))
		return;
	struct hub_event shown = is_wanted ? hub_event_for(&subscription->principal, event) : (struct hub_event){ .number = number };
	if (is_wanted && !subscription->options.on_event(subscription->options.context, &shown)) {
		hub_end_subscription(subscription, HUB_END_SLOW);
		return;
	}
	subscription->position = number;
	metric_add(subscription->hub->delivered, is_wanted);
	if (event && is_revoked(subscription, event))
		hub_end_subscription(subscription, HUB_END_REVOKED);
}

/* Nothing lies between `from` and the entry: it is next for all who stand there. */
static void
take_entry(const struct reading *reading, const struct feed *feed, const struct audit_feed_entry *entry, int64_t from)
{
	struct hub_event event;
	bool is_known = hub_event_make(reading->arena, entry, &event);

	for (struct subscription *s = feed->first; s; s = s->next)
		if (!s->is_over && s->has_begun && s->position >= from && s->position < entry->number)
			deliver(s, is_known ? &event : NULL, entry->number);
}

static const struct audit_feed_position *
asked_position(const struct reading *reading, int64_t tenant)
{
	const struct audit_feed_position *positions = reading->request.positions.items;

	for (size_t i = 0; i < reading->request.positions.n; i++)
		if (positions[i].domain_id == tenant)
			return &positions[i];
	return NULL;
}

/* Entries come by tenant, in order.  A feed that went and came back meanwhile begins anew. */
static void
take_entries(struct reading *reading, const struct audit_feed_read_response *response)
{
	const struct audit_feed_entry *entries = response->entries.items;
	struct feed *feed = NULL;
	int64_t from = 0;

	for (size_t i = 0; i < response->entries.n; i++) {
		const struct audit_feed_entry *entry = &entries[i];
		bool is_news = reading == &reading->hub->news;
		if (i == 0 || entry->domain_id != entries[i - 1].domain_id) {
			const struct audit_feed_position *asked = asked_position(reading, entry->domain_id);
			feed = asked ? hub_feed(reading->hub, entry->domain_id) : NULL;
			from = asked ? asked->after : 0;
			if (feed && is_news && feed->live != from)
				feed = NULL;
		}
		if (!feed)
			continue;
		take_entry(reading, feed, entry, from);
		from = entry->number;
		if (is_news)
			feed->live = from;
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
	subscription->hub->has_behind |= is_catching_up(subscription);
}

static int64_t
head_of(const struct audit_feed_read_response *response, int64_t tenant)
{
	const struct audit_feed_head *heads = response->heads.items;

	for (size_t i = 0; i < response->heads.n; i++)
		if (heads[i].domain_id == tenant)
			return heads[i].number;
	return 0;
}

/* Who subscribed before the question was asked learns where the end is. */
static void
take_heads(const struct reading *reading, const struct audit_feed_read_response *response)
{
	const struct audit_feed_position *positions = reading->request.positions.items;

	for (size_t i = 0; i < reading->request.positions.n; i++) {
		struct feed *feed = hub_feed(reading->hub, positions[i].domain_id);
		int64_t head = head_of(response, positions[i].domain_id);
		if (feed && feed->live == HUB_NOW)
			feed->live = head;
		for (struct subscription *s = feed ? feed->first : NULL; s; s = s->next)
			if (!s->is_over && !s->has_begun && s->began_us < reading->asked_us)
				begin(s, head);
	}
}

/* ---- the questions ---- */

static void
on_reply(void *context, const struct dispatch_reply *reply)
{
	struct reading *reading = context;
	int64_t now_us = clock_monotonic_us();
	const struct audit_feed_read_response *response = reply->output;

	reading->is_asking = false;
	if (reply->error) {
		bool is_too_large = reply->error->info == &error_catalogue[ERROR_RESPONSE_TOO_LARGE] && reading->limit > 1;
		reading->limit = is_too_large ? reading->limit / 2 : reading->limit;
		reading->ask_at_us = now_us + (is_too_large ? 0 : ASK_AFTER_ERROR_US);
		return;
	}
	take_entries(reading, response);
	bool has_more = (int64_t)response->entries.n >= reading->limit / (int64_t)reading->request.positions.n;
	reading->limit = reading->limit + ENTRIES_MORE < ENTRIES_MAX ? reading->limit + ENTRIES_MORE : ENTRIES_MAX;
	if (reading == &reading->hub->past)
		return; /* whoever is still behind is found by the next walk */
	take_heads(reading, response);
	reading->is_due |= has_more && response->entries.n > 0;
	reading->ask_at_us = now_us + ASK_EVERY_US;
}

static void
ask(struct reading *reading, const struct audit_feed_position *positions, size_t n, int64_t now_us)
{
	reading->request = (struct audit_feed_read_request){ .positions = { (void *)(uintptr_t)positions, n }, .limit = reading->limit };
	reading->is_asking = true;
	reading->is_due = false;
	reading->asked_us = now_us;
	dispatch(reading->hub->gateway, &(struct dispatch_request){ .operation = &operation_audit_feed_read, .input = &reading->request,
	    .principal = &dispatch_system_principal, .request_id = "hub", .surface = "internal", .arena = reading->arena, .done = on_reply,
	    .context = reading });
}

/* Of those who may go on, the one that waited longest. */
static struct subscription *
next_behind(const struct feed *feed, bool *has_behind)
{
	struct subscription *next = NULL;

	for (struct subscription *s = feed->first; s; s = s->next) {
		if (!is_catching_up(s))
			continue;
		*has_behind = true;
		if ((!next || s->served < next->served) && has_room(s))
			next = s;
	}
	return next;
}

static bool
past_position(struct hub *hub, const struct feed *feed, struct audit_feed_position *position)
{
	struct subscription *next = next_behind(feed, &hub->has_behind);

	if (!next)
		return false;
	next->served = ++hub->n_served;
	*position = (struct audit_feed_position){ .domain_id = feed->tenant, .after = next->position };
	return true;
}

static bool
news_position(struct hub *hub, const struct feed *feed, struct audit_feed_position *position)
{
	(void)hub;
	*position = (struct audit_feed_position){ .domain_id = feed->tenant, .after = feed->live };
	return true;
}

/* Of each feed one position, of as many feeds as fit into a question; the others are first next time. */
static void
read_feeds(struct reading *reading, int64_t now_us,
    bool (*choose)(struct hub *hub, const struct feed *feed, struct audit_feed_position *position))
{
	size_t n = 0, n_seen = 0;

	arena_reset(reading->arena);
	struct audit_feed_position *positions = ARENA_ARRAY(reading->arena, struct audit_feed_position, FEEDS_ASKED_MAX);
	for (const struct feed *feed = reading->hub->feeds; feed && n < FEEDS_ASKED_MAX; feed = feed->next)
		if (n_seen++ >= reading->n_skipped)
			n += choose(reading->hub, feed, &positions[n]);
	reading->n_skipped = n == FEEDS_ASKED_MAX ? n_seen : 0;
	if (n > 0)
		ask(reading, positions, n, now_us);
}

void
hub_read(struct hub *hub, int64_t now_us)
{
	struct reading *news = &hub->news, *past = &hub->past;

	news->is_due |= bus_subscriber_wait(hub->pokes, 0);
	if (!news->is_asking && (news->is_due || now_us >= news->ask_at_us))
		read_feeds(news, now_us, news_position);
	if (!hub->has_behind || past->is_asking || now_us < past->ask_at_us)
		return;
	hub->has_behind = past->n_skipped > 0;
	read_feeds(past, now_us, past_position);
	hub->has_behind |= past->n_skipped > 0;
}

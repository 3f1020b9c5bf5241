/* Committed events of the tenants somebody listens to, in the order of each tenant's trail.
 *
 * An event's number is its place in the tenant's audit chain: gapless, so a subscriber can tell that it missed nothing, and
 * the same whichever gateway it asks.  Delivered exactly once and in order after the number it asked for. */
#ifndef HUB_H
#define HUB_H

#include "access/credentials.h"
#include "error.h"
#include "contract/operation.h"

struct gateway;
struct hub;
struct subscription;

enum { HUB_TYPES_MAX = 32, HUB_NOW = -1 };

struct hub_event {
	int64_t number;
	const struct event_type *type; /* never NULL: events this gateway does not know are passed over */
	int64_t entity_id;
	const char *actor_id;          /* or NULL */
	int64_t revoked_key_id;        /* of api_key.revoke and api_key.rotate: the key that stopped working */
	const char *json; size_t n_json; /* {"number","eventId","type","entityType","entityId","entityVersion","actorId",
	                                   "actorType","actorSource","requestId","occurredAt","payload"} */
	const char *free_json; size_t n_free_json; /* the same without data that is sold; NULL: nothing is */
};

/* All that are set must fit; what the principal's scopes do not cover is never delivered. */
struct hub_filter {
	const char *types[HUB_TYPES_MAX]; /* "content_item.update", "content_item.*", "*"; n_types 0: all */
	size_t n_types;
	const char *entity_type; /* or NULL */
	int64_t entity_id;       /* 0: any */
	const char *actor_id;    /* or NULL */
};

enum hub_end {
	HUB_END_SLOW,        /* on_event refused: resume after the last number delivered */
	HUB_END_DRAINING,    /* this gateway stops: resume at another */
	HUB_END_REVOKED,     /* the key was revoked or replaced, or has expired */
	HUB_END_DOUBTFUL,    /* nobody could say whether the key still holds: resume, and be asked who you are */
	HUB_END_OLD,         /* it has lasted long enough: resume, and be asked again who you are */
};

struct hub_options {
	const struct principal *principal; /* copied */
	struct key_hash key;               /* asked after again and again: a key that is refused hears nothing more */
	struct hub_filter filter;          /* copied */
	int64_t after;                     /* deliver what comes behind this number; HUB_NOW: from now on */
	void (*on_begin)(void *context); /* the position is known: whatever is committed from here on will be delivered.  Or NULL */
	bool (*on_event)(void *context, const struct hub_event *event); /* false: cannot take it */
	bool (*has_room)(void *context); /* false: what is long past may wait, so that who catches up sets the pace.  NULL: always */
	void (*on_end)(void *context, enum hub_end end); /* the hub gives up; the subscription is gone with this call */
	void *context;
};

/* pokes: where audit says that there is news.  NULL with a log line when that is malformed. */
struct hub *hub_new(struct gateway *gateway, const char *pokes);
void hub_free(struct hub *hub); /* without a word to subscribers */

/* Ask for what is new when audit has poked, and take out who may listen no more.  Call every turn of the clock. */
void hub_tick(struct hub *hub, int64_t now_us);

/* This gateway stops: every subscription ends. */
void hub_drain(struct hub *hub);

/* May the principal receive events of this type? */
bool hub_may_receive(const struct principal *principal, const struct event_type *type);

/* Has it room for one more?  NULL, or the refusal: SERVICE_OVERLOADED when nobody finds a place, RATE_LIMIT_EXCEEDED when this
 * principal has its share already. */
const struct error *hub_refusal(const struct hub *hub, struct arena *arena, const struct principal *principal) MUST_CHECK;

/* Events arrive later, on the loop's thread, never inside this call. */
struct subscription *hub_subscribe(struct hub *hub, const struct hub_options *options);
void hub_unsubscribe(struct subscription *subscription);

/* Last number delivered or passed over: where a reconnect resumes.  HUB_NOW while that is not known yet. */
int64_t subscription_position(const struct subscription *subscription);

/* It has heard what was there when the trail was last read. */
bool subscription_is_current(const struct subscription *subscription);

#endif

/* What hub.c, who keeps the subscriptions, and hub_reader.c, who feeds them, share. */
#ifndef HUB_INTERNAL_H
#define HUB_INTERNAL_H

#include "audit_proto.h"
#include "bus/bus.h"
#include "events/hub.h"

struct subscription {
	struct hub *hub;
	struct feed *feed;
	struct subscription *next;
	struct arena *arena;
	struct hub_options options;
	struct principal principal;
	int64_t position;    /* HUB_NOW: not known yet.  Behind feed->live it is catching up */
	uint64_t served;     /* the catching up that last asked for its position; 0: none yet */
	int64_t began_us;
	int64_t verified_us; /* when its key was last known to be good */
	bool has_begun;
	bool is_over;        /* taken out when nobody walks the list */
};

/* A tenant that somebody listens to. */
struct feed {
	int64_t tenant;
	int64_t live; /* the number up to which its news was read; HUB_NOW: not known yet */
	struct subscription *first;
	struct feed *next;
};

/* A question to audit, asked again and again. */
struct reading {
	struct hub *hub;
	struct arena *arena;
	struct audit_feed_read_request request;
	bool is_asking;
	bool is_due;      /* ask as soon as may be */
	int64_t ask_at_us, asked_us;
	int64_t limit;    /* entries of an answer; halved when one is too large, then growing again */
	size_t n_skipped; /* feeds asked about just before: these get their turn when the others had theirs */
};

struct hub {
	struct gateway *gateway;
	struct bus_subscriber *pokes;
	struct feed *feeds;
	int64_t n_open;
	bool has_over;       /* some subscription is over and not taken out yet */
	bool has_behind;     /* some may be catching up */
	uint64_t n_served;
	struct reading news, past;
	int64_t check_at_us; /* the keys of those who listen */
	uint64_t n_changes;  /* of credentials, at the last check */
	struct arena *check_arena;
	struct metric *subscriptions, *delivered;
};

/* ---- hub.c ---- */

struct feed *hub_feed(const struct hub *hub, int64_t tenant); /* NULL: nobody listens to it */

/* Its owner hears of it, unless the owner was who ended it. */
void hub_end_subscription(struct subscription *subscription, enum hub_end how);

/* ---- hub_reader.c ---- */

void hub_readings_init(struct hub *hub);
void hub_readings_release(struct hub *hub);
void hub_read_soon(struct hub *hub);
void hub_read(struct hub *hub, int64_t now_us);

#endif

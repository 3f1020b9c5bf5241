/* Undo of what is no item: types, assets and releases, and of what other services hold the reason why not. */
#ifndef THINGS_H
#define THINGS_H

#include "content.h"

enum { UNDO_THINGS_MAX = 200 };

/* What is known of a thing whose changes are meant. */
struct undo_thing {
	const char *kind;
	int64_t id;
	int64_t newest_at;        /* of its meant changes */
	int64_t before;           /* row of the oldest of them, which has what it was */
	const char *action;       /* the newest of them */
	const char *last_action;  /* the newest of all */
	bool was_there, is_there; /* before the oldest meant one, and now */
	bool is_beyond;           /* there are more changes than are looked at */
	const char *later_actor;  /* who changed it after a meant change; "": nobody says who; NULL: nobody did */
};

struct undo_plan {
	struct undo_thing *things; /* what was changed last first */
	struct undone_thing *results;
	size_t n;
};

/* Those that the request means.  Errors: UNDO_TOO_LARGE. */
const struct error *things_find(struct request *req, const struct content_changes_undo_request *in, int64_t since, struct undo_plan *ret_plan) MUST_CHECK;

/* What comes back comes before items, which may need it; what goes goes after them; a changed schema is tried on both sides of them. */
enum undo_turn { UNDO_BEFORE_ITEMS, UNDO_AFTER_ITEMS };
const struct error *things_undo(struct request *req, struct undo_plan *plan, enum undo_turn turn) MUST_CHECK;

/* A refusal becomes a result; a fault is everybody's. */
const struct error *undo_take_refusal(struct request *req, const struct error *error, const char **outcome, const char **code, const char **reason) MUST_CHECK;

/* other_events.c: what other services changed, of their events */
const struct error *changes_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n) MUST_CHECK;

/* Noted in the transaction of the change, before it is made. */
struct change_note {
	const char *kind, *action;
	int64_t id;
	bool was_there, is_there;
};
void change_note(struct request *req, const struct change_note *note);

#endif

/* The one execution context: every handler, timer and event consumer runs inside a request. */
#ifndef REQUEST_H
#define REQUEST_H

#include "arena.h"
#include "buf.h"
#include "db/db.h"
#include "contract/envelope.h"
#include "error.h"
#include "error_codes.h"
#include "contract/operation.h"

struct service;
struct worker;
struct gather;

struct emitted_event {
	const struct event_type *type;
	int64_t entity_id;
	int64_t entity_version; /* 0: the entity has none */
	int64_t tenant;         /* of the entity; usually the request's */
	const char *payload;    /* JSON object text */
};

enum { REQUEST_EVENTS_MAX = 1024, REQUEST_ARENA_BYTES = 8 * 1024 * 1024 };

/* What became of a call to another service. */
enum call_fate {
	CALL_ANSWERED,
	CALL_REFUSED,  /* it answered with an error: nothing happened there */
	CALL_NOT_SENT, /* nobody took it: nothing happened */
	CALL_UNKNOWN,  /* it may have happened: ask again with the same idempotency key */
};

struct request {
	struct arena *arena;
	const struct operation *op;
	const struct principal *principal;
	const struct principal *actor; /* whom events name instead of the principal: an operation that acts for somebody sets it; usually NULL */
	int64_t tenant;          /* 0: none (system operations) */
	const char *request_id;
	const char *trace_parent;
	const char *surface;
	struct labels labels;    /* kept with every event */
	int64_t deadline_us;     /* absolute */
	int64_t now_us;          /* fixed for the whole request */
	bool dry_run;
	struct db *db;           /* of the tenant role, or of the system role */
	struct service *service;
	struct worker *worker;
	const char *last_statement; /* for the log when one fails */
	struct emitted_event *events; /* written to the outbox by the dispatcher, in the same transaction */
	size_t n_events;
	bool must_rerun;         /* the transaction met a serialisation failure or deadlock: run it again */
	bool is_lost;            /* the connection went away before the commit */
	bool in_transaction;     /* request_call would hold its locks while it waits: not allowed */
	enum call_fate call_fate; /* of the last request_call */
	void *memo;              /* the service's own, for the rest of the request: what a batch need not ask for each entry */
	size_t n_row_bytes;      /* of rows that were read so far */
	void *prepared;          /* what the operation's prepare found out, before the transaction */
	bool keeps_refusal;      /* the error is the answer, and what was written stays: a challenge with its invoice */
	int64_t quoted_sats;     /* dry run: what it would have cost */
	int64_t paid_sats;       /* reserved for this run; 0: nothing */
	int64_t reservation_id;  /* of payments, with paid_sats */
	bool sums_charges;       /* request_charge adds up instead of asking, until the operation asks for the sum */
	int64_t summed_sats;
	const char *budget;      /* JSON members of what the caller's key has used up by now; NULL: it has no budget here */
	const char *payer;       /* who is asked to pay, where that is not the principal: somebody without a key; or NULL */
	bool has_processes;      /* it started or moved some: the runner is told after the commit */
	const void *held;        /* what the service's ahead.lock has locked for this mutation's group; NULL: nothing */
	struct gather *own;      /* rows that wait for its end; NULL: query_gather writes at once */
	struct gather *earlier;  /* those of the mutations before it in a group; NULL: it has a transaction of its own */
	bool has_savepoint;      /* in a group: it has sent a statement of its own */
	bool may_move, moves;    /* to the worker of long work; it does */
};

/* What follows takes tens of milliseconds of processor time: where others would wait for them, the mutation starts over on a worker of its own kind.
 * NULL: go on; else return what is returned. */
const struct error *request_take_long(struct request *req) MUST_CHECK;

/* An error of the catalogue: return FAIL(req, CONTENT_ITEM_NOT_FOUND, "no content item %" PRId64, id); */
#define FAIL(req, code, ...) error_make((req)->arena, &error_catalogue[ERROR_##code], ERROR_WHERE, __VA_ARGS__)

/* The same with the JSON pointer of the field at fault, and/or a JSON object for the envelope's context. */
#define FAIL_AT(req, code, pointer_, ...) error_at(FAIL(req, code, __VA_ARGS__), (pointer_), NULL)
#define FAIL_WITH(req, code, context_, ...) error_at(FAIL(req, code, __VA_ARGS__), NULL, (context_))
const struct error *error_at(struct error *error, const char *pointer, const char *context);

/* ---- statements (services' store.c) ---- */

/* All four run in the request's transaction and tenant.  ret_row and ret_rows are untouched on failure.
 * find: *(const struct row **)ret_row, NULL when there is none.  exec: waits for the number of rows it changed. */
const struct error *query_find(struct request *req, const struct db_statement *statement,
    const struct db_param *params, void *ret_row) MUST_CHECK;
const struct error *query_list(struct request *req, const struct db_statement *statement,
    const struct db_param *params, struct shape_list *ret_rows) MUST_CHECK;
const struct error *query_exec(struct request *req, const struct db_statement *statement,
    const struct db_param *params, int64_t *ret_n) MUST_CHECK;
/* Queued without waiting: a failure shows at the next wait or at the commit. */
void query_send(struct request *req, const struct db_statement *statement, const struct db_param *params);
/* One row for a statement that takes arrays, one for each parameter.  Rows of all mutations that share a transaction are written together: before
 * the next statement that could see them, or at the end.  Texts must live as long as the request; a failure shows at the commit. */
void query_gather(struct request *req, const struct db_statement *statement, const struct db_param *params);
/* Several finds in one round trip: ask for all, then claim in order. */
db_ticket query_ask(struct request *req, const struct db_statement *statement, const struct db_param *params);
const struct error *query_claim(struct request *req, db_ticket ticket, void *ret_row) MUST_CHECK;
const struct error *query_claim_list(struct request *req, db_ticket ticket, struct shape_list *ret_rows) MUST_CHECK;

/* ---- events ---- */

/* Called by the generated emit_*: remembers the event; payload is encoded here.  Bounded by REQUEST_EVENTS_MAX. */
void event_emit(struct request *req, const struct event_type *type, int64_t entity_id, int64_t entity_version,
    const void *payload);
/* For the rare mutation whose entity belongs to another tenant than the request (onboarding). */
void event_emit_for(struct request *req, int64_t tenant, const struct event_type *type, int64_t entity_id,
    int64_t entity_version, const void *payload);

/* Change the tenant of the rest of this request's transaction: only in system scope, by what acts for one (onboarding a tenant,
 * consumers applying events).  Other tenants' rows are out of sight from then on.  The role stays the system's, whose policy no
 * index serves: a statement that runs here says "domain_id = tenant()" itself.  0: all tenants again. */
void request_act_for(struct request *req, int64_t tenant);

/* ---- transactions beside the operation's own ---- */

/* One more transaction of this request, in its tenant, after the operation's own has committed: from its complete.  Run again after a
 * conflict, so run must not depend on what it did before. */
const struct error *request_transaction(struct request *req, const struct error *(*run)(struct request *req, void *context), void *context) MUST_CHECK;

/* ---- prices ---- */

/* Ask for so many sats before going on, after everything else was checked: NULL when they are paid, when there is nothing to pay, and in a dry
 * run, which tells the price.  Otherwise the error to return; the dispatcher turns it into a challenge, or runs the operation again with the
 * payment that the caller has proved.  Free where the operation is not priced, as in jobs; it asks once, for a sum when sums_charges is set. */
const struct error *request_charge(struct request *req, int64_t sats) MUST_CHECK;

/* ---- budgets of keys ---- */

/* Use up so much of what the caller's key may use in its minute or day, in this transaction: NULL when that is left, or not bounded.
 * Error: BUDGET_EXCEEDED, which the other makes of a bound that somebody else has found to be reached. */
const struct error *request_spend(struct request *req, enum budget budget, int64_t n) MUST_CHECK;
const struct error *request_over_budget(struct request *req, enum budget budget, int64_t limit) MUST_CHECK;

/* ---- secrets kept in rows ---- */

/* Text sealed with the installation's key, as text; and back: NULL when it was not sealed with this key. */
const char *request_seal(struct request *req, const char *text);
const char *request_open(struct request *req, const char *sealed);

/* A key of its own for each purpose, the same in every process of the installation.  i: 0 of the key in use, then of those that are being
 * rotated out; false when there is none. */
bool request_derive_key(struct request *req, size_t i, const char *purpose, unsigned char key[32]);

/* ---- other services ---- */

/* The service itself, acting in the request's tenant: what internal operations are called as. */
const struct principal *request_system_principal(struct request *req);

/* Call an operation of another service with the request's principal, trace and deadline.  Never inside a transaction: from
 * steps and consumers.  A mutation needs an idempotency key derived from durable state (process_key); NULL for a query.
 * out is filled in the request's arena; req->call_fate tells failures apart. */
const struct error *request_call(struct request *req, const struct operation *operation, const void *in,
    const char *idempotency_key, void *out) MUST_CHECK;

/* For a consumer's reads, before their transaction: whatever the publishers had committed when this was called is applied when it
 * returns.  False when one of them did not answer, after a second at most: what is read may miss its newest events. */
bool request_catch_up(struct request *req);

#endif

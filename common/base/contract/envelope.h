/* The message between processes: one msgpack map with small integer keys per record, version 1. */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include "buf.h"
#include "error.h"
#include "contract/shape.h"

enum { ENVELOPE_VERSION = 1, ENVELOPE_SCOPES_MAX = 16, ENVELOPE_NARROW_BYTES = 1152 };

/* What a key may use up, whatever its scopes allow. */
enum budget { BUDGET_SATS_PER_DAY, BUDGET_SATS_PER_CALL, BUDGET_WRITES_PER_MINUTE, BUDGET_PUBLISHES_PER_DAY, BUDGETS_N };

/* A key that has handed out the one that acts, directly or not: what is used up counts against its budget too. */
enum { KEY_DEPTH_MAX = 3 };
struct budget_owner {
	int64_t key_id;
	int64_t budgets[BUDGETS_N]; /* -1: no bound */
};

/* Who acts.  Verified by the gateway, carried along unchanged by services calling services. */
struct principal {
	int64_t tenant;          /* domain id; 0: none */
	const char *id;          /* "api_key:12", "system", "anonymous" */
	const char *type;        /* "api_key", "supervisor", "env_key", "system", "anonymous" */
	const char *source;      /* "db", "env", "cookie", "internal"; of keys that others have handed out "delegated" or "oauth" */
	int64_t key_id;          /* api key row, 0: none */
	const char *const *scopes;
	size_t n_scopes;
	bool is_platform_admin;
	bool has_budgets;
	int64_t budgets[BUDGETS_N]; /* where has_budgets; -1: no bound */
	/* The content types, items and review tasks that it is limited to, "{3,4}|{50}|{7}", any part empty: no limit; or NULL.
	 * Row-level security holds the services to it: narrow_*() in the migrations. */
	const char *narrow;
	struct budget_owner ancestors[KEY_DEPTH_MAX];
	size_t n_ancestors;
	const char *address;     /* of the client's network, as text, where nobody in particular acts; else NULL */
};

/* What callers say about themselves, to find their changes again: tokens of up to LABEL_BYTES_MAX characters, or NULL. */
struct labels {
	const char *session;     /* one run of an agent or of a person, so that those who share a key can be told apart */
	const char *change_set;  /* changes that belong together */
	const char *prompt_hash; /* hash of the prompt that led to it */
	const char *surface;     /* through which all of it came: "cli"; NULL: the request's own surface */
};
enum { LABEL_BYTES_MAX = 64 };

struct envelope_request {
	uint64_t correlation;    /* the caller's; echoed */
	const char *op;          /* operation id */
	const char *request_id;
	const char *trace_parent; /* or NULL */
	const char *surface;     /* "rest", "graphql", "mcp", "internal" */
	int64_t deadline_us;     /* absolute, realtime clock */
	struct principal principal;
	bool dry_run;
	const char *idempotency_key;  /* or NULL */
	const void *input;       /* msgpack of the operation's request shape; borrowed from the record */
	size_t n_input;
	struct labels labels;
};

struct envelope_reply {
	uint64_t correlation;
	bool ok;
	bool is_replayed;        /* answered from the idempotency store */
	const void *output;      /* msgpack of the operation's response shape */
	size_t n_output;
	const char *code;        /* error: catalogue code, "" when ok */
	const char *message, *remediation, *pointer, *context; /* may be NULL */
	const char *effects;     /* dry run: JSON of what would have happened ({"events": [...]}), or NULL */
	const char *budget;      /* of a key with a budget: JSON of what it has used up by now, or NULL */
};

void envelope_write_request(struct buf *buf, const struct envelope_request *request);
void envelope_write_reply(struct buf *buf, const struct envelope_reply *reply);

/* Checked before decoding (wire_check).  Text is copied into the arena; input/output are borrowed from bytes. */
bool envelope_read_request(struct arena *arena, const void *bytes, size_t n_bytes, struct envelope_request *ret_request);
bool envelope_read_reply(struct arena *arena, const void *bytes, size_t n_bytes, struct envelope_reply *ret_reply);

/* Correlation only, without decoding the rest; false when the record is no envelope.  Works on both kinds. */
bool envelope_peek_correlation(const void *bytes, size_t n_bytes, uint64_t *ret_correlation);

#endif

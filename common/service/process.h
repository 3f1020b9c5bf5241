/* Durable work: a process is a row with a state and a step; a table of steps in C says what each does.
 *
 * An instance claims due rows in a short transaction, runs the step outside any transaction, where calls and HTTP are
 * allowed, and commits the step's effect together with the row's next state under the fence of its claim.  A worker
 * whose lease ran out cannot commit, so an effect in the database happens once; what a step does to the outside may
 * happen again after a crash and carries a key of its own. */
#ifndef PROCESS_H
#define PROCESS_H

#include "request.h"

enum {
	PROCESS_LEASE_MS = 6000,     /* renewed while the step runs: a dead worker's process is due again after this */
	PROCESS_RENEW_MS = 1500,
	PROCESS_STEP_TIMEOUT_MS = 30000, /* of a step that names no other */
	PROCESS_START_MAX = 10000,   /* processes of one process_start_many */
};

/* One claimed row.  Texts live in the request's arena. */
struct process {
	int64_t id;
	int64_t tenant;              /* 0: system work */
	const char *kind, *lane, *step;
	const char *key;             /* unique per tenant and kind, or NULL */
	const char *ordering;        /* processes of one ordering run one after the other, or NULL */
	int64_t attempt;             /* of this step, from 1 */
	int64_t fence;               /* of this claim */
	struct doc payload;          /* JSON object */
	struct doc note;             /* what the kind's claimed hook read for this attempt; .json NULL: nothing */
	const char *request_id, *trace_parent; /* of the request that started it; may be NULL */
	int64_t started_us;          /* when it was made */
	int64_t due_us;              /* when this step became due */
};

enum step_verdict {
	STEP_DONE,   /* the process ends: its row goes */
	STEP_NEXT,   /* on to .next, at once or after .delay_us */
	STEP_RETRY,  /* again later: .delay_us or the kind's backoff; set aside after attempts_max */
	STEP_FAILED, /* cannot succeed: set aside with .reason until somebody restarts or removes it */
};

struct step_outcome {
	enum step_verdict verdict;
	const char *next;     /* STEP_NEXT: a step of the same kind; NULL: the same step again */
	int64_t delay_us;     /* 0: at once; of a retry: the backoff of the kind */
	struct doc payload;   /* replaces the payload; .json NULL: unchanged */
	const char *reason;   /* of a retry or failure, kept in the row: no secrets */
	void *memo;           /* what run hands to commit */
};

/* run    outside any transaction.  req has the process's tenant and a deadline; request_call and the outbound client may be used.
 *        Sets *outcome, which starts as STEP_DONE.
 * commit in the transaction that moves the row, in the process's tenant; also for retries and failures, whose verdict is final there: a
 *        retry beyond attempts_max has become STEP_FAILED.  May still change *outcome.  An error rolls back and the step is retried.
 * Either may be NULL. */
struct step {
	const char *name;
	void (*run)(struct request *req, const struct process *process, struct step_outcome *outcome);
	const struct error *(*commit)(struct request *req, const struct process *process, struct step_outcome *outcome);
	int64_t timeout_ms;   /* of run and commit together; 0: PROCESS_STEP_TIMEOUT_MS */
};

struct process_kind {
	const char *name;
	const struct step *steps; /* the first is where a process starts */
	size_t n_steps;
	int64_t attempts_max;     /* of one step; 0: no limit */
	int64_t backoff_ms, backoff_max_ms; /* doubled from the first to the second, with jitter of a fifth */
	int64_t running_max;      /* of one lane at a time, over all instances, unless process_lane_set says otherwise; 0: 4 */
	/* In the claim's transaction, system scope, for rows just claimed: to show that they run, and to note for each what its step
	 * has to know, in one statement for all.  Or NULL. */
	const struct error *(*claimed)(struct request *req, struct process *processes, size_t n);
};

/* What a handler, consumer or step starts, in its own transaction and tenant. */
struct process_start {
	const char *kind;
	const char *key;      /* a second start with it does nothing; or NULL */
	const char *lane;     /* NULL: the kind's name */
	const char *ordering; /* or NULL */
	const char *step;     /* NULL: the first */
	int64_t at_us;        /* 0 or past: at once */
	int64_t priority;     /* higher first among the due ones of its lane */
	const char *payload;  /* JSON object text; NULL: {} */
};

/* *ret_id is 0 when the key exists already.  ret_id may be NULL: queued without waiting. */
const struct error *process_start(struct request *req, const struct process_start *start, int64_t *ret_id) MUST_CHECK;

/* The same for many at once, in a fixed number of statements. */
const struct error *process_start_many(struct request *req, const struct process_start *starts, size_t n) MUST_CHECK;

/* The idempotency key of a call that a step makes: the same whenever the step runs again.  purpose tells several calls of one process
 * apart. */
const char *process_key(struct request *req, const struct process *process, const char *purpose);

/* Remove the process of a key, whatever it is doing: a step under way cannot commit any more.  *ret_found is false when there is none,
 * or none that is not leased when only_waiting. */
const struct error *process_cancel(struct request *req, const char *kind, const char *key, bool only_waiting, bool *ret_found) MUST_CHECK;

/* Whether the process of a key is there, whatever it is doing. */
const struct error *process_is_there(struct request *req, const char *kind, const char *key, bool *ret_is_there) MUST_CHECK;

/* Make the process of a key due now, also one that was set aside; its attempts start again. */
const struct error *process_restart(struct request *req, const char *kind, const char *key, bool *ret_found) MUST_CHECK;

/* Wait until the process of a key has ended or was set aside, as an operation's complete: at most timeout_ms and until the request's
 * deadline.  *ret_ended is false when it goes on by itself.  Outside any transaction. */
const struct error *process_await(struct request *req, const char *kind, const char *key, int64_t timeout_ms, bool *ret_ended) MUST_CHECK;

/* A lane's limit of running processes (0: unchanged or the kind's) and whether it rests. */
const struct error *process_lane_set(struct request *req, const char *lane, int64_t running_max, bool is_paused) MUST_CHECK;

#endif

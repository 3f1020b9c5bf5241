/* What the step runner's files share: runner.c owns the threads, claim.c the statements, step.c runs a step. */
#ifndef RUNNER_H
#define RUNNER_H

#include "process.h"
#include "service_internal.h"

struct claimed_row {
	int64_t id, tenant;
	const char *kind, *key, *lane, *ordering, *step;
	int64_t attempts, losses, fence;
	struct doc payload, note;
	const char *request_id, *trace_parent;
	struct labels labels; /* of the request that started it */
	int64_t created_us, due_us;
};

struct claim {
	int64_t watermark_us;
	int64_t n_max, tenant_max;
	/* what came of it, in the request's arena */
	struct claimed_row *rows;
	size_t n;
	bool is_contended;  /* another instance is claiming: nothing was looked at */
	int64_t next_in_us; /* until the next row becomes due; INT64_MAX: none waits */
};

struct outlook {
	int64_t watermark_us; /* nothing unfinished is due before it */
	int64_t overdue_us;   /* age of the oldest due row */
	int64_t n_set_aside;
	uint64_t n_turns;
};

struct leases {
	const int64_t *ids, *fences;
	size_t n;
};

/* All for transaction_run, in system scope. */
const struct error *claim_run(struct request *req, void *claim) MUST_CHECK;
const struct error *look_around(struct request *req, void *outlook) MUST_CHECK;
const struct error *leases_renew(struct request *req, void *leases) MUST_CHECK;
const struct error *leases_release(struct request *req, void *leases) MUST_CHECK;

/* Lock the row before a step's effect: whoever claims, cancels or restarts a process locks it before what it is about, and so does the step's
 * end.  *ret_is_mine is false when the lease was lost to another. */
const struct error *process_hold(struct request *req, const struct process *process, bool *ret_is_mine) MUST_CHECK;

/* The row's next state, under its fence; *ret_is_mine is false when the lease was lost to another. */
const struct error *process_finish(struct request *req, const struct process *process, const struct step_outcome *outcome,
    bool *ret_is_mine) MUST_CHECK;

/* A step that has run, on its way into the database. */
struct finish {
	struct worker *worker;
	const struct claimed_row *row;
	struct arena *arena;
	const struct process *process;
	const struct step *step; /* NULL: no hook */
	struct step_outcome *outcome;
	bool is_mine;            /* the lease was still its own */
	/* finish.c's own */
	struct step_outcome wanted; /* before its hook has seen it */
	const struct error *error;
	bool must_rerun, is_done;
	struct finish *next;
};

/* process_hold and process_finish of many of one tenant, sorted by id: those that are not theirs any more are left out. */
const struct error *processes_hold(struct request *req, struct finish **group, size_t n) MUST_CHECK;
const struct error *processes_finish(struct request *req, struct finish **group, size_t n) MUST_CHECK;

/* await.c: these have moved: whoever waits for one of them asks again. */
void awaits_tell(struct finish **group, size_t n);

/* finish.c: commit a step's effect with the row's next state, perhaps together with others that wait for the same. */
const struct error *finish_step(struct finish *finish) MUST_CHECK;
void step_request_init(struct request *req, struct worker *worker, const struct claimed_row *row, struct arena *arena, struct principal *principal);
void finishes_init(struct service *service);
void finishes_release(void); /* after the last step */

/* step.c: one step to its end. */
void steps_init(struct service *service);
struct process process_of(const struct claimed_row *row);
void step_run(struct worker *worker, const struct claimed_row *row, struct arena *arena);

/* ---- for the skeleton: durable work starts, stops, is woken ---- */

/* NULL for a kind that this version does not know. */
const struct process_kind *process_kind_find(const struct service_definition *definition, const char *name);
extern const struct process_kind timer_kind;
const struct error *timers_seed(struct request *req, void *context) MUST_CHECK; /* for transaction_run */
void runner_start(struct service *service);
void runner_stop(struct service *service);
void runner_poke(void); /* something may be due; from any thread */

#endif

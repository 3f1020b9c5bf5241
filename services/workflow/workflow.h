/* Workflow: reviews of content, from submission to decision. */
#ifndef WORKFLOW_H
#define WORKFLOW_H

#include "content_proto.h"
#include "process.h"
#include "service.h"
#include "workflow_proto.h"
#include "workflow_queries.h"

enum { TRANSITIONS_MAX = 100, AWAIT_MS = 1500, EVENT_TEXT_BYTES_MAX = 2000 };

#define STATUS_IN_REVIEW "in_review"
#define STATUS_PUBLISHED "published"

/* ---- govern.c: content learns which workflow governs a type ---- */

/* In the transaction that changes a workflow: a process tells content. */
const struct error *govern_begin(struct request *req, const struct workflow_row *workflow, int64_t generation, bool is_deleted) MUST_CHECK;
/* After it: wait until content has been told; after a while it goes on by itself. */
const struct error *govern_await(struct request *req, int64_t workflow_id) MUST_CHECK;

extern const struct step govern_steps[1];

/* ---- reviews.c: what a review is made of ---- */

struct submission {
	const struct content_items_snapshot_response *item;
	int64_t transition_id;      /* 0: the only one that fits */
	const char *to_state;       /* of an unnamed transition; NULL: any */
	bool any_status;            /* feedback on a published item: the item's status need not be the transition's */
	const char *source;         /* "author_submit", "external_feedback", "form" */
	const int64_t *source_event_id;
	const char *assignee;
	const int64_t *due_at;
	const struct principal *submitter;
	bool skip_roles;            /* the submitter has no scopes: who handed out a token or a form has decided */
};

/* Check and write a review, supersede the open one, start its process.  *ret_task_id is the new one. */
const struct error *review_submit(struct request *req, const struct submission *submission, int64_t *ret_task_id) MUST_CHECK;
/* In the transaction in which the last word was said: a process gives the item its status. */
const struct error *review_begin_decision(struct request *req, const struct review_task_row *task, const char *decision, const char *reason) MUST_CHECK;
/* After either transaction: wait until content has followed, and read the review.  *ret_task may still be submitting or deciding. */
const struct error *review_await(struct request *req, int64_t task_id, const struct review_task_row **ret_task) MUST_CHECK;
struct review_task review_shown(const struct review_task_row *row);
/* A due time moved: another reminder, or none. */
const struct error *review_remind(struct request *req, int64_t task_id, const int64_t *due_at) MUST_CHECK;
/* The item as content has it, asked for with the service's own rights: before the transaction. */
const struct error *review_snapshot(struct request *req, int64_t item_id, const struct content_items_snapshot_response **ret_item) MUST_CHECK;

/* ---- agents.c: feedback that an agent answers ---- */

/* A key for one working copy: of one feedback about one item, for a day. */
struct agent_key {
	int64_t tenant, item_id, feedback_id;
};
const char *agent_key_make(struct request *req, int64_t feedback_id, int64_t item_id, int64_t *ret_expires_us);
const struct error *agent_key_read(struct request *req, const char *key, struct agent_key *ret_key) MUST_CHECK;
const struct error *agents_note(struct request *req, struct process *processes, size_t n) MUST_CHECK;
extern const struct step agent_steps[1], revision_steps[2];

/* steps.c */
extern const struct process_kind workflow_process_kinds[];
extern const size_t workflow_n_process_kinds;
const struct error *workflow_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n) MUST_CHECK;
extern const struct setting workflow_setting_table[];
extern const size_t workflow_n_settings;

#endif

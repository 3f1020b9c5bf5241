/* Workflow's rows: one call, one statement. */
#ifndef STORE_H
#define STORE_H

#include "workflow.h"

extern const struct constraint_error store_constraints[];
extern const size_t store_n_constraints;

const struct error *store_workflow_get(struct request *req, int64_t id, bool is_locked, const struct workflow_row **ret_row) MUST_CHECK;
const struct error *store_workflow_active(struct request *req, int64_t content_type_id, const struct workflow_row **ret_row) MUST_CHECK;
const struct error *store_workflow_list(struct request *req, const struct workflow_workflows_list_request *in, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_workflow_add(struct request *req, const struct workflow_row *workflow, int64_t *ret_id) MUST_CHECK;
const struct error *store_workflow_update(struct request *req, const struct workflow_row *workflow) MUST_CHECK;
void store_workflow_applied(struct request *req, int64_t id, int64_t generation);
void store_workflow_delete(struct request *req, int64_t id);
const struct error *store_transition_list(struct request *req, int64_t workflow_id, struct shape_list *ret_transitions) MUST_CHECK;
const struct error *store_transition_get(struct request *req, int64_t id, const struct workflow_transition **ret_transition) MUST_CHECK;
const struct error *store_transition_add(struct request *req, const struct workflow_transition *transition, int64_t *ret_id) MUST_CHECK;
const struct error *store_transition_delete(struct request *req, int64_t workflow_id, int64_t id, bool *ret_found) MUST_CHECK;

const struct error *store_task_get(struct request *req, int64_t id, bool is_locked, const struct review_task_row **ret_row) MUST_CHECK;
const struct error *store_task_open_of_item(struct request *req, int64_t content_item_id, const struct review_task_row **ret_row) MUST_CHECK;
const struct error *store_task_list(struct request *req, const struct workflow_reviews_list_request *in, int64_t limit, struct shape_list *ret_rows) MUST_CHECK;
const struct error *store_task_add(struct request *req, const struct review_task_row *task, int64_t *ret_id) MUST_CHECK;
void store_task_submitted(struct request *req, int64_t id, int64_t item_version);
void store_task_deciding(struct request *req, int64_t id, const char *decision, const char *reason);
void store_task_decided(struct request *req, int64_t id);
void store_task_reopen(struct request *req, int64_t id, const char *reason);
void store_task_end(struct request *req, int64_t id, const char *status, const char *reason);
const struct error *store_task_end_of_item(struct request *req, int64_t content_item_id, const char *reason, struct shape_list *ret_ids) MUST_CHECK;
void store_task_assign(struct request *req, int64_t id, const char *assignee, const int64_t *due_at);
const struct error *store_task_is_open(struct request *req, int64_t workflow_id, const int64_t *transition_id, bool *ret_is_open) MUST_CHECK;
const struct error *store_decision_add(struct request *req, int64_t task_id, const char *decision, const char *reason, bool *ret_is_new) MUST_CHECK;
void store_decisions_clear(struct request *req, int64_t task_id);
const struct error *store_approval_count(struct request *req, int64_t task_id, int64_t *ret_n) MUST_CHECK;

const struct error *store_comment_add(struct request *req, const struct review_comment *comment, const struct principal *author, int64_t *ret_id) MUST_CHECK;
const struct error *store_comment_list(struct request *req, int64_t content_item_id, int64_t before, int64_t limit, struct shape_list *ret_comments) MUST_CHECK;
const struct error *store_feedback_add(struct request *req, const struct external_feedback_event *event, const char *email, int64_t *ret_id) MUST_CHECK;
void store_feedback_link(struct request *req, int64_t id, int64_t task_id);
const struct error *store_feedback_list(struct request *req, int64_t content_item_id, int64_t before, int64_t limit, struct shape_list *ret_events) MUST_CHECK;

const struct error *store_feedback_take(struct request *req, int64_t id, bool *ret_is_taken) MUST_CHECK;
void store_feedback_revised(struct request *req, int64_t id, int64_t version);
void store_feedback_unrevised(struct request *req, int64_t id, const struct error *refusal);
const struct error *store_feedback_revision(struct request *req, int64_t id, const struct feedback_revision_row **ret_row) MUST_CHECK;
const struct error *store_agents_claimed(struct request *req, const int64_t *ids, const int64_t *workflow_ids, size_t n, struct shape_list *ret_rows) MUST_CHECK;

#endif

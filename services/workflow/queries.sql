-- Statements of workflow.  The tenant filter is row-level security; statements of public feedback, which runs in system scope, name the tenant.

-- ---------------------------------------------------------------- workflows

-- template: workflow_columns(rest)
SELECT id, name, content_type_id, active, is_applied, generation, agent_url, agent_secret, created_at, updated_at FROM workflows {rest};

-- name: workflow_get :find workflow_row = workflow_columns(WHERE id = $1)
-- One workflow.
-- name: workflow_lock :find workflow_row = workflow_columns(WHERE id = $1 FOR UPDATE)
-- One workflow, locked.
-- name: workflow_active :find workflow_row = workflow_columns(WHERE domain_id = tenant() AND content_type_id = $1 AND active)
-- The workflow that governs a type.
-- name: workflow_list :list workflow_row = workflow_columns(WHERE id > $1 ORDER BY id LIMIT $2)
-- Workflows in order of id.
-- name: workflow_list_of_type :list workflow_row = workflow_columns(WHERE content_type_id = $3 AND id > $1 ORDER BY id LIMIT $2)
-- Those of one type.

-- name: workflow_add :find workflow_id_row
-- A new workflow.
INSERT INTO workflows (domain_id, name, content_type_id, active, is_applied, created_at, updated_at, agent_url, agent_secret)
VALUES ($1, $2, $3, $4, NOT $4, $5, $5, $6, $7) RETURNING id;

-- name: workflow_update :exec
-- Its name and whether it governs; content has to be told.
UPDATE workflows SET name = $2, active = $3, is_applied = false, generation = generation + 1, updated_at = $4, agent_url = $5, agent_secret = $6 WHERE id = $1;

-- name: workflow_applied :exec
-- Content has been told of this generation.
UPDATE workflows SET is_applied = true WHERE id = $1 AND generation = $2;

-- name: workflow_delete :exec
-- A workflow ends, with its transitions.
DELETE FROM workflows WHERE id = $1;

-- template: transition_columns(rest)
SELECT id, workflow_id, from_state, to_state, required_roles, decision_roles, approvals_needed, author_may_decide FROM workflow_transitions {rest};

-- name: transition_list :list workflow_transition = transition_columns(WHERE domain_id = tenant() AND workflow_id = $1 ORDER BY id LIMIT 100)
-- Transitions of a workflow.
-- name: transition_get :find workflow_transition = transition_columns(WHERE domain_id = tenant() AND id = $1)
-- One transition.

-- name: transition_add :find workflow_id_row
-- A new transition.
INSERT INTO workflow_transitions (domain_id, workflow_id, from_state, to_state, required_roles, decision_roles, approvals_needed, author_may_decide)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: transition_delete :exec
-- A transition ends.
DELETE FROM workflow_transitions WHERE id = $1 AND workflow_id = $2;

-- ---------------------------------------------------------------- reviews

-- template: task_columns(rest)
SELECT t.id, t.content_item_id, t.content_type_id, t.workflow_id, t.workflow_transition_id, t.from_state, t.to_state, t.status, t.source, t.source_event_id,
       t.item_version, t.content_hash, t.approvals_needed, (SELECT count(*) FROM review_decisions d WHERE d.domain_id = t.domain_id AND d.task_id = t.id AND d.decision = 'approved') AS approvals,
       t.assignee, t.submitted_by, t.submitted_by_type, t.submitted_by_source, t.decision, t.decided_by, t.decided_by_type, t.decided_by_source, t.decided_at,
       t.reason, t.due_at, t.created_at, t.updated_at FROM review_tasks t {rest};

-- name: task_get :find review_task_row = task_columns(WHERE t.domain_id = tenant() AND t.id = $1)
-- One review.
-- row: approvals int
-- name: task_lock :find review_task_row = task_columns(WHERE t.domain_id = tenant() AND t.id = $1 FOR UPDATE)
-- One review, locked.
-- name: task_open_of_item :find review_task_row = task_columns(WHERE t.domain_id = tenant() AND t.content_item_id = $1 AND t.status IN ('submitting', 'pending', 'deciding') FOR UPDATE)
-- The open review of an item, locked.
-- name: task_list :list review_task_row = task_columns(WHERE t.status = $1 AND t.id > $2 ORDER BY t.id LIMIT $3)
-- Reviews of a status, in order of id.
-- name: task_list_of_assignee :list review_task_row = task_columns(WHERE t.status = $1 AND t.id > $2 AND t.assignee = $4 ORDER BY t.id LIMIT $3)
-- Those for one person.
-- name: task_list_of_type :list review_task_row = task_columns(WHERE t.status = $1 AND t.id > $2 AND t.content_type_id = $4 ORDER BY t.id LIMIT $3)
-- Those of one type.
-- name: task_list_of_item :list review_task_row = task_columns(WHERE t.status = $1 AND t.id > $2 AND t.content_item_id = $4 ORDER BY t.id LIMIT $3)
-- Those of one item.

-- name: task_add :find workflow_id_row
-- A new review, of which content is to be told.
INSERT INTO review_tasks (domain_id, content_item_id, content_type_id, workflow_id, workflow_transition_id, from_state, to_state, source, source_event_id,
       item_version, content_hash, approvals_needed, assignee, submitted_by, submitted_by_type, submitted_by_source, due_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18) RETURNING id;

-- name: task_submitted :exec
-- Content holds the item for review: its version is the one that is pinned.
UPDATE review_tasks SET status = 'pending', item_version = $2, updated_at = $3 WHERE id = $1 AND status = 'submitting';

-- name: task_deciding :exec
-- It is decided; content is to be told.
UPDATE review_tasks SET status = 'deciding', decision = $2, decided_by = $3, decided_by_type = $4, decided_by_source = $5, decided_at = $6, reason = $7, updated_at = $6
 WHERE id = $1 AND status = 'pending';

-- name: task_decided :exec
-- Content has been told.
UPDATE review_tasks SET status = decision, updated_at = $2 WHERE id = $1 AND status = 'deciding';

-- name: task_reopen :exec
-- Content refused: it waits for a decision again.
UPDATE review_tasks SET status = 'pending', decision = NULL, decided_by = NULL, decided_by_type = NULL, decided_by_source = NULL, decided_at = NULL, reason = $2, updated_at = $3
 WHERE id = $1 AND status = 'deciding';

-- name: task_end :exec
-- It ends without a decision.
UPDATE review_tasks SET status = $2, reason = $3, updated_at = $4 WHERE id = $1 AND status IN ('submitting', 'pending', 'deciding');

-- name: task_end_of_item :list workflow_id_row
-- Reviews of an item that is gone.
UPDATE review_tasks SET status = 'cancelled', reason = $2, updated_at = now()
 WHERE id IN (SELECT t.id FROM review_tasks t WHERE t.domain_id = tenant() AND t.content_item_id = $1 AND t.status IN ('submitting', 'pending', 'deciding') LIMIT 10) RETURNING id;

-- name: task_assign :exec
-- Whom it is for and when it is due.
UPDATE review_tasks SET assignee = $2, due_at = $3, updated_at = $4 WHERE id = $1;

-- name: task_open_of_workflow :find workflow_id_row
-- An open review of a workflow.
SELECT id FROM review_tasks WHERE domain_id = tenant() AND status IN ('submitting', 'pending', 'deciding') AND workflow_id = $1
   AND ($2::integer IS NULL OR workflow_transition_id = $2) ORDER BY id LIMIT 1;

-- name: decision_add :exec
-- One person's word about a review; the last one counts.
INSERT INTO review_decisions (domain_id, task_id, actor_id, actor_type, actor_source, decision, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING;

-- name: decisions_clear :exec
-- A review that begins anew.
DELETE FROM review_decisions WHERE domain_id = tenant() AND task_id = $1;

-- name: approval_count :find workflow_count_row
-- How many have approved.
SELECT count(*) AS total FROM review_decisions WHERE domain_id = tenant() AND task_id = $1 AND decision = 'approved';

-- ---------------------------------------------------------------- comments and feedback

-- name: comment_add :find workflow_id_row
-- A remark.
INSERT INTO review_comments (domain_id, content_item_id, review_task_id, item_version, path, author_id, author_actor_id, author_actor_type, author_actor_source, comment, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10) RETURNING id;

-- name: comment_list :list review_comment
-- Remarks on an item, newest first.
SELECT id, content_item_id, review_task_id, item_version, path, author_id, comment, created_at FROM review_comments
 WHERE content_item_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- name: feedback_add :find workflow_id_row
-- What somebody outside said.
INSERT INTO external_feedback_events (domain_id, content_item_id, published_version, decision, comment, prompt, refinement_mode, actor_id, actor_source, actor_display_name, actor_email, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: feedback_link :exec
-- The review that it led to.
UPDATE external_feedback_events SET review_task_id = $2 WHERE id = $1;

-- name: feedback_list :list external_feedback_event
-- What was said about an item, newest first.
SELECT id, content_item_id, published_version, decision, comment, prompt, refinement_mode, actor_id, actor_type, actor_source, actor_display_name, review_task_id, created_at
  FROM external_feedback_events WHERE content_item_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- name: feedback_take :exec
-- Its one-time key is used.
UPDATE external_feedback_events SET revised_at = $2, revision_code = NULL, revision_message = NULL, revision_context = NULL
 WHERE domain_id = tenant() AND id = $1 AND revised_at IS NULL;

-- name: feedback_revised :exec
-- The working copy is written.
UPDATE external_feedback_events SET revised_version = $2 WHERE domain_id = tenant() AND id = $1;

-- name: feedback_unrevised :exec
-- Content did not take it: the key serves again.
UPDATE external_feedback_events SET revised_at = NULL, revision_code = $2, revision_message = $3, revision_context = $4 WHERE domain_id = tenant() AND id = $1;

-- name: feedback_revision :find feedback_revision_row
-- What became of a working copy.
SELECT id, content_item_id, revised_at, revised_version, revision_code, revision_message, revision_context, review_task_id FROM external_feedback_events WHERE domain_id = tenant() AND id = $1;

-- name: agents_claimed :list workflow_note_row
-- row: note doc
-- What the steps that tell agents have to know: the feedback, and where they listen.
SELECT f.id, json_build_object('id', f.id, 'contentItemId', f.content_item_id, 'publishedVersion', f.published_version, 'decision', f.decision, 'comment', f.comment,
       'prompt', f.prompt, 'actorId', f.actor_id, 'actorSource', f.actor_source, 'actorDisplayName', f.actor_display_name, 'reviewTaskId', f.review_task_id,
       'url', w.agent_url, 'secret', w.agent_secret) AS note
  FROM unnest($1::integer[], $2::integer[]) AS wanted(id, workflow_id)
 CROSS JOIN LATERAL (SELECT v.id, v.domain_id, v.content_item_id, v.published_version, v.decision, v.comment, v.prompt, v.actor_id, v.actor_source, v.actor_display_name, v.review_task_id
        FROM external_feedback_events v WHERE v.id = wanted.id LIMIT 1) AS f
 CROSS JOIN LATERAL (SELECT o.agent_url, o.agent_secret FROM workflows o WHERE o.id = wanted.workflow_id AND o.domain_id = f.domain_id LIMIT 1) AS w LIMIT 1000;

-- Workflows and their transitions, review tasks with decisions and comments, feedback from outside.

CREATE TABLE workflows (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id       integer NOT NULL,
    name            text NOT NULL,
    content_type_id integer NOT NULL,
    active          boolean NOT NULL DEFAULT true,
    is_applied      boolean NOT NULL DEFAULT false,
    generation      bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workflows_domain_unique UNIQUE (domain_id, id)
);
COMMENT ON TABLE workflows IS 'How items of a type change their status. Of a type at most one is active.';
COMMENT ON COLUMN workflows.is_applied IS 'Whether content holds items of the type to this generation of it.';
CREATE UNIQUE INDEX workflows_one_active ON workflows (domain_id, content_type_id) WHERE active;
CREATE INDEX workflows_type_idx ON workflows (domain_id, content_type_id, id);

CREATE TABLE workflow_transitions (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id        integer NOT NULL,
    workflow_id      integer NOT NULL,
    from_state       text NOT NULL,
    to_state         text NOT NULL,
    required_roles   json NOT NULL DEFAULT '[]',
    decision_roles   json NOT NULL DEFAULT '["admin"]',
    approvals_needed integer NOT NULL DEFAULT 1 CONSTRAINT workflow_transitions_approvals_check CHECK (approvals_needed BETWEEN 1 AND 20),
    author_may_decide boolean NOT NULL DEFAULT false,
    CONSTRAINT workflow_transitions_once UNIQUE (domain_id, workflow_id, from_state, to_state),
    CONSTRAINT workflow_transitions_domain_unique UNIQUE (domain_id, id),
    CONSTRAINT workflow_transitions_workflow_fkey FOREIGN KEY (domain_id, workflow_id) REFERENCES workflows (domain_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE workflow_transitions IS 'A change of status that needs a review: who may ask for it, who decides, and how many must approve.';

CREATE TABLE external_feedback_events (
    id                 integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id          integer NOT NULL,
    content_item_id    integer NOT NULL,
    published_version  integer NOT NULL,
    decision           text CONSTRAINT external_feedback_decision_check CHECK (decision IN ('accepted', 'changes_requested')),
    comment            text,
    prompt             text,
    refinement_mode    text NOT NULL DEFAULT 'human_supervised' CONSTRAINT external_feedback_mode_check CHECK (refinement_mode IN ('human_supervised', 'agent_direct')),
    actor_id           text NOT NULL,
    actor_type         text NOT NULL DEFAULT 'external_requester',
    actor_source       text NOT NULL,
    actor_display_name text,
    actor_email        text,
    review_task_id     integer,
    created_at         timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE external_feedback_events IS 'What somebody outside said about a published item.';
CREATE INDEX external_feedback_item_idx ON external_feedback_events (domain_id, content_item_id, id);

CREATE TABLE review_tasks (
    id                     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id              integer NOT NULL,
    content_item_id        integer NOT NULL,
    content_type_id        integer NOT NULL,
    workflow_id            integer NOT NULL,
    workflow_transition_id integer NOT NULL,
    from_state             text NOT NULL,
    to_state               text NOT NULL,
    status                 text NOT NULL DEFAULT 'submitting' CONSTRAINT review_tasks_status_check
                           CHECK (status IN ('submitting', 'pending', 'deciding', 'approved', 'rejected', 'superseded', 'cancelled')),
    decision               text CONSTRAINT review_tasks_decision_check CHECK (decision IN ('approved', 'rejected')),
    source                 text NOT NULL DEFAULT 'author_submit' CONSTRAINT review_tasks_source_check CHECK (source IN ('author_submit', 'external_feedback', 'form')),
    source_event_id        integer,
    item_version           integer NOT NULL,
    content_hash           text NOT NULL,
    approvals_needed       integer NOT NULL DEFAULT 1,
    assignee               text,
    assignee_actor_id      text,
    assignee_actor_type    text,
    assignee_actor_source  text,
    submitted_by           text NOT NULL,
    submitted_by_type      text NOT NULL,
    submitted_by_source    text NOT NULL,
    decided_by             text,
    decided_by_type        text,
    decided_by_source      text,
    decided_at             timestamptz,
    reason                 text,
    due_at                 timestamptz,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT review_tasks_domain_unique UNIQUE (domain_id, id)
);
COMMENT ON TABLE review_tasks IS 'A change of status that waits for a decision. It pins the version and the content that are reviewed.';
COMMENT ON COLUMN review_tasks.status IS 'submitting and deciding: content is being told; a process of the task ends them within seconds.';
CREATE UNIQUE INDEX review_tasks_one_open ON review_tasks (domain_id, content_item_id) WHERE status IN ('submitting', 'pending', 'deciding');
CREATE INDEX review_tasks_status_idx ON review_tasks (domain_id, status, id);
CREATE INDEX review_tasks_assignee_idx ON review_tasks (domain_id, assignee, status, id) WHERE assignee IS NOT NULL;
CREATE INDEX review_tasks_type_idx ON review_tasks (domain_id, content_type_id, status, id);
CREATE INDEX review_tasks_item_idx ON review_tasks (domain_id, content_item_id, id);

CREATE TABLE review_decisions (
    domain_id    integer NOT NULL,
    task_id      integer NOT NULL,
    actor_id     text NOT NULL,
    actor_type   text NOT NULL,
    actor_source text NOT NULL,
    decision     text NOT NULL,
    reason       text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (domain_id, task_id, actor_id),
    CONSTRAINT review_decisions_task_fkey FOREIGN KEY (domain_id, task_id) REFERENCES review_tasks (domain_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE review_decisions IS 'Who said what about a task: one word of each.';

CREATE TABLE review_comments (
    id                  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id           integer NOT NULL,
    content_item_id     integer NOT NULL,
    review_task_id      integer,
    item_version        integer,
    path                text,
    author_id           text NOT NULL,
    author_actor_id     text,
    author_actor_type   text,
    author_actor_source text,
    comment             text NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE review_comments IS 'Remarks on an item, perhaps on one field of one version.';
CREATE INDEX review_comments_item_idx ON review_comments (domain_id, content_item_id, id);

GRANT SELECT, INSERT, UPDATE, DELETE ON workflows, workflow_transitions TO wordclaw_workflow;
GRANT SELECT, INSERT, UPDATE, DELETE ON review_tasks, review_comments, external_feedback_events TO wordclaw_workflow;
GRANT SELECT, INSERT, DELETE ON review_decisions TO wordclaw_workflow;

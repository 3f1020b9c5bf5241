-- Forms that the public fills in, and what came in.

CREATE TABLE form_definitions (
    id                     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id              integer NOT NULL,
    name                   text NOT NULL,
    slug                   text NOT NULL,
    description            text,
    content_type_id        integer NOT NULL,
    content_type_name      text NOT NULL,
    content_type_slug      text NOT NULL,
    fields                 json NOT NULL DEFAULT '[]',
    default_data           json NOT NULL DEFAULT '{}',
    active                 boolean NOT NULL DEFAULT true,
    public_read            boolean NOT NULL DEFAULT true,
    submission_status      text NOT NULL DEFAULT 'draft',
    workflow_transition_id integer,
    require_payment        boolean NOT NULL DEFAULT false,
    webhook_url            text,
    webhook_secret         text,
    success_message        text,
    honeypot_field         text,
    min_fill_seconds       integer NOT NULL DEFAULT 0,
    per_hour_max           integer,
    total_max              integer,
    open_from              timestamptz,
    open_until             timestamptz,
    n_submissions          bigint NOT NULL DEFAULT 0,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT form_definitions_domain_slug_unique UNIQUE (domain_id, slug),
    CONSTRAINT form_definitions_domain_unique UNIQUE (domain_id, id)
);
COMMENT ON TABLE form_definitions IS 'Forms. webhook_secret is sealed with the installation''s key.';

CREATE TABLE form_submissions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id       integer NOT NULL,
    form_id         integer NOT NULL,
    status          text NOT NULL DEFAULT 'received' CONSTRAINT form_submissions_status_check
                    CHECK (status IN ('received', 'created', 'refused', 'quarantined', 'rejected', 'erased')),
    verdict         text NOT NULL DEFAULT 'clean' CONSTRAINT form_submissions_verdict_check CHECK (verdict IN ('clean', 'honeypot', 'too_fast')),
    data            json,
    data_hash       text NOT NULL,
    content_item_id integer,
    item_status     text,
    review_task_id  integer,
    error_code      text,
    error_message   text,
    error_context   text,
    notified_at     timestamptz,
    request_id      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT form_submissions_form_fkey FOREIGN KEY (domain_id, form_id) REFERENCES form_definitions (domain_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE form_submissions IS 'What came in, and what became of it. Personal text is in data alone, which can be erased.';
CREATE INDEX form_submissions_form_idx ON form_submissions (domain_id, form_id, id);
CREATE INDEX form_submissions_status_idx ON form_submissions (domain_id, form_id, status, id);
CREATE INDEX form_submissions_hash_idx ON form_submissions (domain_id, form_id, data_hash, created_at);
CREATE INDEX form_submissions_time_idx ON form_submissions (domain_id, form_id, created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON form_definitions TO wordclaw_forms;
GRANT SELECT, INSERT, UPDATE ON form_submissions TO wordclaw_forms;

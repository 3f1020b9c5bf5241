-- Files that senders put into forms, and how much one address may send.
ALTER TABLE form_definitions ADD COLUMN per_address_hour_max integer CONSTRAINT form_definitions_per_address_check CHECK (per_address_hour_max > 0);
COMMENT ON COLUMN form_definitions.per_address_hour_max IS 'Submissions within an hour from one network address; null: no limit of its own.';

ALTER TABLE form_submissions ADD COLUMN address_hash text;
COMMENT ON COLUMN form_submissions.address_hash IS 'Keyed hash of the sender''s network address, forgotten after an hour.';
CREATE INDEX form_submissions_address_idx ON form_submissions (domain_id, form_id, address_hash, created_at) WHERE address_hash IS NOT NULL;
CREATE INDEX form_submissions_addressed_idx ON form_submissions (created_at) WHERE address_hash IS NOT NULL;

CREATE TABLE form_files (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id     integer NOT NULL,
    form_id       integer NOT NULL,
    submission_id bigint,
    asset_id      integer,
    filename      text NOT NULL,
    mime_type     text NOT NULL,
    storage_key   text NOT NULL,
    byte_hash     text NOT NULL,
    size_bytes    bigint NOT NULL CONSTRAINT form_files_size_check CHECK (size_bytes > 0),
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT form_files_form_fkey FOREIGN KEY (domain_id, form_id) REFERENCES form_definitions (domain_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE form_files IS 'Files that came for a form: an asset each, which goes after a day when nobody has sent the form with it.';
CREATE INDEX form_files_form_idx ON form_files (domain_id, form_id);
CREATE INDEX form_files_submission_idx ON form_files (domain_id, submission_id) WHERE submission_id IS NOT NULL;
CREATE INDEX form_files_unsent_of_form_idx ON form_files (domain_id, form_id) WHERE submission_id IS NULL;
CREATE INDEX form_files_unsent_idx ON form_files (created_at, id) WHERE submission_id IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON form_files TO wordclaw_forms;

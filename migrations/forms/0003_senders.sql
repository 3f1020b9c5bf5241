-- Who sent what, as far as it must be found again; what a machine has to work for.
ALTER TABLE form_definitions ADD COLUMN submitter_field text,
    ADD COLUMN work_bits integer NOT NULL DEFAULT 0 CONSTRAINT form_definitions_work_check CHECK (work_bits BETWEEN 0 AND 24);
COMMENT ON COLUMN form_definitions.submitter_field IS 'The field that says who sends it: an address, a number.';
COMMENT ON COLUMN form_definitions.work_bits IS 'Zero bits that a sender''s proof of work has to begin with; 0: none is asked for.';

ALTER TABLE form_submissions ADD COLUMN submitter_hash text, ADD COLUMN work_hash text,
    DROP CONSTRAINT form_submissions_verdict_check,
    ADD CONSTRAINT form_submissions_verdict_check CHECK (verdict IN ('clean', 'honeypot', 'too_fast', 'no_work'));
COMMENT ON COLUMN form_submissions.submitter_hash IS 'SHA-256 of who sent it: finds all that one person sent. It goes with the text when that is erased.';
COMMENT ON COLUMN form_submissions.work_hash IS 'SHA-256 of what the start token says that was worked for: it serves once.';
CREATE INDEX form_submissions_submitter_idx ON form_submissions (domain_id, submitter_hash, id) WHERE submitter_hash IS NOT NULL;
CREATE UNIQUE INDEX form_submissions_work_once ON form_submissions (domain_id, form_id, work_hash) WHERE work_hash IS NOT NULL;

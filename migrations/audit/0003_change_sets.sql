-- Entries of a change set are found by it. Entries that were written before have it in their details only.
ALTER TABLE audit_logs ADD COLUMN change_set text;
COMMENT ON COLUMN audit_logs.change_set IS 'Of details, so that it has an index.';
CREATE INDEX audit_logs_change_set_idx ON audit_logs (domain_id, change_set, created_at DESC, id DESC) WHERE change_set IS NOT NULL;

-- Paid calls: whether each was done is decided here, in the transaction of the work.
CREATE TABLE charges (
    reservation_id bigint PRIMARY KEY,
    domain_id      integer NOT NULL,
    is_done        boolean NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE charges IS 'One row for each paid call that has ended: the work writes "done", who asks in vain writes "not done", and the first one counts.';
CREATE INDEX charges_created_at_idx ON charges (created_at);

DO $$
DECLARE
    login text := 'wordclaw_' || current_schema();
BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON charges TO %I', login);
    EXECUTE format('GRANT DELETE ON charges TO %I', login || '_system');
END
$$;

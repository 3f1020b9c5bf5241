-- What keys with a budget have used of it here: one row for each kind, of the present minute or day.
CREATE TABLE key_usage (
    domain_id integer NOT NULL,
    key_id    integer NOT NULL,
    budget    text NOT NULL,
    period    timestamptz NOT NULL,
    used      bigint NOT NULL,
    PRIMARY KEY (domain_id, key_id, budget)
);
COMMENT ON TABLE key_usage IS 'Counted in the transaction that uses it, so what is rolled back is not used. period: its beginning.';

DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON key_usage TO %I', 'wordclaw_' || current_schema());
END
$$;

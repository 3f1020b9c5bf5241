-- Audit: the hash-chained trail, the head of each tenant's chain, signed checkpoints.

CREATE TABLE audit_logs (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id      integer NOT NULL,
    number         bigint NOT NULL CONSTRAINT audit_logs_number_check CHECK (number >= 1),
    event_id       uuid NOT NULL CONSTRAINT audit_logs_event_unique UNIQUE,
    publisher      text NOT NULL,
    action         text NOT NULL,
    entity_type    text NOT NULL,
    entity_id      bigint NOT NULL,
    entity_version integer,
    user_id        integer,
    actor_id       text,
    actor_type     text,
    actor_source   text,
    details        text,
    request_id     text,
    trace_parent   text,
    created_at     timestamptz NOT NULL,
    canonical      text NOT NULL,
    previous_hash  text NOT NULL,
    hash           text NOT NULL,
    CONSTRAINT audit_logs_number_unique UNIQUE (domain_id, number),
    CONSTRAINT audit_logs_previous_hash_unique UNIQUE (domain_id, previous_hash)
);
COMMENT ON TABLE audit_logs IS 'One row per committed event of every service, in publisher order, chained per tenant. Nobody updates or deletes.';
COMMENT ON COLUMN audit_logs.number IS 'Place in the tenant''s chain, without gaps.';
COMMENT ON COLUMN audit_logs.canonical IS 'The exact text that was hashed: hash = BLAKE2b-256(previous_hash || canonical).';
CREATE INDEX audit_logs_created_idx ON audit_logs (domain_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_entity_idx ON audit_logs (domain_id, entity_type, entity_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_actor_idx ON audit_logs (domain_id, actor_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_request_idx ON audit_logs (request_id);

CREATE TABLE audit_chain_heads (
    domain_id integer PRIMARY KEY,
    number    bigint NOT NULL DEFAULT 0,
    hash      text NOT NULL DEFAULT repeat('0', 64)
);
COMMENT ON TABLE audit_chain_heads IS 'Last number and hash of each chain; its row lock is what orders appends.';

CREATE TABLE audit_checkpoints (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id   integer NOT NULL,
    number      bigint NOT NULL,
    hash        text NOT NULL,
    signed_text text NOT NULL,
    signature   text NOT NULL,
    public_key  text NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT audit_checkpoints_number_unique UNIQUE (domain_id, number)
);
COMMENT ON TABLE audit_checkpoints IS 'Ed25519 statements that a chain had this hash at this number; kept elsewhere they prove that nothing before was rewritten.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_logs FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_logs_scope ON audit_logs USING (domain_id = (SELECT tenant()) OR (SELECT is_system()));

ALTER TABLE audit_chain_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_chain_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_chain_heads_scope ON audit_chain_heads USING (domain_id = (SELECT tenant()) OR (SELECT is_system()));

ALTER TABLE audit_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_checkpoints_scope ON audit_checkpoints USING (domain_id = (SELECT tenant()) OR (SELECT is_system()));

GRANT SELECT, INSERT ON audit_logs, audit_checkpoints TO wordclaw_audit;
GRANT SELECT, INSERT, UPDATE ON audit_chain_heads TO wordclaw_audit;

-- Endpoints, what is to be delivered to each, and each attempt at it.

CREATE TABLE webhooks (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id       integer NOT NULL,
    url             text NOT NULL,
    events          text NOT NULL,
    secret          text NOT NULL,
    old_secret      text,
    old_secret_until timestamptz,
    signing_seed    text NOT NULL,
    public_key      text NOT NULL,
    active          boolean NOT NULL DEFAULT true,
    payload         text NOT NULL DEFAULT 'full' CONSTRAINT webhooks_payload_check CHECK (payload IN ('full', 'thin')),
    description     text,
    running_max     integer NOT NULL DEFAULT 2 CONSTRAINT webhooks_running_max_check CHECK (running_max BETWEEN 1 AND 16),
    timeout_ms      integer NOT NULL DEFAULT 5000,
    last_sequence   bigint NOT NULL DEFAULT 0,
    failing_since   timestamptz,
    disabled_reason text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE webhooks IS 'Endpoints. secret, old_secret and signing_seed are sealed with the installation''s key.';
COMMENT ON COLUMN webhooks.events IS 'Patterns with commas between them.';
COMMENT ON COLUMN webhooks.last_sequence IS 'Number of the endpoint''s newest delivery; numbers have no gaps.';
CREATE INDEX webhooks_domain_idx ON webhooks (domain_id, id);

CREATE TABLE webhook_deliveries (
    id                bigint GENERATED ALWAYS AS IDENTITY,
    domain_id         integer NOT NULL,
    webhook_id        integer NOT NULL,
    event_id          uuid NOT NULL,
    event_type        text NOT NULL,
    entity_type       text NOT NULL,
    entity_id         bigint NOT NULL,
    entity_version    integer,
    sequence          bigint NOT NULL,
    previous_sequence bigint,
    event             json NOT NULL,
    status            text NOT NULL DEFAULT 'pending' CONSTRAINT webhook_deliveries_status_check CHECK (status IN ('pending', 'delivered', 'failed', 'cancelled')),
    attempts          integer NOT NULL DEFAULT 0,
    next_attempt_at   timestamptz,
    response_status   integer,
    last_error        text,
    completed_at      timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
COMMENT ON TABLE webhook_deliveries IS 'One row per event and endpoint, written in the transaction that moves the position in the publisher''s events.';
CREATE INDEX webhook_deliveries_sequence_idx ON webhook_deliveries (domain_id, webhook_id, sequence);
CREATE INDEX webhook_deliveries_status_idx ON webhook_deliveries (domain_id, webhook_id, status, sequence);
CREATE INDEX webhook_deliveries_entity_idx ON webhook_deliveries (domain_id, webhook_id, entity_type, entity_id, sequence);
CREATE INDEX webhook_deliveries_created_idx ON webhook_deliveries (domain_id, webhook_id, created_at);

CREATE TABLE webhook_attempts (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id       integer NOT NULL,
    delivery_id     bigint NOT NULL,
    attempt         integer NOT NULL,
    response_status integer,
    response_body   text,
    error           text,
    duration_ms     integer NOT NULL,
    started_at      timestamptz NOT NULL,
    CONSTRAINT webhook_attempts_once UNIQUE (domain_id, delivery_id, attempt, started_at)
);
COMMENT ON TABLE webhook_attempts IS 'What each attempt met: status, the first 4 KB of the answer, how long it took.';
CREATE INDEX webhook_attempts_started_idx ON webhook_attempts (started_at);

CREATE TABLE webhook_calls (
    domain_id       integer NOT NULL,
    job_id          bigint NOT NULL,
    webhook_id      integer,
    url             text NOT NULL,
    method          text NOT NULL,
    headers         json NOT NULL DEFAULT '{}',
    body            json NOT NULL,
    source          text NOT NULL,
    timeout_ms      integer NOT NULL,
    status          text NOT NULL DEFAULT 'pending' CONSTRAINT webhook_calls_status_check CHECK (status IN ('pending', 'delivered', 'failed')),
    response_status integer,
    last_error      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (domain_id, job_id)
);
COMMENT ON TABLE webhook_calls IS 'Single calls that jobs of kind outbound_webhook asked for.';
CREATE INDEX webhook_calls_created_idx ON webhook_calls (created_at);

-- Partitions of half a million deliveries.  One is dropped when its youngest is older than keep and none of it is pending; attempts and calls
-- go by bounded steps.
CREATE FUNCTION webhooks_maintain(keep interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET lock_timeout = '2s'
    AS $$
DECLARE
    size constant bigint := 500000;
    highest bigint;
    partition name;
    is_needed boolean;
BEGIN
    SELECT coalesce(max(id), 0) INTO highest FROM webhook_deliveries;
    FOR i IN 0..2 LOOP
        partition := 'webhook_deliveries_' || to_char(highest / size + i, 'FM000000');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE webhook_deliveries INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', partition);
        EXECUTE format('ALTER TABLE webhook_deliveries ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
            (highest / size + i) * size, (highest / size + i + 1) * size);
    END LOOP;
    FOR partition IN
        SELECT c.relname FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
         WHERE h.inhparent = 'webhook_deliveries'::regclass AND c.relname ~ '^webhook_deliveries_[0-9]{6}$' AND right(c.relname, 6)::bigint < highest / size
         ORDER BY c.relname LIMIT 4
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM webhook_deliveries d WHERE d.tableoid = %L::regclass AND (d.created_at > now() - $1 OR d.status = ''pending''))',
            partition) INTO is_needed USING keep;
        CONTINUE WHEN is_needed;
        EXECUTE format('DROP TABLE %I', partition);
    END LOOP;
    DELETE FROM webhook_attempts WHERE id = ANY (ARRAY(SELECT id FROM webhook_attempts WHERE started_at < now() - keep ORDER BY started_at LIMIT 20000));
    DELETE FROM webhook_calls WHERE ctid = ANY (ARRAY(SELECT ctid FROM webhook_calls WHERE created_at < now() - keep ORDER BY created_at LIMIT 5000));
END
$$;
COMMENT ON FUNCTION webhooks_maintain(interval) IS 'Makes the partitions that the coming deliveries need, and removes what is finished and older than keep.';
SELECT webhooks_maintain('30 days');

GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO wordclaw_webhooks;
GRANT SELECT, UPDATE ON webhook_deliveries TO wordclaw_webhooks;
GRANT SELECT, INSERT ON webhook_attempts TO wordclaw_webhooks;
GRANT SELECT, INSERT, UPDATE ON webhook_calls TO wordclaw_webhooks;
GRANT INSERT ON webhook_deliveries TO wordclaw_webhooks;

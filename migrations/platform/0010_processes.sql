-- Durable work of a service: what is still to be done, and the lanes it runs in.
CREATE TABLE process_lanes (
    domain_id   integer NOT NULL,
    lane        text NOT NULL,
    running_max integer NOT NULL CONSTRAINT process_lanes_running_max_check CHECK (running_max > 0),
    is_paused   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (domain_id, lane)
);
COMMENT ON TABLE process_lanes IS 'Where processes wait: a limit of running ones over all instances, and whether the lane rests.';

CREATE TABLE processes (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id    integer NOT NULL,
    kind         text NOT NULL,
    key          text,
    lane         text NOT NULL,
    ordering     text,
    state        text NOT NULL DEFAULT 'ready' CONSTRAINT processes_state_check CHECK (state IN ('ready', 'waiting', 'set_aside')),
    step         text NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    priority     integer NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    fence        bigint NOT NULL DEFAULT 0,
    losses       integer NOT NULL DEFAULT 0,
    payload      json NOT NULL DEFAULT '{}',
    last_error   text,
    request_id   text,
    trace_parent text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT processes_key_unique UNIQUE (domain_id, kind, key)
);
COMMENT ON TABLE processes IS 'Unfinished work, a row each: what is done leaves the table, so it stays as small as the backlog.';
COMMENT ON COLUMN processes.next_at IS 'When it is due. A claim moves it to the end of the lease, so what a dead worker held becomes due by itself.';
COMMENT ON COLUMN processes.state IS 'ready: due at next_at; waiting: behind another of its ordering; set_aside: failed for good, until somebody restarts it.';
COMMENT ON COLUMN processes.fence IS 'Raised by each claim; a step commits only under the fence it was given.';
COMMENT ON COLUMN processes.losses IS 'Leases of this step that ran out: the process died with its worker, or killed it.';
CREATE INDEX processes_due_idx ON processes (next_at) WHERE state = 'ready';
CREATE INDEX processes_lane_idx ON processes (domain_id, lane, next_at) WHERE state = 'ready';
CREATE INDEX processes_leased_idx ON processes (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX processes_ordering_idx ON processes (domain_id, ordering, id) WHERE ordering IS NOT NULL AND state <> 'set_aside';
CREATE INDEX processes_set_aside_idx ON processes (domain_id, kind, id) WHERE state = 'set_aside';
CREATE INDEX processes_waiting_idx ON processes (created_at) WHERE state = 'waiting';
-- Rows live for milliseconds: a tenth of a large table would be too late.
ALTER TABLE processes SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05);

CREATE TABLE inbox_set_aside (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    publisher  text NOT NULL,
    domain_id  integer NOT NULL,
    event_id   uuid NOT NULL CONSTRAINT inbox_set_aside_event_unique UNIQUE,
    event      json NOT NULL,
    reason     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE inbox_set_aside IS 'Events that could not be applied, and those of the same tenant behind them, in their order; the other tenants went on.';
CREATE INDEX inbox_set_aside_tenant_idx ON inbox_set_aside (publisher, domain_id, id);

DO $$
DECLARE
    login text := 'wordclaw_' || current_schema();
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON processes TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON process_lanes TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_set_aside, outbox_consumers TO %I', login || '_system');
END
$$;

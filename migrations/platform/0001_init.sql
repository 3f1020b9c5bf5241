-- What every service's schema has: the scope of a transaction, the outbox and inbox of events, idempotency keys.
-- Applied to each service's schema before the service's own files.

-- ---------------------------------------------------------------- scope of a transaction

CREATE FUNCTION tenant() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('wordclaw.tenant', true), '')::integer;
COMMENT ON FUNCTION tenant() IS 'Tenant of this transaction, set by the dispatcher; NULL: none, and then tenant tables look empty.';

CREATE FUNCTION is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('wordclaw.system', true), '') = 'on';
COMMENT ON FUNCTION is_system() IS 'Whether this transaction acts outside any tenant: event pulls, consumers, timers.';


CREATE TABLE outbox_epoch (
    epoch      integer PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE outbox_epoch IS 'Transaction ids restart in a restored cluster; restore and failover raise the epoch, so positions stay ordered.';
INSERT INTO outbox_epoch (epoch) VALUES (1);

CREATE TABLE outbox (
    event_id       uuid NOT NULL,
    xid            xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq            bigint GENERATED ALWAYS AS IDENTITY,
    epoch          integer NOT NULL,
    type           text NOT NULL,
    domain_id      integer NOT NULL,
    entity_type    text NOT NULL,
    entity_id      bigint NOT NULL,
    entity_version integer,
    actor_id       text,
    actor_type     text,
    actor_source   text,
    request_id     text,
    trace_parent   text,
    occurred_at    timestamptz NOT NULL,
    payload        json NOT NULL
) PARTITION BY RANGE (occurred_at);
COMMENT ON TABLE outbox IS 'Events of committed mutations, written in their transaction. Read in (epoch, xid, seq) order and only below pg_snapshot_xmin.';
CREATE INDEX outbox_position_idx ON outbox (epoch, xid, seq);

CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;
ALTER TABLE outbox_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_default FORCE ROW LEVEL SECURITY;

CREATE TABLE outbox_consumers (
    consumer   text PRIMARY KEY,
    epoch      integer NOT NULL DEFAULT 1,
    xid        xid8 NOT NULL DEFAULT '0',
    seq        bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE outbox_consumers IS 'How far each consumer has confirmed reading: what retention may drop.';

CREATE TABLE inbox (
    publisher  text PRIMARY KEY,
    epoch      integer NOT NULL DEFAULT 1,
    xid        xid8 NOT NULL DEFAULT '0',
    seq        bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE inbox IS 'Position of this service in each publisher''s events; moves in the transaction of the effect.';

CREATE TABLE idempotency_keys (
    domain_id    integer NOT NULL,
    principal_id text NOT NULL,
    operation    text NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    response     bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (domain_id, principal_id, operation, key)
);
COMMENT ON TABLE idempotency_keys IS 'Replies to mutations that carried an Idempotency-Key, written in their transaction.';
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

ALTER TABLE outbox_epoch ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_epoch FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_epoch_read ON outbox_epoch FOR SELECT USING (true);

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_scope ON outbox USING (domain_id = (SELECT tenant()) OR (SELECT is_system()));

ALTER TABLE outbox_consumers ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_consumers FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_consumers_scope ON outbox_consumers USING ((SELECT is_system()));

ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY inbox_scope ON inbox USING ((SELECT is_system()));

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_scope ON idempotency_keys USING (domain_id = (SELECT tenant()) OR (SELECT is_system()));

-- Attached rather than created in place: attaching does not block the writers.  Drops only when called in system scope:
-- to any other caller the consumers look absent.
CREATE FUNCTION outbox_maintain(keep interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET lock_timeout = '2s'
    AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day date;
    partition name;
    lowest outbox_consumers;
    is_needed boolean;
BEGIN
    FOR i IN 0..7 LOOP
        day := today + i;
        partition := 'outbox_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        -- Rows of that day already in the default partition refuse the attachment: they stay there.
        BEGIN
            EXECUTE format('CREATE TABLE %I (LIKE outbox INCLUDING DEFAULTS)', partition);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition);
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', partition);
            EXECUTE format('ALTER TABLE outbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
                day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation OR duplicate_table THEN
            RAISE NOTICE 'no partition for %: %', day, SQLERRM;
        END;
    END LOOP;

    SELECT * INTO lowest FROM outbox_consumers ORDER BY epoch, xid, seq LIMIT 1;
    IF NOT FOUND THEN
        RETURN; -- nobody has confirmed anything yet
    END IF;
    FOR partition IN
        SELECT c.relname FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
         WHERE h.inhparent = 'outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
           AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= ((now() - keep) AT TIME ZONE 'UTC')::date
         ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM outbox o WHERE o.tableoid = %L::regclass AND (o.epoch, o.xid, o.seq) > ($1, $2, $3))',
            partition) INTO is_needed USING lowest.epoch, lowest.xid, lowest.seq;
        CONTINUE WHEN is_needed;
        EXECUTE format('DROP TABLE %I', partition);
    END LOOP;
    DELETE FROM outbox o
     WHERE o.tableoid = 'outbox_default'::regclass AND o.occurred_at < now() - keep
       AND (o.epoch, o.xid, o.seq) <= (lowest.epoch, lowest.xid, lowest.seq);
END
$$;
COMMENT ON FUNCTION outbox_maintain(interval) IS 'Makes the daily partitions of the coming week and drops those older than keep that every consumer has read.';
SELECT outbox_maintain('7 days');

REVOKE ALL ON FUNCTION outbox_maintain(interval) FROM PUBLIC;
DO $$
DECLARE
    login text := 'wordclaw_' || current_schema();
BEGIN
    EXECUTE format('GRANT EXECUTE ON FUNCTION outbox_maintain(interval) TO %I', login);
    EXECUTE format('GRANT SELECT ON outbox_epoch TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT ON outbox TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON outbox_consumers, inbox TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO %I', login);
END
$$;

-- Content: types, items and their history, and the platform tables every service has.
-- Runs as wordclaw_owner with search_path set to this schema, in one transaction.

GRANT USAGE ON SCHEMA content TO wordclaw_content;

-- ---------------------------------------------------------------- scope of a transaction

CREATE FUNCTION tenant() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('wordclaw.tenant', true), '')::integer;
COMMENT ON FUNCTION tenant() IS 'Tenant of this transaction, set by the dispatcher; NULL: none, and then tenant tables look empty.';

CREATE FUNCTION is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('wordclaw.system', true), '') = 'on';
COMMENT ON FUNCTION is_system() IS 'Whether this transaction acts outside any tenant: event pulls, consumers, timers.';

-- ================================================================ platform (the same in every service)
-- Differs between services only in the role's name.

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
GRANT EXECUTE ON FUNCTION outbox_maintain(interval) TO wordclaw_content;
GRANT SELECT ON outbox_epoch TO wordclaw_content;
GRANT SELECT, INSERT ON outbox TO wordclaw_content;
GRANT SELECT, INSERT, UPDATE ON outbox_consumers, inbox TO wordclaw_content;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO wordclaw_content;

-- ================================================================ content types

CREATE TABLE content_types (
    id           integer GENERATED BY DEFAULT AS IDENTITY,
    domain_id    integer NOT NULL,
    name         text NOT NULL,
    slug         text NOT NULL,
    kind         text NOT NULL DEFAULT 'collection' CONSTRAINT content_types_kind_check CHECK (kind IN ('collection', 'singleton')),
    is_singleton boolean NOT NULL GENERATED ALWAYS AS (kind = 'singleton') STORED,
    description  text,
    schema       text NOT NULL,
    schema_hash  text NOT NULL,
    base_price   integer CONSTRAINT content_types_base_price_check CHECK (base_price >= 0),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (domain_id, id),
    CONSTRAINT content_types_domain_slug_key UNIQUE (domain_id, slug),
    CONSTRAINT content_types_singleton_ref_key UNIQUE (domain_id, id, is_singleton)
);
COMMENT ON TABLE content_types IS 'What a tenant''s items look like: a JSON Schema each.';
COMMENT ON COLUMN content_types.schema IS 'JSON Schema as it was given, byte for byte.';
COMMENT ON COLUMN content_types.schema_hash IS 'SHA-256 of schema in hex: the key of the compiled program in the processes'' caches.';

-- ================================================================ items

CREATE TABLE content_items (
    id              integer GENERATED BY DEFAULT AS IDENTITY,
    domain_id       integer NOT NULL,
    content_type_id integer NOT NULL,
    is_singleton    boolean NOT NULL,
    data            json NOT NULL,
    status          text NOT NULL DEFAULT 'draft',
    version         integer NOT NULL DEFAULT 1 CONSTRAINT content_items_version_check CHECK (version >= 1),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (domain_id, id),
    CONSTRAINT content_items_content_type_fkey FOREIGN KEY (domain_id, content_type_id, is_singleton)
        REFERENCES content_types (domain_id, id, is_singleton) ON UPDATE CASCADE
);
COMMENT ON TABLE content_items IS 'Heads: the working copy of each item. Earlier states are in content_item_versions.';
COMMENT ON COLUMN content_items.data IS 'Kept byte for byte: json, not jsonb.';
COMMENT ON COLUMN content_items.is_singleton IS
    'The type''s, held equal by the foreign key: so one partial index allows a singleton type one item, also while its kind is being changed.';
CREATE UNIQUE INDEX content_items_singleton_key ON content_items (domain_id, content_type_id) WHERE is_singleton;

-- One index per way to list (queries.sql, items_list_*).
CREATE INDEX content_items_updated_idx ON content_items (domain_id, updated_at DESC, id DESC);
CREATE INDEX content_items_status_updated_idx ON content_items (domain_id, status, updated_at DESC, id DESC);
CREATE INDEX content_items_type_updated_idx ON content_items (domain_id, content_type_id, updated_at DESC, id DESC);
CREATE INDEX content_items_type_status_updated_idx ON content_items (domain_id, content_type_id, status, updated_at DESC, id DESC);
CREATE INDEX content_items_created_idx ON content_items (domain_id, created_at DESC, id DESC);
CREATE INDEX content_items_type_created_idx ON content_items (domain_id, content_type_id, created_at DESC, id DESC);

-- ================================================================ versions

CREATE TABLE content_item_versions (
    id              bigint GENERATED BY DEFAULT AS IDENTITY,
    domain_id       integer NOT NULL,
    content_item_id integer NOT NULL,
    version         integer NOT NULL,
    data            json NOT NULL,
    status          text NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (domain_id, id),
    CONSTRAINT content_item_versions_item_version_key UNIQUE (domain_id, content_item_id, version),
    CONSTRAINT content_item_versions_item_fkey FOREIGN KEY (domain_id, content_item_id)
        REFERENCES content_items (domain_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE content_item_versions IS 'Superseded heads, 1 to head - 1 without holes. Append-only: only the deletion of the item removes them.';
COMMENT ON COLUMN content_item_versions.created_at IS 'When this version became the head.';
CREATE INDEX content_item_versions_published_idx ON content_item_versions (domain_id, content_item_id, version DESC)
    WHERE status = 'published';

-- ================================================================ what readers see

CREATE VIEW content_item_heads WITH (security_invoker = true) AS
SELECT i.id, i.content_type_id, i.data, i.status, i.version, i.created_at, i.updated_at, i.version AS working_copy_version,
       CASE i.status WHEN 'published' THEN i.version WHEN 'archived' THEN NULL
            ELSE (SELECT v.version FROM content_item_versions v
                   WHERE v.domain_id = i.domain_id AND v.content_item_id = i.id AND v.status = 'published'
                   ORDER BY v.version DESC LIMIT 1)
       END AS published_version
  FROM content_items i;
COMMENT ON VIEW content_item_heads IS 'Working copies, with the version the public sees: NULL when none is published or the item is archived.';

CREATE VIEW content_item_snapshots WITH (security_invoker = true) AS
SELECT i.id, i.content_type_id, i.created_at, i.version AS working_copy_version,
       CASE i.status WHEN 'published' THEN i.data ELSE v.data END AS data,
       CASE i.status WHEN 'published' THEN i.status ELSE v.status END AS status,
       CASE i.status WHEN 'published' THEN i.version ELSE v.version END AS version,
       CASE i.status WHEN 'published' THEN i.updated_at ELSE v.created_at END AS updated_at,
       CASE i.status WHEN 'published' THEN i.version ELSE v.version END AS published_version
  FROM content_items i
  LEFT JOIN LATERAL (SELECT n.data, n.status, n.version, n.created_at FROM content_item_versions n
                      WHERE n.domain_id = i.domain_id AND n.content_item_id = i.id AND n.status = 'published'
                        AND i.status NOT IN ('published', 'archived')
                      ORDER BY n.version DESC LIMIT 1) v ON true;
COMMENT ON VIEW content_item_snapshots IS 'Items as published; data and version are NULL where nothing is.';

-- ================================================================ who may do what

ALTER TABLE content_types ENABLE ROW LEVEL SECURITY;
ALTER TABLE content_types FORCE ROW LEVEL SECURITY;
CREATE POLICY content_types_tenant ON content_types USING (domain_id = tenant()) WITH CHECK (domain_id = tenant());

ALTER TABLE content_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE content_items FORCE ROW LEVEL SECURITY;
CREATE POLICY content_items_tenant ON content_items USING (domain_id = tenant()) WITH CHECK (domain_id = tenant());

ALTER TABLE content_item_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE content_item_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY content_item_versions_tenant ON content_item_versions USING (domain_id = tenant()) WITH CHECK (domain_id = tenant());

GRANT SELECT, INSERT, UPDATE, DELETE ON content_types, content_items TO wordclaw_content;
GRANT SELECT, INSERT ON content_item_versions TO wordclaw_content;
GRANT SELECT ON content_item_heads, content_item_snapshots TO wordclaw_content;
GRANT USAGE ON SEQUENCE content_items_id_seq TO wordclaw_content;

-- Time travel: what each item was at any time, in the order in which transactions ended (docs/adr/0029-time-travel.md).

CREATE TABLE content_item_history (
    domain_id         integer NOT NULL,
    item_id           integer NOT NULL,
    valid_from        timestamptz NOT NULL,
    content_type_id   integer NOT NULL,
    version           integer NOT NULL,
    published_version integer,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    published_at      timestamptz,
    is_deleted        boolean NOT NULL,
    PRIMARY KEY (domain_id, item_id, valid_from)
);
COMMENT ON TABLE content_item_history IS 'What an item was from a moment on, until its next row: which version its head was, and which one the public saw. Written by a trigger when a transaction ends; goes with the item when that is purged.';
COMMENT ON COLUMN content_item_history.valid_from IS 'When the transaction ended, in whole milliseconds; the same for all that it changed.';
CREATE INDEX content_item_history_updated_idx ON content_item_history (domain_id, updated_at DESC, item_id DESC) WHERE NOT is_deleted;
CREATE INDEX content_item_history_type_updated_idx ON content_item_history (domain_id, content_type_id, updated_at DESC, item_id DESC) WHERE NOT is_deleted;
CREATE INDEX content_item_history_published_idx ON content_item_history (domain_id, published_at DESC, item_id DESC)
    WHERE NOT is_deleted AND published_version IS NOT NULL;
CREATE INDEX content_item_history_type_published_idx ON content_item_history (domain_id, content_type_id, published_at DESC, item_id DESC)
    WHERE NOT is_deleted AND published_version IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON content_item_history TO wordclaw_content;
GRANT DELETE ON content_item_history TO wordclaw_content_system;

CREATE VIEW content_item_states WITH (security_invoker = true) AS
SELECT v.domain_id, v.content_item_id AS item_id, v.version, v.data, v.data_bytes, v.status FROM content_item_versions v
UNION ALL
SELECT i.domain_id, i.id, i.version, i.data, i.data_bytes, i.status FROM content_items i
UNION ALL
SELECT d.domain_id, d.id, d.version, d.data, octet_length(d.data::text), d.status FROM content_items_deleted d;
COMMENT ON VIEW content_item_states IS 'Every version of every item, wherever it is kept: superseded, head or deleted.';
GRANT SELECT ON content_item_states TO wordclaw_content;

-- ---------------------------------------------------------------- the moment of a transaction

-- A transaction belongs to the moment at which it ends, not to the one at which it began: what it saw of others has ended before.  From then to its
-- commit it holds the tenant's lock, shared, so that a reader of that moment can wait for it.
CREATE FUNCTION content_moment(domain integer) RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    told   text := current_setting('wordclaw.moment', true);
    moment timestamptz;
BEGIN
    IF told LIKE domain || ' %' THEN
        RETURN substr(told, strpos(told, ' ') + 1)::timestamptz;
    END IF;
    -- A commit is shared by changes of several tenants, and this runs at its end.
    PERFORM set_config('wordclaw.tenant', domain::text, true);
    PERFORM pg_advisory_xact_lock_shared('content.content_item_history'::regclass::oid::integer, domain);
    moment := date_trunc('milliseconds', clock_timestamp());
    PERFORM set_config('wordclaw.moment', domain || ' ' || moment, true);
    RETURN moment;
END
$$;

CREATE FUNCTION content_item_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    item content.content_items := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    at   timestamptz := content.content_moment(item.domain_id);
BEGIN
    -- Never before what the item was last, should the clock have been set back.
    at := greatest(at, (SELECT max(h.valid_from) FROM content.content_item_history h WHERE h.domain_id = item.domain_id AND h.item_id = item.id));
    INSERT INTO content.content_item_history AS h (domain_id, item_id, valid_from, content_type_id, version, published_version, created_at, updated_at, published_at, is_deleted)
    VALUES (item.domain_id, item.id, at, item.content_type_id, item.version, item.published_version, item.created_at, item.updated_at, item.published_at,
            TG_OP = 'DELETE')
    ON CONFLICT (domain_id, item_id, valid_from) DO UPDATE
       SET content_type_id = excluded.content_type_id, version = excluded.version, published_version = excluded.published_version,
           updated_at = excluded.updated_at, published_at = excluded.published_at, is_deleted = excluded.is_deleted;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER content_items_record AFTER INSERT OR DELETE ON content_items
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION content_item_record();
CREATE CONSTRAINT TRIGGER content_items_record_change AFTER UPDATE ON content_items
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.version, OLD.published_version, OLD.content_type_id) IS DISTINCT FROM (NEW.version, NEW.published_version, NEW.content_type_id))
    EXECUTE FUNCTION content_item_record();

-- That a moment is over for the tenant: nothing will come to belong to it or to one before.  false: it lies ahead.  The lock is only waited for: the
-- subtransaction that takes it is undone at once.
CREATE FUNCTION content_moment_is_over(at timestamptz) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF at > clock_timestamp() + interval '50 milliseconds' THEN
        RETURN false;
    END IF;
    WHILE date_trunc('milliseconds', clock_timestamp()) <= at LOOP
        PERFORM pg_sleep(0.001);
    END LOOP;
    BEGIN
        PERFORM pg_advisory_xact_lock('content.content_item_history'::regclass::oid::integer, content.tenant());
        RAISE SQLSTATE 'WC001';
    EXCEPTION WHEN SQLSTATE 'WC001' THEN
        NULL;
    END;
    RETURN true;
END
$$;

-- ---------------------------------------------------------------- what is known of before

-- Of the versions there are: when each became the head, and, as far as their statuses tell, what the public saw.
INSERT INTO content_item_history (domain_id, item_id, valid_from, content_type_id, version, published_version, created_at, updated_at, published_at, is_deleted)
SELECT DISTINCT ON (s.domain_id, s.item_id, s.at) s.domain_id, s.item_id, s.at, s.content_type_id, s.version,
       CASE WHEN s.is_head THEN s.seen WHEN s.published > coalesce(s.archived, 0) THEN s.published END,
       s.created_at, s.at,
       CASE WHEN s.is_head THEN s.seen_at WHEN s.published > coalesce(s.archived, 0) THEN s.published_at END, false
  FROM (SELECT k.*, max(k.version) FILTER (WHERE k.status = 'published') OVER past AS published, max(k.at) FILTER (WHERE k.status = 'published') OVER past AS published_at,
               max(k.version) FILTER (WHERE k.status = 'archived') OVER past AS archived
          FROM (SELECT i.domain_id, i.id AS item_id, i.content_type_id, i.created_at, i.version, i.status, i.updated_at AS at, true AS is_head,
                       i.published_version AS seen, i.published_at AS seen_at
                  FROM content_items i
                UNION ALL
                SELECT d.domain_id, d.id, d.content_type_id, d.created_at, d.version, d.status, d.updated_at, false, NULL, NULL FROM content_items_deleted d
                UNION ALL
                SELECT v.domain_id, v.content_item_id, h.content_type_id, h.created_at, v.version, v.status, v.created_at, false, NULL, NULL
                  FROM content_item_versions v
                  JOIN (SELECT i.domain_id, i.id, i.content_type_id, i.created_at FROM content_items i
                        UNION ALL SELECT d.domain_id, d.id, d.content_type_id, d.created_at FROM content_items_deleted d) h
                    ON h.domain_id = v.domain_id AND h.id = v.content_item_id) k
        WINDOW past AS (PARTITION BY k.domain_id, k.item_id ORDER BY k.version)) s
 ORDER BY s.domain_id, s.item_id, s.at, s.version DESC;
INSERT INTO content_item_history (domain_id, item_id, valid_from, content_type_id, version, created_at, updated_at, is_deleted)
SELECT d.domain_id, d.id, greatest(d.deleted_at, d.updated_at + interval '1 millisecond'), d.content_type_id, d.version, d.created_at, d.updated_at, true
  FROM content_items_deleted d;

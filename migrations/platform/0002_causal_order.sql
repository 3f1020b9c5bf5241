-- Positions that keep causal order: (epoch, seq, snapshot, next xid) instead of (epoch, xid, seq) below xmin.
SELECT set_config('wordclaw.system', 'on', true);

-- New events are found by number, late ones by the transaction that wrote them.
CREATE INDEX outbox_seq_idx ON outbox (epoch, seq);
COMMENT ON TABLE outbox IS 'Events of committed mutations, written in their transaction. Read by number, and by transaction id where a snapshot did not show them.';

-- Only retention reads them, and every consumer confirms again with its next pull.
DELETE FROM outbox_consumers;
ALTER TABLE outbox_consumers DROP COLUMN xid;
ALTER TABLE outbox_consumers ADD COLUMN snapshot pg_snapshot NOT NULL;

-- The snapshot is the publisher's, whose cluster may be another: text that only it reads.
ALTER TABLE inbox ADD COLUMN snapshot text NOT NULL DEFAULT '1:1:';
ALTER TABLE inbox ADD COLUMN next_xid text NOT NULL DEFAULT '1';

-- A position (epoch, X, s) said that all of the transactions up to X was read.  The same in the new words: the snapshot that shows
-- exactly those, and the highest number among them; whatever they overtook has an id between X and now.
DO $$
DECLARE
    old inbox;
    outbox text;
    half_read boolean;
    highest bigint;
BEGIN
    FOR old IN SELECT * FROM inbox WHERE xid > '0' LOOP
        outbox := format('%I.outbox', old.publisher);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE epoch = $1 AND xid = $2 AND seq > $3)', outbox)
            INTO half_read USING old.epoch, old.xid, old.seq;
        IF half_read THEN
            RAISE EXCEPTION 'events of % were read to the middle of a transaction', old.publisher
                USING HINT = 'Start the services of the version before, wait until wordclaw_event_lag_milliseconds is 0, stop them and migrate again.';
        END IF;
        EXECUTE format('SELECT coalesce(max(seq), $3) FROM %s WHERE epoch = $1 AND xid <= $2', outbox)
            INTO highest USING old.epoch, old.xid, old.seq;
        UPDATE inbox i SET seq = highest, next_xid = pg_current_xact_id()::text,
               snapshot = format('%s:%s:', old.xid::text::numeric + 1, old.xid::text::numeric + 1)
         WHERE i.publisher = old.publisher;
    END LOOP;
END
$$;
ALTER TABLE inbox DROP COLUMN xid;

-- As before, but what a consumer has not read is told by the new position.
CREATE OR REPLACE FUNCTION outbox_maintain(keep interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET lock_timeout = '2s'
    AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day date;
    partition name;
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

    IF NOT EXISTS (SELECT FROM outbox_consumers) THEN
        RETURN; -- nobody has confirmed anything yet
    END IF;
    FOR partition IN
        SELECT c.relname FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
         WHERE h.inhparent = 'outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
           AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= ((now() - keep) AT TIME ZONE 'UTC')::date
         ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM outbox o, outbox_consumers c WHERE o.tableoid = %L::regclass AND '
            '(o.epoch > c.epoch OR o.epoch = c.epoch AND (o.seq > c.seq OR NOT pg_visible_in_snapshot(o.xid, c.snapshot))))',
            partition) INTO is_needed;
        CONTINUE WHEN is_needed;
        EXECUTE format('DROP TABLE %I', partition);
    END LOOP;
    DELETE FROM outbox o
     WHERE o.tableoid = 'outbox_default'::regclass AND o.occurred_at < now() - keep
       AND NOT EXISTS (SELECT FROM outbox_consumers c WHERE o.epoch > c.epoch
           OR o.epoch = c.epoch AND (o.seq > c.seq OR NOT pg_visible_in_snapshot(o.xid, c.snapshot)));
END
$$;

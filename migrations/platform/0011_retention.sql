-- Retention that keeps up: days are dropped as partitions after a look at an index, keys in steps by an index.

-- Both work as whoever calls them: the functions of the owner below and in services' files.
CREATE FUNCTION partitions_make(parent regclass, first_day date) RETURNS void LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
DECLARE
    day date;
    partition name;
    key name := (SELECT attname FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
                  WHERE p.partrelid = parent);
BEGIN
    ASSERT key IS NOT NULL;
    -- Attached rather than created in place: attaching does not block the writers.
    FOR day IN SELECT generate_series(first_day, (now() AT TIME ZONE 'UTC')::date + 7, '1 day')::date LOOP
        partition := (SELECT relname FROM pg_class WHERE oid = parent) || to_char(day, '_YYYYMMDD');
        CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
        -- Rows of that day already in the default partition refuse the attachment: they stay there.
        BEGIN
            EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, parent);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', partition);
            EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
                day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation OR duplicate_table THEN
            RAISE NOTICE 'no partition for %: %', day, SQLERRM;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION partitions_make(regclass, date) IS 'Daily partitions from a day to a week from now, where there are none.';

CREATE FUNCTION partitions_old(parent regclass, keep interval) RETURNS TABLE (partition name, starts timestamptz, ends timestamptz)
    LANGUAGE sql STABLE AS $$
SELECT d.relname, d.day::timestamp AT TIME ZONE 'UTC', (d.day + 1)::timestamp AT TIME ZONE 'UTC'
  FROM (SELECT c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') AS day
          FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
         WHERE h.inhparent = parent AND c.relname ~ '_[0-9]{8}$') d
 WHERE d.day + 1 <= ((now() - keep) AT TIME ZONE 'UTC')::date
 ORDER BY d.day
$$;
COMMENT ON FUNCTION partitions_old(regclass, interval) IS 'Daily partitions that ended longer ago than keep.';
REVOKE ALL ON FUNCTION partitions_make(regclass, date), partitions_old(regclass, interval) FROM PUBLIC;

-- A day is needed while a consumer has not read its last event by number, or its snapshot does not show a transaction of the day.  Each
-- question is one look at an index of one partition; before, every event of the day was read.
CREATE FUNCTION outbox_is_needed(starts timestamptz, ends timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    AS $$
DECLARE
    c outbox_consumers;
    needed boolean;
BEGIN
    FOR c IN SELECT * FROM outbox_consumers LOOP
        -- The bounds as text: the partition is chosen when the statement is planned.
        EXECUTE format('SELECT EXISTS (SELECT FROM outbox WHERE occurred_at >= %1$L AND occurred_at < %2$L AND (epoch, seq) > ($1, $2))'
            ' OR EXISTS (SELECT FROM outbox WHERE occurred_at >= %1$L AND occurred_at < %2$L AND epoch = $1 AND xid >= pg_snapshot_xmax($3))'
            ' OR EXISTS (SELECT FROM outbox WHERE occurred_at >= %1$L AND occurred_at < %2$L AND epoch = $1'
            ' AND xid = ANY (ARRAY(SELECT pg_snapshot_xip($3))))', starts, ends) INTO needed USING c.epoch, c.seq, c.snapshot;
        IF needed THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
REVOKE ALL ON FUNCTION outbox_is_needed(timestamptz, timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION outbox_maintain(keep interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET lock_timeout = '2s'
    AS $$
DECLARE
    old record;
BEGIN
    PERFORM partitions_make('outbox', (now() AT TIME ZONE 'UTC')::date);
    IF NOT EXISTS (SELECT FROM outbox_consumers) THEN
        RETURN; -- nobody has confirmed anything yet
    END IF;
    FOR old IN SELECT * FROM partitions_old('outbox', keep) LOOP
        CONTINUE WHEN outbox_is_needed(old.starts, old.ends);
        EXECUTE format('DROP TABLE %I', old.partition);
    END LOOP;
    -- Events of days without a partition; there are none unless this function did not run for a week.
    DELETE FROM outbox o
     WHERE o.event_id = ANY (ARRAY(
           SELECT d.event_id FROM outbox d
            WHERE d.tableoid = 'outbox_default'::regclass AND d.occurred_at < now() - keep
              AND NOT EXISTS (SELECT FROM outbox_consumers c WHERE d.epoch > c.epoch
                  OR d.epoch = c.epoch AND (d.seq > c.seq OR NOT pg_visible_in_snapshot(d.xid, c.snapshot)))
            LIMIT 10000))
       AND o.tableoid = 'outbox_default'::regclass AND o.occurred_at < now() - keep;
END
$$;

-- Every row is deleted a day after it was written: dead ones are cleared before they pile up.
ALTER TABLE idempotency_keys SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);
-- A row of these changes with every pull and stays on its page.
ALTER TABLE inbox SET (fillfactor = 50);
ALTER TABLE outbox_consumers SET (fillfactor = 50);

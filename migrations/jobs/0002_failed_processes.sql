-- What was set aside of a job goes before the job does: nobody could try it again, and it was counted for ever.
CREATE OR REPLACE FUNCTION jobs_maintain(keep interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET lock_timeout = '2s'
    AS $$
DECLARE
    size constant bigint := 500000;
    highest bigint;
    partition name;
    is_needed boolean;
    n_left bigint;
BEGIN
    SELECT coalesce(max(id), 0) INTO highest FROM jobs;
    FOR i IN 0..2 LOOP
        partition := 'jobs_' || to_char(highest / size + i, 'FM000000');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE jobs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', partition);
        EXECUTE format('ALTER TABLE jobs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
            (highest / size + i) * size, (highest / size + i + 1) * size);
    END LOOP;
    FOR partition IN
        SELECT c.relname FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
         WHERE h.inhparent = 'jobs'::regclass AND c.relname ~ '^jobs_[0-9]{6}$' AND right(c.relname, 6)::bigint < highest / size
         ORDER BY c.relname LIMIT 4
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM jobs j WHERE j.tableoid = %L::regclass AND (j.created_at > now() - $1 OR j.status IN (''queued'', ''running'')))',
            partition) INTO is_needed USING keep;
        CONTINUE WHEN is_needed;
        DELETE FROM processes WHERE id = ANY (ARRAY(SELECT id FROM processes WHERE state = 'set_aside'
            AND CASE WHEN kind = 'job' THEN key::bigint / size END = right(partition, 6)::bigint LIMIT 5000));
        GET DIAGNOSTICS n_left = ROW_COUNT;
        CONTINUE WHEN n_left = 5000;
        EXECUTE format('DROP TABLE %I', partition);
    END LOOP;
    DELETE FROM job_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM job_keys WHERE created_at < now() - keep ORDER BY created_at LIMIT 5000));
END
$$;
COMMENT ON FUNCTION jobs_maintain(interval) IS 'Makes the partitions that the coming jobs need and drops those whose jobs are all finished and older than keep, after what was set aside of them.';
DELETE FROM processes p WHERE p.state = 'set_aside' AND CASE WHEN p.kind = 'job' THEN NOT EXISTS (SELECT FROM jobs j WHERE j.id = p.key::bigint) END;

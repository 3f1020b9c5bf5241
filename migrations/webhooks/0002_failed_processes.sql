-- What was set aside of a delivery or a call goes when they do: nobody could try it again, and it was counted for ever.
CREATE OR REPLACE FUNCTION webhooks_maintain(keep interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
        DELETE FROM processes WHERE id = ANY (ARRAY(SELECT id FROM processes WHERE state = 'set_aside'
            AND CASE WHEN kind = 'delivery' THEN key::bigint / size END = right(partition, 6)::bigint LIMIT 5000));
        GET DIAGNOSTICS n_left = ROW_COUNT;
        CONTINUE WHEN n_left = 5000;
        EXECUTE format('DROP TABLE %I', partition);
    END LOOP;
    DELETE FROM processes WHERE id = ANY (ARRAY(SELECT id FROM processes WHERE state = 'set_aside' AND kind = 'call' AND created_at < now() - keep LIMIT 5000));
    DELETE FROM webhook_attempts WHERE id = ANY (ARRAY(SELECT id FROM webhook_attempts WHERE started_at < now() - keep ORDER BY started_at LIMIT 20000));
    DELETE FROM webhook_calls WHERE ctid = ANY (ARRAY(SELECT ctid FROM webhook_calls WHERE created_at < now() - keep ORDER BY created_at LIMIT 5000));
END
$$;
COMMENT ON FUNCTION webhooks_maintain(interval) IS 'Makes the partitions that the coming deliveries need, and removes what is finished and older than keep, with what was set aside of it.';
DELETE FROM processes p WHERE p.state = 'set_aside' AND CASE WHEN p.kind = 'delivery' THEN NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.id = p.key::bigint) END;

-- Jobs, partitioned by id so that old ones leave by the million; schedules; keys that make a creation happen once.

CREATE TABLE jobs (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    domain_id    integer NOT NULL,
    kind         text NOT NULL,
    queue        text NOT NULL DEFAULT 'default',
    status       text NOT NULL DEFAULT 'queued' CONSTRAINT jobs_status_check CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    payload      json NOT NULL DEFAULT '{}',
    result       json,
    priority     integer NOT NULL DEFAULT 0,
    attempts     integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3,
    unique_key   text,
    schedule_id  integer,
    run_at       timestamptz NOT NULL DEFAULT now(),
    claimed_at   timestamptz,
    started_at   timestamptz,
    completed_at timestamptz,
    last_error   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
COMMENT ON TABLE jobs IS 'What was to be done and what became of it. What is still to be done is a row of processes besides, so this is history.';
CREATE INDEX jobs_run_at_idx ON jobs (domain_id, run_at, id);
CREATE INDEX jobs_status_idx ON jobs (domain_id, status, run_at, id);
CREATE INDEX jobs_kind_idx ON jobs (domain_id, kind, run_at, id);
CREATE INDEX jobs_queue_idx ON jobs (domain_id, queue, status, run_at, id);
CREATE INDEX jobs_schedule_idx ON jobs (domain_id, schedule_id, run_at, id) WHERE schedule_id IS NOT NULL;

CREATE TABLE job_keys (
    domain_id  integer NOT NULL,
    unique_key text NOT NULL,
    job_id     bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (domain_id, unique_key)
);
COMMENT ON TABLE job_keys IS 'The job that a unique key stands for: a second creation with it answers the first. As old as the jobs themselves.';
CREATE INDEX job_keys_created_at_idx ON job_keys (created_at);

CREATE TABLE job_schedules (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id    integer NOT NULL,
    name         text NOT NULL,
    cron         text NOT NULL,
    time_zone    text NOT NULL,
    kind         text NOT NULL,
    queue        text NOT NULL,
    payload      json NOT NULL DEFAULT '{}',
    priority     integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3,
    active       boolean NOT NULL DEFAULT true,
    next_at      timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE job_schedules IS 'Rules that make a job at each of their times; a process of each waits for the next one.';
CREATE INDEX job_schedules_domain_idx ON job_schedules (domain_id, id);

-- Partitions of half a million ids.  One is dropped when its youngest job is older than keep and none of it is unfinished.
CREATE FUNCTION jobs_maintain(keep interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
    SET lock_timeout = '2s'
    AS $$
DECLARE
    size constant bigint := 500000;
    highest bigint;
    partition name;
    is_needed boolean;
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
        EXECUTE format('DROP TABLE %I', partition);
    END LOOP;
    DELETE FROM job_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM job_keys WHERE created_at < now() - keep ORDER BY created_at LIMIT 5000));
END
$$;
COMMENT ON FUNCTION jobs_maintain(interval) IS 'Makes the partitions that the coming jobs need and drops those whose jobs are all finished and older than keep.';
SELECT jobs_maintain('30 days');

GRANT SELECT, INSERT, UPDATE ON jobs TO wordclaw_jobs;
GRANT SELECT, INSERT ON job_keys TO wordclaw_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON job_schedules TO wordclaw_jobs;
GRANT USAGE ON SEQUENCE jobs_id_seq TO wordclaw_jobs;

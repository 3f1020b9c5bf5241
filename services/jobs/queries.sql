-- Statements of jobs.  The tenant filter is row-level security.

-- ---------------------------------------------------------------- jobs

-- name: job_add :find scheduled_job
-- A new job; $1 is the id that its unique key was given, or NULL.
INSERT INTO jobs (id, domain_id, kind, queue, payload, priority, max_attempts, unique_key, schedule_id, run_at, created_at, updated_at)
OVERRIDING SYSTEM VALUE
VALUES (coalesce($1::bigint, nextval('jobs_id_seq')), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
RETURNING id, domain_id, kind, queue, status, payload, result, priority, attempts, max_attempts, unique_key, schedule_id, run_at,
          claimed_at, started_at, completed_at, last_error, created_at, updated_at;

-- name: key_claim :find job_key_row
-- A key nobody used: the id that its job is to have.
INSERT INTO job_keys (domain_id, unique_key, job_id) VALUES ($1, $2, nextval('jobs_id_seq')) ON CONFLICT DO NOTHING RETURNING job_id;

-- name: key_get :find job_key_row
-- The job of a key.
SELECT job_id FROM job_keys WHERE domain_id = $1 AND unique_key = $2;

-- name: job_get :find scheduled_job
-- One job.
SELECT id, domain_id, kind, queue, status, payload, result, priority, attempts, max_attempts, unique_key, schedule_id, run_at,
       claimed_at, started_at, completed_at, last_error, created_at, updated_at FROM jobs WHERE id = $1;

-- template: jobs_page(filter)
SELECT id, domain_id, kind, queue, status, payload, result, priority, attempts, max_attempts, unique_key, schedule_id, run_at,
       claimed_at, started_at, completed_at, last_error, created_at, updated_at FROM jobs
 WHERE {filter} AND (run_at, id) > ($1::timestamptz, $2::bigint) AND ($3::text IS NULL OR status = $3) AND ($4::text IS NULL OR kind = $4)
   AND ($5::text IS NULL OR queue = $5) AND ($6::integer IS NULL OR schedule_id = $6)
 ORDER BY run_at, id LIMIT $7;

-- name: job_list :list scheduled_job = jobs_page(true)
-- Jobs in order of run_at, behind a cursor.
-- name: job_list_of_status :list scheduled_job = jobs_page(status = $3::text)
-- The same of one status.
-- name: job_list_of_kind :list scheduled_job = jobs_page(kind = $4::text)
-- The same of one kind.
-- name: job_list_of_queue :list scheduled_job = jobs_page(queue = $5::text)
-- The same of one queue.
-- name: job_list_of_schedule :list scheduled_job = jobs_page(schedule_id = $6::integer)
-- The same of one schedule.

-- name: job_cancel :find scheduled_job
-- A job that has not begun ends.
UPDATE jobs SET status = 'cancelled', completed_at = $2, updated_at = $2 WHERE id = $1 AND status = 'queued'
RETURNING id, domain_id, kind, queue, status, payload, result, priority, attempts, max_attempts, unique_key, schedule_id, run_at,
          claimed_at, started_at, completed_at, last_error, created_at, updated_at;

-- name: job_requeue :find scheduled_job
-- A failed job waits again.
UPDATE jobs SET status = 'queued', completed_at = NULL, run_at = $2, updated_at = $2 WHERE id = $1 AND status = 'failed'
RETURNING id, domain_id, kind, queue, status, payload, result, priority, attempts, max_attempts, unique_key, schedule_id, run_at,
          claimed_at, started_at, completed_at, last_error, created_at, updated_at;

-- name: job_claimed :exec
-- Jobs that workers have just taken, in system scope: ids and numbers of the attempt.
UPDATE jobs j SET status = 'running', attempts = c.attempt, claimed_at = now(), started_at = now(), updated_at = now()
  FROM unnest($1::bigint[], $2::integer[]) AS c(id, attempt) WHERE j.id = c.id AND j.status IN ('queued', 'running');

-- name: job_settle :exec
-- After an attempt: succeeded, failed, or queued for the next.
UPDATE jobs SET status = $2, result = $3, last_error = $4, completed_at = CASE WHEN $2 = 'queued' THEN NULL ELSE $5::timestamptz END,
       run_at = coalesce($6::timestamptz, run_at), updated_at = $5::timestamptz
 WHERE id = $1 AND status IN ('queued', 'running');

-- name: jobs_maintain :exec
-- Partitions for what comes, and the end of what is old.
SELECT jobs_maintain(make_interval(days => $1));

-- ---------------------------------------------------------------- queues

-- name: queue_list :list job_queue_state
-- The tenant's queues, with what waits in each.
SELECT substr(l.lane, 7) AS queue, l.running_max, l.is_paused,
       (SELECT count(*) FROM (SELECT FROM jobs j WHERE j.queue = substr(l.lane, 7) AND j.status = 'queued' LIMIT 10000) AS w)::bigint AS queued,
       (SELECT count(*) FROM processes p WHERE p.domain_id = l.domain_id AND p.lane = l.lane AND p.state = 'ready' AND p.lease_until > now())::bigint AS running,
       least((SELECT min(p.next_at) FROM processes p WHERE p.domain_id = l.domain_id AND p.lane = l.lane AND p.state = 'ready' AND p.priority = 0 AND p.next_at <= now()),
             (SELECT min(p.next_at) FROM processes p WHERE p.domain_id = l.domain_id AND p.lane = l.lane AND p.state = 'ready' AND p.priority <> 0 AND p.next_at <= now())) AS oldest_at
  FROM process_lanes l WHERE l.lane LIKE 'queue:%' AND ($1::text IS NULL OR l.lane = 'queue:' || $1) ORDER BY l.lane LIMIT 200;

-- name: set_aside_count :find job_count_row
-- row: total int
-- Jobs that failed for good and can be retried, counted up to 1000.
SELECT count(*)::bigint AS total FROM (SELECT FROM processes WHERE kind = 'job' AND state = 'set_aside' LIMIT 1000) AS s;

-- ---------------------------------------------------------------- schedules

-- name: schedule_add :find job_schedule
-- A new schedule.
INSERT INTO job_schedules (domain_id, name, cron, time_zone, kind, queue, payload, priority, max_attempts, active, next_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
RETURNING id, name, cron, time_zone, kind, queue, payload, priority, max_attempts, active, next_at, created_at, updated_at;

-- name: schedule_get :find job_schedule
-- One schedule.
SELECT id, name, cron, time_zone, kind, queue, payload, priority, max_attempts, active, next_at, created_at, updated_at
  FROM job_schedules WHERE id = $1;

-- name: schedule_lock :find job_schedule
-- One schedule, locked: its next time moves.
SELECT id, name, cron, time_zone, kind, queue, payload, priority, max_attempts, active, next_at, created_at, updated_at
  FROM job_schedules WHERE id = $1 FOR UPDATE;

-- name: schedule_list :list job_schedule
-- Schedules in order of id.
SELECT id, name, cron, time_zone, kind, queue, payload, priority, max_attempts, active, next_at, created_at, updated_at
  FROM job_schedules WHERE id > $1 ORDER BY id LIMIT $2;

-- name: schedule_update :find job_schedule
-- Everything of it that can change.
UPDATE job_schedules SET name = $2, cron = $3, time_zone = $4, active = $5, next_at = $6, updated_at = $7 WHERE id = $1
RETURNING id, name, cron, time_zone, kind, queue, payload, priority, max_attempts, active, next_at, created_at, updated_at;

-- name: schedule_move :exec
-- The next time of a schedule that has just made a job.
UPDATE job_schedules SET next_at = $2 WHERE id = $1;

-- name: schedule_delete :find job_schedule
-- A schedule ends.
DELETE FROM job_schedules WHERE id = $1
RETURNING id, name, cron, time_zone, kind, queue, payload, priority, max_attempts, active, next_at, created_at, updated_at;

-- name: zone_exists :find job_zone_row
-- row: is_known bool
-- Whether PostgreSQL knows the time zone.
SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS is_known;

-- name: zone_local :find job_local_row
-- row: local_us int
-- A moment as the zone's wall clock shows it, in microseconds as if that were UTC.
SELECT (extract(epoch FROM ($2::timestamptz AT TIME ZONE $1::text)) * 1000000)::bigint AS local_us;

-- name: zone_moments :list job_moment_row
-- row: at time
-- Wall-clock times of the zone as moments, in their order.
SELECT (timestamp 'epoch' + t.us * interval '1 microsecond') AT TIME ZONE $1::text AS at
  FROM unnest($2::bigint[]) WITH ORDINALITY AS t(us, place) ORDER BY t.place LIMIT 10;

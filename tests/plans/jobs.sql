SELECT jobs_maintain('30 days');
INSERT INTO jobs (domain_id, kind, queue, status, payload, schedule_id, run_at)
SELECT plans.tenant(i), CASE i % 3 WHEN 0 THEN 'outbound_webhook' ELSE 'content_status_transition' END, 'q' || i % 4,
       CASE WHEN i % 10 < 7 THEN 'succeeded' WHEN i % 10 < 8 THEN 'failed' ELSE 'queued' END, '{"contentItemId":1}',
       CASE WHEN i % 20 = 0 THEN 1 + i % 50 END, now() + (i - :rows / 20) * interval '1 second'
  FROM generate_series(1, :rows / 10) i;
INSERT INTO job_keys (domain_id, unique_key, job_id) SELECT plans.tenant(i), 'key-' || i, i FROM generate_series(1, :rows / 20) i;
INSERT INTO job_schedules (domain_id, name, cron, time_zone, kind, queue, next_at)
SELECT plans.tenant(i), 'a schedule', '0 8 * * *', 'UTC', 'content_status_transition', 'content', now() FROM generate_series(1, :rows / 100) i;
INSERT INTO process_lanes (domain_id, lane, running_max) SELECT t, 'queue:q' || q, 8 FROM generate_series(1, 1000) t, generate_series(0, 3) q;

-- let: job SELECT max(id) FROM jobs WHERE domain_id = :big AND status = 'queued'
-- let: failed SELECT max(id) FROM jobs WHERE domain_id = :big AND status = 'failed'
-- let: ids SELECT quote_literal(array_agg(id)) FROM (SELECT id FROM jobs ORDER BY run_at LIMIT 20) j
-- let: key SELECT quote_literal(max(unique_key)) FROM job_keys WHERE domain_id = :big
-- let: schedule SELECT max(id) FROM job_schedules WHERE domain_id = :big
-- let: own SELECT count(*) FROM jobs WHERE domain_id = :big

-- plan: job_add tenant
(NULL, :big, 'content_status_transition', 'content', '{}', 0, 3, NULL, NULL, now(), now())
-- plan: key_claim tenant
(:big, 'a new key')
-- plan: key_get tenant
(:big, :key)
-- plan: job_get tenant
(:job)
-- plan: job_list tenant
('-infinity', 0, NULL, NULL, NULL, NULL, 51)
-- plan: job_list tenant
(now(), 1, NULL, NULL, NULL, NULL, 51)
-- plan: job_list_of_status tenant
('-infinity', 0, 'failed', NULL, NULL, NULL, 51)
-- plan: job_list_of_kind tenant
('-infinity', 0, NULL, 'outbound_webhook', NULL, NULL, 51)
-- plan: job_list_of_queue tenant max=:own, the index is in order of status within a queue
('-infinity', 0, NULL, NULL, 'q1', NULL, 51)
-- plan: job_list_of_schedule tenant
('-infinity', 0, NULL, NULL, NULL, 21, 51)
-- plan: job_cancel tenant
(:job, now())
-- plan: job_requeue tenant
(:failed, now())
-- plan: job_claimed system
(:ids, array_fill(1, ARRAY[20]))
-- plan: job_settle tenant
(:job, 'succeeded', NULL, NULL, now(), NULL)
-- plan: jobs_maintain system max=20000, looks at the partitions and drops a bounded number of keys
(30)
-- plan: queue_list tenant max=30+2*:own, counts up to 10000 waiting jobs of each queue
(NULL)
-- plan: set_aside_count tenant
-- plan: schedule_add tenant
(:big, 'new', '0 8 * * *', 'UTC', 'content_status_transition', 'content', '{}', 0, 3, true, now(), now())
-- plan: schedule_get tenant
(:schedule)
-- plan: schedule_lock tenant
(:schedule)
-- plan: schedule_list tenant
(0, 51)
-- plan: schedule_update tenant
(:schedule, 'new', '0 8 * * *', 'UTC', true, now(), now())
-- plan: schedule_move tenant
(:schedule, now())
-- plan: schedule_delete tenant
(:schedule)
-- plan: zone_exists tenant
('Europe/Berlin')
-- plan: zone_local tenant
('Europe/Berlin', now())
-- plan: zone_moments tenant
('Europe/Berlin', '{1700000000000000}')

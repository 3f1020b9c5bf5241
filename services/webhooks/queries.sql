-- Statements of webhooks.  The tenant filter is row-level security; matching and claiming run in system scope.

-- ---------------------------------------------------------------- endpoints

-- template: webhook_columns(rest)
SELECT id, url, events, secret, old_secret, old_secret_until, signing_seed, public_key, active, payload, description, running_max, timeout_ms,
       last_sequence, failing_since, disabled_reason, created_at, updated_at FROM webhooks {rest};

-- name: webhook_get :find webhook_row = webhook_columns(WHERE id = $1)
-- One endpoint.
-- name: webhook_lock :find webhook_row = webhook_columns(WHERE id = $1 FOR UPDATE)
-- One endpoint, locked.
-- name: webhook_list :list webhook_row = webhook_columns(WHERE id > $1 ORDER BY id LIMIT $2)
-- Endpoints in order of id.

-- name: webhook_add :find webhook_id_row
-- A new endpoint.
INSERT INTO webhooks (domain_id, url, events, secret, signing_seed, public_key, active, payload, description, running_max, timeout_ms, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING id;

-- name: webhook_update :exec
-- Everything of an endpoint that can change.
UPDATE webhooks SET url = $2, events = $3, secret = $4, old_secret = $5, old_secret_until = $6, active = $7, payload = $8, description = $9,
       running_max = $10, timeout_ms = $11, failing_since = $12, disabled_reason = $13, updated_at = $14 WHERE id = $1;

-- name: webhook_delete :exec
-- An endpoint ends.
DELETE FROM webhooks WHERE id = $1;

-- name: webhook_number :find webhook_number_row
-- The next number of an endpoint's deliveries.
UPDATE webhooks SET last_sequence = last_sequence + 1 WHERE id = $1 RETURNING last_sequence;

-- name: webhook_failing :exec
-- Nothing was taken, for the first time since something was.
UPDATE webhooks SET failing_since = now() WHERE id = $1 AND failing_since IS NULL;

-- name: webhook_working :exec
-- Something was taken.
UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL;

-- name: webhook_disable :exec
-- It takes nothing any more.
UPDATE webhooks SET active = false, disabled_reason = $2, updated_at = now() WHERE id = $1 AND active;

-- ---------------------------------------------------------------- matching (system scope)

-- name: active_of_tenants :list webhook_match_row
-- Endpoints that events of these tenants may go to.
SELECT id, domain_id, events FROM webhooks WHERE domain_id = ANY($1::integer[]) AND active ORDER BY domain_id, id LIMIT 10000;

-- name: webhooks_number :list webhook_range_row
-- Numbers for so many new deliveries of each endpoint: [{"id", "n"}].
UPDATE webhooks w SET last_sequence = w.last_sequence + m.n
  FROM (SELECT id, n FROM json_to_recordset($1::json) AS r(id integer, n integer) ORDER BY id LIMIT 10000) AS m
 WHERE w.id = m.id RETURNING w.id, w.last_sequence, w.running_max;

-- name: deliveries_add :list webhook_added_row
-- New deliveries, in order: an array of what each is.
INSERT INTO webhook_deliveries (domain_id, webhook_id, event_id, event_type, entity_type, entity_id, entity_version, sequence, previous_sequence, event, next_attempt_at)
SELECT r."domainId", r."webhookId", r."eventId", r."eventType", r."entityType", r."entityId", r."entityVersion", r.sequence,
       coalesce(r."previousSequence", (SELECT max(d.sequence) FROM webhook_deliveries d WHERE d.domain_id = r."domainId" AND d.webhook_id = r."webhookId"
           AND d.entity_type = r."entityType" AND d.entity_id = r."entityId")), r.event, now()
  FROM (SELECT j."domainId", j."webhookId", j."eventId", j."eventType", j."entityType", j."entityId", j."entityVersion", j.sequence, j."previousSequence", j.event
          FROM json_to_recordset($1::json) AS j("domainId" integer, "webhookId" integer, "eventId" uuid, "eventType" text, "entityType" text,
        "entityId" bigint, "entityVersion" integer, sequence bigint, "previousSequence" bigint, event json) LIMIT 10000) AS r
 ORDER BY r."webhookId", r.sequence
RETURNING id, domain_id, webhook_id, entity_type, entity_id;

-- name: deliveries_claimed :list webhook_note_row
-- row: note doc
-- What the steps of deliveries have to know, for all that were just claimed.
SELECT d.id, json_build_object('webhookId', w.id, 'url', w.url, 'secret', w.secret, 'oldSecret', CASE WHEN w.old_secret_until > now() THEN w.old_secret END,
       'seed', w.signing_seed, 'payload', w.payload, 'timeoutMs', w.timeout_ms, 'active', w.active, 'failingMs',
       (extract(epoch FROM now() - w.failing_since) * 1000)::bigint, 'eventId', d.event_id, 'sequence', d.sequence, 'previousSequence', d.previous_sequence, 'event', d.event) AS note
  FROM unnest($1::bigint[]) AS wanted(id)
 CROSS JOIN LATERAL (SELECT v.id, v.domain_id, v.webhook_id, v.event_id, v.sequence, v.previous_sequence, v.event FROM webhook_deliveries v WHERE v.id = wanted.id LIMIT 1) AS d
 CROSS JOIN LATERAL (SELECT h.id, h.url, h.secret, h.old_secret, h.old_secret_until, h.signing_seed, h.payload, h.timeout_ms, h.active, h.failing_since FROM webhooks h
        WHERE h.id = d.webhook_id AND h.domain_id = d.domain_id LIMIT 1) AS w LIMIT 1000;

-- name: calls_claimed :list webhook_note_row
-- The same for calls of jobs, by tenant and job.
SELECT c.job_id AS id, json_build_object('url', c.url, 'method', c.method, 'headers', c.headers, 'body', c.body, 'timeoutMs', c.timeout_ms,
       'secret', w.secret, 'seed', w.signing_seed) AS note
  FROM webhook_calls c LEFT JOIN webhooks w ON w.id = c.webhook_id AND w.domain_id = c.domain_id
 WHERE (c.domain_id, c.job_id) IN (SELECT u.d, u.j FROM unnest($1::integer[], $2::bigint[]) AS u(d, j)) LIMIT 1000;

-- ---------------------------------------------------------------- deliveries

-- template: delivery_columns(rest)
SELECT id, webhook_id, event_id, event_type, entity_type, entity_id, entity_version, sequence, previous_sequence, status, attempts,
       next_attempt_at, response_status, last_error, completed_at, created_at FROM webhook_deliveries {rest};

-- name: delivery_get :find webhook_delivery = delivery_columns(WHERE id = $1)
-- One delivery.
-- name: delivery_list :list webhook_delivery = delivery_columns(WHERE webhook_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3)
-- An endpoint's deliveries, behind a number.
-- name: delivery_list_of_status :list webhook_delivery = delivery_columns(WHERE webhook_id = $1 AND status = $4 AND sequence > $2 ORDER BY sequence LIMIT $3)
-- Those of one status.
-- name: delivery_list_since :list webhook_delivery = delivery_columns(WHERE webhook_id = $1 AND created_at >= $2 ORDER BY created_at, sequence LIMIT $3)
-- Those taken since a time.

-- name: delivery_event :find webhook_event_row
-- The event of a delivery.
SELECT event FROM webhook_deliveries WHERE id = $1;

-- name: delivery_settle :exec
-- After attempts, a row for each.
UPDATE webhook_deliveries d SET status = s.status, attempts = d.attempts + s.attempts, next_attempt_at = s.next_at, response_status = s.response_status,
       last_error = s.problem, completed_at = s.completed_at
  FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::timestamptz[], $5::integer[], $6::text[], $7::timestamptz[])
       AS s (id, status, attempts, next_at, response_status, problem, completed_at) WHERE d.id = ANY($1::bigint[]) AND d.id = s.id;

-- name: delivery_requeue :list webhook_added_row
-- These are to be sent again.
UPDATE webhook_deliveries SET status = 'pending', next_attempt_at = now(), completed_at = NULL WHERE id = ANY (ARRAY(SELECT unnest($1::bigint[]) LIMIT 1000))
RETURNING id, domain_id, webhook_id, entity_type, entity_id;

-- name: attempt_add :exec
-- What attempts met, a row for each.
INSERT INTO webhook_attempts (domain_id, delivery_id, attempt, response_status, response_body, error, duration_ms, started_at)
SELECT a.domain_id, a.delivery_id, a.attempt, a.response_status, a.response_body, a.error, a.duration_ms, a.started_at
  FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::timestamptz[])
       AS a (domain_id, delivery_id, attempt, response_status, response_body, error, duration_ms, started_at) ON CONFLICT DO NOTHING;

-- name: attempt_list :list webhook_attempt
-- Attempts at a delivery, newest first.
SELECT attempt, response_status, response_body, error, duration_ms, started_at FROM webhook_attempts WHERE delivery_id = $1 ORDER BY attempt DESC, started_at DESC LIMIT 100;

-- name: processes_clear :exec
-- Processes of deliveries that are to be sent again begin anew.
DELETE FROM processes WHERE domain_id = $1 AND kind = 'delivery' AND key = ANY($2::text[]);

-- ---------------------------------------------------------------- calls of jobs

-- name: call_add :exec
-- A call that a job asked for; the second time it is there.
INSERT INTO webhook_calls (domain_id, job_id, webhook_id, url, method, headers, body, source, timeout_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING;

-- name: call_get :find webhook_call_row
-- How a job's call went.
SELECT status, source, url, response_status, last_error FROM webhook_calls WHERE job_id = $1;

-- name: call_settle :exec
-- A call ended.
UPDATE webhook_calls SET status = $2, response_status = $3, last_error = $4 WHERE job_id = $1;

-- name: call_reset :exec
-- A failed call is made again.
UPDATE webhook_calls SET status = 'pending' WHERE job_id = $1 AND status = 'failed';

-- name: webhooks_maintain :exec
-- Partitions for what comes, and the end of what is old.
SELECT webhooks_maintain(make_interval(days => $1));

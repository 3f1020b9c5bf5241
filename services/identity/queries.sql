-- Statements of identity.  The tenant filter is row-level security; the system role sees every tenant.

-- name: domain_count :find identity_count_row
-- How many tenants exist.
SELECT count(*) AS total FROM domains;

-- name: domain_list :list domain
-- Tenants, or the one that is asked for.
SELECT id, name, hostname, created_at FROM domains
 WHERE ($1::integer IS NULL OR id = $1) ORDER BY id LIMIT $2 OFFSET $3;

-- name: domain_get :find domain
-- One tenant.
SELECT id, name, hostname, created_at FROM domains WHERE id = $1;

-- name: domain_first :find domain
-- The oldest tenant: the one bootstrap made.
SELECT id, name, hostname, created_at FROM domains ORDER BY id LIMIT 1;

-- name: domain_add :find identity_id_row
-- A new tenant.
INSERT INTO domains (name, hostname, created_at, updated_at) VALUES ($1, $2, $3, $3) RETURNING id, created_at;

-- name: user_add :find identity_id_row
-- A person of the tenant.
INSERT INTO users (domain_id, email, created_at, updated_at) VALUES ($1, $2, $3, $3) RETURNING id, created_at;

-- name: key_add :find identity_id_row
-- A new key.
INSERT INTO api_keys (domain_id, name, key_prefix, key_hash, scopes, is_platform_admin, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id, created_at;

-- name: key_list :list api_key
-- Keys of the tenant, newest first.
SELECT id, name, key_prefix, scopes, created_by, created_at, expires_at, revoked_at, last_used_at FROM api_keys
 ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2;

-- name: key_count :find identity_count_row
-- How many keys the tenant has.
SELECT count(*) AS total FROM api_keys;

-- name: key_lock :find api_key_row
-- A key that still works, locked against a concurrent rotation.
SELECT id, domain_id, name, key_prefix, scopes, is_platform_admin, created_by, created_at, expires_at, revoked_at, last_used_at
  FROM api_keys WHERE id = $1 AND revoked_at IS NULL FOR UPDATE;

-- name: key_by_hash :find api_key_row
-- What a presented key is; revoked ones are unknown.
SELECT id, domain_id, name, key_prefix, scopes, is_platform_admin, created_by, created_at, expires_at, revoked_at, last_used_at
  FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL;

-- name: key_revoke :exec
-- The one writer of revoked_at.
UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL;

-- name: key_touch :exec
-- Latest uses of many keys: [{"keyId": 1, "usedAt": "..."}].
UPDATE api_keys k SET last_used_at = u."usedAt"
  FROM json_to_recordset($1::json) AS u("keyId" integer, "usedAt" timestamptz)
 WHERE k.id = ANY (ARRAY(SELECT a."keyId" FROM json_to_recordset($1::json) AS a("keyId" integer)))
   AND k.id = u."keyId" AND (k.last_used_at IS NULL OR k.last_used_at < u."usedAt");

-- name: decision_add :exec
-- Many decisions at once: a JSON array of policy_decision_entry.
INSERT INTO policy_decision_logs (domain_id, principal_id, operation, resource_type, resource_id, environment, outcome,
       code, remediation, policy_version, evaluation_duration_ms, request_id, created_at)
SELECT coalesce(d."domainId", 0), d."principalId", d.operation, d."resourceType", d."resourceId", d.environment, d.outcome,
       d.code, d.remediation, $2, d."evaluationDurationMs", d."requestId", d."createdAt"
  FROM json_to_recordset($1::json) AS d("domainId" integer, "principalId" text, operation text, "resourceType" text,
       "resourceId" text, environment text, outcome text, code text, remediation text, "evaluationDurationMs" integer,
       "requestId" text, "createdAt" timestamptz);

-- name: decision_list :list policy_decision
-- Decisions of the tenant, newest first, after a cursor ($4, $5).
SELECT id, principal_id, operation, resource_type, resource_id, environment, outcome, code, remediation, policy_version,
       evaluation_duration_ms, request_id, created_at
  FROM policy_decision_logs
 WHERE ($1::text IS NULL OR outcome = $1) AND ($2::text IS NULL OR operation = $2) AND ($3::text IS NULL OR principal_id = $3)
   AND (created_at, id) < (coalesce($4::timestamptz, 'infinity'), coalesce($5::bigint, 9223372036854775807))
 ORDER BY created_at DESC, id DESC LIMIT $6;

-- name: decision_maintain :exec
-- Partitions of the coming week; days older than $1 days go.
SELECT decisions_maintain(make_interval(days => $1));

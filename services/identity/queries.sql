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
INSERT INTO api_keys (domain_id, name, key_prefix, key_hash, scopes, is_platform_admin, created_by, created_at, expires_at, sats_per_day,
                      sats_per_call, writes_per_minute, publishes_per_day, parent_id, root_id, ancestors, content_type_ids, content_item_ids, review_task_ids,
                      client_id, client_name, granted_by, resource, refresh_family, refresh_hash, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) RETURNING id, created_at;

-- name: key_list :list api_key
-- Keys of the tenant, newest first.
SELECT id, name, key_prefix, scopes, created_by, created_at, expires_at, revoked_at, last_used_at, sats_per_day, sats_per_call, writes_per_minute,
       publishes_per_day, parent_id, content_type_ids, content_item_ids, review_task_ids, client_name, ends_at FROM api_keys
 ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2;

-- name: key_count :find identity_count_row
-- How many keys the tenant has.
SELECT count(*) AS total FROM api_keys;

-- name: key_lock :find api_key_row
-- A key that still works, locked against a concurrent rotation.
SELECT id, domain_id, name, key_prefix, scopes, is_platform_admin, created_by, created_at, expires_at, revoked_at, last_used_at,
       sats_per_day, sats_per_call, writes_per_minute, publishes_per_day, parent_id, root_id, ancestors, content_type_ids, content_item_ids, review_task_ids,
       client_id, client_name, resource, refresh_hash, ends_at
  FROM api_keys WHERE id = $1 AND revoked_at IS NULL FOR UPDATE;

-- name: key_get :find api_key_row
-- The same without a lock.
SELECT id, domain_id, name, key_prefix, scopes, is_platform_admin, created_by, created_at, expires_at, revoked_at, last_used_at,
       sats_per_day, sats_per_call, writes_per_minute, publishes_per_day, parent_id, root_id, ancestors, content_type_ids, content_item_ids, review_task_ids,
       client_id, client_name, resource, refresh_hash, ends_at
  FROM api_keys WHERE id = $1 AND revoked_at IS NULL;

-- name: key_by_hash :find api_key_row
-- What a presented key is; revoked ones are unknown.
SELECT id, domain_id, name, key_prefix, scopes, is_platform_admin, created_by, created_at, expires_at, revoked_at, last_used_at,
       sats_per_day, sats_per_call, writes_per_minute, publishes_per_day, parent_id, root_id, ancestors, content_type_ids, content_item_ids, review_task_ids,
       client_id, client_name, resource, refresh_hash, ends_at
  FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL;

-- name: key_works :find identity_count_row
-- Whether a key still works or can be renewed.
SELECT count(*) AS total FROM api_keys WHERE id = $1 AND domain_id = $2 AND revoked_at IS NULL AND coalesce(ends_at, expires_at, 'infinity') > $3;

-- name: key_revoke :exec
-- The one writer of revoked_at.
UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL;

-- name: key_other_administrators :list identity_id_row
-- Keys that can administer the tenant and do not end with the one ($1), locked so that two of them cannot revoke each other at once.
SELECT id, created_at FROM api_keys
 WHERE domain_id = tenant() AND revoked_at IS NULL AND 'admin' = ANY (scopes) AND id <> $1 AND root_id IS DISTINCT FROM $1
   AND (expires_at IS NULL OR expires_at > $2)
 ORDER BY id LIMIT 1 FOR UPDATE;

-- ---- keys that keys hand out

-- name: key_family_count :find identity_count_row
-- Keys of a family that still work, counted up to $3.
SELECT count(*) AS total FROM (SELECT FROM api_keys WHERE domain_id = tenant() AND root_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) LIMIT $3) k;

-- name: key_family_revoke :exec
-- What came of a key ends with it.
UPDATE api_keys SET revoked_at = $3 WHERE domain_id = tenant() AND root_id = $1 AND $2 = ANY (ancestors) AND revoked_at IS NULL;

-- name: key_family_list :list api_key
-- What came of a key and still works, after an id.
SELECT id, name, key_prefix, scopes, created_by, created_at, expires_at, revoked_at, last_used_at, sats_per_day, sats_per_call, writes_per_minute,
       publishes_per_day, parent_id, content_type_ids, content_item_ids, review_task_ids, client_name, ends_at FROM api_keys
 WHERE domain_id = tenant() AND root_id = $1 AND $2 = ANY (ancestors) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3) AND id > $4
 ORDER BY id LIMIT $5;

-- name: key_ancestors :list key_ancestor_row
-- The keys that a key comes of, and their budgets.
SELECT id, sats_per_day, sats_per_call, writes_per_minute, publishes_per_day FROM api_keys WHERE id = ANY ($1::integer[]) ORDER BY id LIMIT 3;

-- name: key_maintain :exec
-- Keys that others have handed out or a person has allowed a client, and that have ended long ago, go; those that others came of go once these are gone.
DELETE FROM api_keys WHERE id = ANY (ARRAY(SELECT k.id FROM api_keys k WHERE (k.parent_id IS NOT NULL OR k.client_id IS NOT NULL)
   AND least(k.revoked_at, coalesce(k.ends_at, k.expires_at)) < $1
   AND NOT EXISTS (SELECT FROM api_keys c WHERE c.parent_id = k.id) ORDER BY least(k.revoked_at, coalesce(k.ends_at, k.expires_at)) LIMIT 1000));

-- name: key_by_refresh :find api_key_row
-- The key that a renewal token belongs to, be it the present or an older one; locked.
SELECT id, domain_id, name, key_prefix, scopes, is_platform_admin, created_by, created_at, expires_at, revoked_at, last_used_at,
       sats_per_day, sats_per_call, writes_per_minute, publishes_per_day, parent_id, root_id, ancestors, content_type_ids, content_item_ids, review_task_ids,
       client_id, client_name, resource, refresh_hash, ends_at
  FROM api_keys WHERE refresh_family = $1 FOR UPDATE;

-- name: key_renew :exec
-- Another secret for the same key, and another token that renews it.
UPDATE api_keys SET key_hash = $2, key_prefix = $3, expires_at = $4, refresh_hash = $5 WHERE id = $1;

-- name: key_granted_list :list key_granted_row
-- Keys that a person has allowed and that were not revoked, oldest first: a person has no more.
SELECT id, domain_id, name, key_prefix FROM api_keys WHERE granted_by = $1 AND revoked_at IS NULL ORDER BY id LIMIT 500 FOR UPDATE;

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

-- ---- people: all of it is system work, and a statement that serves a tenant's administrator names the tenant

-- name: supervisor_get :find supervisor_row
-- One person.
SELECT id, email, role, domain_id, created_at, last_login_at, password_hash, totp_secret, totp_confirmed_at, totp_last_step FROM supervisors WHERE id = $1;

-- name: supervisor_lock :find supervisor_row
-- One person, locked against a concurrent change.
SELECT id, email, role, domain_id, created_at, last_login_at, password_hash, totp_secret, totp_confirmed_at, totp_last_step FROM supervisors WHERE id = $1 FOR UPDATE;

-- name: supervisor_by_email :find supervisor_row
-- Who signs in with an email.
SELECT id, email, role, domain_id, created_at, last_login_at, password_hash, totp_secret, totp_confirmed_at, totp_last_step FROM supervisors WHERE email = $1;

-- name: supervisor_by_subject :find supervisor_row
-- Who signs in with an account of the OpenID Connect provider.
SELECT id, email, role, domain_id, created_at, last_login_at, password_hash, totp_secret, totp_confirmed_at, totp_last_step FROM supervisors WHERE oidc_subject = $1;

-- name: supervisor_bind :exec
-- The account with which a person signs in from now on.
UPDATE supervisors SET oidc_subject = $2 WHERE id = $1 AND oidc_subject IS NULL;

-- name: supervisor_list_all :list supervisor
-- Everybody after an id.
SELECT id, email, role, domain_id, created_at, last_login_at, totp_confirmed_at AS second_factor_since FROM supervisors WHERE id > $1 ORDER BY id LIMIT $2;

-- name: supervisor_list_of :list supervisor
-- The people of a tenant after an id.
SELECT id, email, role, domain_id, created_at, last_login_at, totp_confirmed_at AS second_factor_since FROM supervisors WHERE domain_id = $3 AND id > $1 ORDER BY id LIMIT $2;

-- name: supervisor_first :list supervisor_id_row
-- Whether anybody is there.
SELECT id FROM supervisors ORDER BY id LIMIT 1;

-- name: supervisor_platform_lock :list supervisor_id_row
-- Platform administrators, locked so that two cannot remove each other at once.
SELECT id FROM supervisors WHERE domain_id IS NULL ORDER BY id LIMIT 2 FOR UPDATE;

-- name: supervisor_user :find supervisor_id_row
-- The person as owner of keys, made when missing.
INSERT INTO users (domain_id, email, created_at, updated_at) VALUES ($1, $2, $3, $3)
    ON CONFLICT (domain_id, email) DO UPDATE SET updated_at = excluded.updated_at RETURNING id;

-- name: supervisor_add :find supervisor_row
-- A new person.
INSERT INTO supervisors (domain_id, user_id, email, role, password_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
RETURNING id, email, role, domain_id, created_at, last_login_at, password_hash, totp_secret, totp_confirmed_at, totp_last_step;

-- name: supervisor_set_role :exec
-- Another role.
UPDATE supervisors SET role = $2, updated_at = $3 WHERE id = $1;

-- name: supervisor_set_password :exec
-- Another password.
UPDATE supervisors SET password_hash = $2, updated_at = $3 WHERE id = $1;

-- name: supervisor_signed_in :exec
-- The one writer of last_login_at.
UPDATE supervisors SET last_login_at = $2 WHERE id = $1;

-- name: supervisor_delete :exec
-- A person goes, and sessions with them.
DELETE FROM supervisors WHERE id = $1;

-- name: invite_add :find supervisor_id_row
-- A new invitation.
INSERT INTO supervisor_invites (domain_id, email, role, token_hash, supervisor_id, invited_by_supervisor_id, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: invite_drop_first :exec
-- Earlier links for the first person stop working.
DELETE FROM supervisor_invites WHERE accepted_at IS NULL AND email IS NULL;

-- name: invite_drop_reset :exec
-- Earlier links for a person's new password stop working.
DELETE FROM supervisor_invites WHERE accepted_at IS NULL AND supervisor_id = $1;

-- name: invite_list_all :list supervisor_invite
-- Invitations that still work, newest first.
SELECT id, email, role, domain_id, supervisor_id, invited_by_supervisor_id, expires_at, created_at FROM supervisor_invites
 WHERE accepted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $1;

-- name: invite_list_of :list supervisor_invite
-- Those into a tenant.
SELECT id, email, role, domain_id, supervisor_id, invited_by_supervisor_id, expires_at, created_at FROM supervisor_invites
 WHERE accepted_at IS NULL AND domain_id = $2 ORDER BY created_at DESC, id DESC LIMIT $1;

-- name: invite_get :find invite_row
-- An invitation by its id.
SELECT i.id, i.email, i.role, i.domain_id, i.supervisor_id, i.expires_at, i.accepted_at, NULL::text AS domain_name
  FROM supervisor_invites i WHERE i.id = $1;

-- name: invite_by_hash :find invite_row
-- An invitation by its link.
SELECT i.id, i.email, i.role, i.domain_id, i.supervisor_id, i.expires_at, i.accepted_at, d.name AS domain_name
  FROM supervisor_invites i LEFT JOIN domains d ON d.id = i.domain_id WHERE i.token_hash = $1;

-- name: invite_accept :exec
-- A link works once.
UPDATE supervisor_invites SET accepted_at = $2 WHERE id = $1 AND accepted_at IS NULL;

-- name: invite_delete :exec
-- A link is withdrawn.
DELETE FROM supervisor_invites WHERE id = $1 AND accepted_at IS NULL;

-- name: session_add :find supervisor_id_row
-- Somebody is signed in.
INSERT INTO sessions (domain_id, supervisor_id, token_hash, user_agent, created_at, last_seen_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $5, $6) RETURNING id;

-- name: session_by_hash :find session_row
-- A session that was not revoked, with its person.
SELECT n.id, n.supervisor_id, n.last_seen_at, n.expires_at, s.domain_id, s.email, s.role
  FROM sessions n JOIN supervisors s ON s.id = n.supervisor_id WHERE n.token_hash = $1 AND n.revoked_at IS NULL;

-- name: session_get :find session_row
-- The same by its id.
SELECT n.id, n.supervisor_id, n.last_seen_at, n.expires_at, s.domain_id, s.email, s.role
  FROM sessions n JOIN supervisors s ON s.id = n.supervisor_id WHERE n.id = $1 AND n.revoked_at IS NULL;

-- template: session_page(filter)
SELECT n.id, n.supervisor_id, s.email, n.user_agent, n.created_at, n.last_seen_at, n.expires_at
  FROM (SELECT id, supervisor_id, user_agent, created_at, last_seen_at, expires_at FROM sessions
         WHERE revoked_at IS NULL AND {filter} ORDER BY expires_at DESC, id DESC LIMIT $1) n
  JOIN supervisors s ON s.id = n.supervisor_id WHERE n.expires_at > $2 ORDER BY n.expires_at DESC, n.id DESC LIMIT $1;

-- name: session_list_all :list supervisor_session = session_page(true)
-- Everybody's open sessions, newest first.
-- name: session_list_of :list supervisor_session = session_page(domain_id = $3)
-- Those of a tenant's people.
-- name: session_list_own :list supervisor_session = session_page(supervisor_id = $3)
-- Those of one person.

-- name: session_revoke :exec
-- One session ends.
UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL;

-- name: session_revoke_others :exec
-- Those of one person end, but for one.
UPDATE sessions SET revoked_at = $3 WHERE supervisor_id = $1 AND id <> $2 AND revoked_at IS NULL;

-- name: session_touch :exec
-- Latest uses of many sessions: [{"sessionId": 1, "usedAt": "..."}].
UPDATE sessions n SET last_seen_at = u."usedAt"
  FROM json_to_recordset($1::json) AS u("sessionId" bigint, "usedAt" timestamptz)
 WHERE n.id = ANY (ARRAY(SELECT a."sessionId" FROM json_to_recordset($1::json) AS a("sessionId" bigint)))
   AND n.id = u."sessionId" AND n.last_seen_at < u."usedAt";

-- name: session_maintain :exec
-- Sessions that have ended for a month go.
DELETE FROM sessions WHERE expires_at < $1;

-- name: login_attempt :find login_attempt_row
-- One more attempt with an email; counted anew after a while.
INSERT INTO login_attempts AS l (subject, attempts, started_at) VALUES ($1, 1, $2)
    ON CONFLICT (subject) DO UPDATE SET attempts = CASE WHEN l.started_at < $3 THEN 1 ELSE l.attempts + 1 END,
       started_at = CASE WHEN l.started_at < $3 THEN $2 ELSE l.started_at END
RETURNING attempts;

-- name: login_succeeded :exec
-- Whoever is in may err again.
DELETE FROM login_attempts WHERE subject = $1;

-- name: login_maintain :exec
-- Counts that say nothing any more go.
DELETE FROM login_attempts WHERE started_at < $1;

-- ---- OAuth clients and their codes: system work, before a tenant is known

-- name: oauth_client_add :exec
-- A client has registered.
INSERT INTO oauth_clients (id, name, redirect_uris, created_at, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: oauth_client_put :exec
-- A client that a document describes, as somebody has let it in.
INSERT INTO oauth_clients AS c (id, name, redirect_uris, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris, expires_at = greatest(c.expires_at, excluded.expires_at);

-- name: oauth_client_get :find oauth_client_row
-- A client that is still known.
SELECT id, name, redirect_uris, expires_at FROM oauth_clients WHERE id = $1 AND expires_at > $2;

-- name: oauth_client_count :find identity_count_row
-- Clients, counted up to $1.
SELECT count(*) AS total FROM (SELECT FROM oauth_clients LIMIT $1) c;

-- name: oauth_client_keep :exec
-- Somebody has let it in: it stays known.
UPDATE oauth_clients SET expires_at = $2 WHERE id = $1 AND expires_at < $2;

-- name: oauth_client_maintain :exec
-- Clients that nobody has let in for long go.
DELETE FROM oauth_clients WHERE id = ANY (ARRAY(SELECT c.id FROM oauth_clients c WHERE c.expires_at < $1 ORDER BY c.expires_at LIMIT 1000));

-- name: oauth_code_add :exec
-- A person has let a client in.
INSERT INTO oauth_codes (code_hash, client_id, domain_id, supervisor_id, redirect_uri, challenge, resource, scopes, writes_per_minute, publishes_per_day, sats_per_day, ends_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: oauth_code_lock :find oauth_code_row
-- A code, used or not, whose person is still there and keeps the role until the key is made.
SELECT o.client_id, c.name AS client_name, o.domain_id, o.supervisor_id, o.redirect_uri, o.challenge, o.resource, o.scopes, o.writes_per_minute, o.publishes_per_day,
       o.sats_per_day, o.ends_at, o.expires_at, o.used_at, o.key_id, s.email, s.role, s.user_id
  FROM oauth_codes o JOIN oauth_clients c ON c.id = o.client_id JOIN supervisors s ON s.id = o.supervisor_id
 WHERE o.code_hash = $1 FOR UPDATE OF o FOR SHARE OF s;

-- name: oauth_code_use :exec
-- A code works once.
UPDATE oauth_codes SET used_at = $2, key_id = $3 WHERE code_hash = $1 AND used_at IS NULL;

-- name: oauth_code_maintain :exec
-- Codes that end nothing any more go.
DELETE FROM oauth_codes WHERE code_hash = ANY (ARRAY(SELECT o.code_hash FROM oauth_codes o WHERE o.expires_at < $1 ORDER BY o.expires_at LIMIT 1000));

-- ---- second factors

-- name: factor_set :exec
-- A secret that waits for its first code, or none.
UPDATE supervisors SET totp_secret = $2, totp_confirmed_at = NULL, totp_last_step = 0 WHERE id = $1;

-- name: factor_confirm :exec
-- It is asked for from now on.
UPDATE supervisors SET totp_confirmed_at = $2 WHERE id = $1;

-- name: factor_used :exec
-- No code of this step or of one before it works again.
UPDATE supervisors SET totp_last_step = $2 WHERE id = $1;

-- name: recovery_add :exec
-- A code for who has lost the app.
INSERT INTO recovery_codes (supervisor_id, code_hash) VALUES ($1, $2);

-- name: recovery_clear :exec
-- The earlier ones stop working.
DELETE FROM recovery_codes WHERE supervisor_id = $1;

-- name: recovery_use :exec
-- Each works once.
UPDATE recovery_codes SET used_at = $3 WHERE supervisor_id = $1 AND code_hash = $2 AND used_at IS NULL;

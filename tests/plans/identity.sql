INSERT INTO domains (id, hostname, name) SELECT t, format('t%s.example.com', t), format('Tenant %s', t) FROM generate_series(1, 1000) t;
INSERT INTO users (id, domain_id, email) SELECT t * 2 + k, t, format('u%s@t%s.example.com', k, t) FROM generate_series(1, 1000) t, generate_series(0, 1) k;
INSERT INTO api_keys (id, domain_id, name, key_prefix, key_hash, scopes, created_at, revoked_at)
SELECT i, plans.tenant(i), 'a key', 'writer_' || i, md5(i::text) || md5(i::text || 'b'), '{content:read,content:write}',
       now() - i * interval '1 minute', CASE WHEN i % 4 = 0 THEN now() END
  FROM generate_series(1, :rows / 20) i;
UPDATE api_keys k SET parent_id = p.id, root_id = p.id, ancestors = ARRAY[p.id], expires_at = now() - (k.id % 100) * interval '1 day'
  FROM (SELECT domain_id, min(id) AS id FROM api_keys GROUP BY domain_id) p WHERE p.domain_id = k.domain_id AND k.id <> p.id AND k.id % 3 = 0;
INSERT INTO policy_decision_logs (domain_id, principal_id, operation, resource_type, resource_id, environment, outcome, code,
       policy_version, evaluation_duration_ms, request_id, created_at)
SELECT plans.tenant(i), 'api_key:' || i % 50, CASE i % 3 WHEN 0 THEN 'content.read' ELSE 'content.write' END, 'content_item', i::text, 'production',
       CASE i % 20 WHEN 0 THEN 'deny' ELSE 'allow' END, 'ALLOWED', '1.0.0', 1, md5(i::text), now() - (:rows / 10 - i) * interval '1 second'
  FROM generate_series(1, :rows / 10) i;
INSERT INTO supervisors (id, domain_id, email, role, password_hash)
SELECT i, CASE WHEN i > 3 THEN plans.tenant(i) END, format('p%s@example.com', i), CASE WHEN i > 3 THEN 'editor' ELSE 'platform' END, 'x' FROM generate_series(1, :rows / 20) i;
INSERT INTO supervisor_invites (id, domain_id, email, role, token_hash, supervisor_id, expires_at, created_at, accepted_at)
SELECT i, plans.tenant(i), format('i%s@example.com', i), 'editor', md5(i::text), CASE WHEN i % 3 = 0 THEN i END, now(), now() - i * interval '1 minute', CASE WHEN i % 2 = 0 THEN now() END
  FROM generate_series(1, :rows / 20) i;
INSERT INTO sessions (id, domain_id, supervisor_id, token_hash, created_at, last_seen_at, expires_at, revoked_at) OVERRIDING SYSTEM VALUE
SELECT i, s.domain_id, s.id, md5(i::text), now(), now(), now() + interval '1 hour', CASE WHEN i % 4 = 0 THEN now() END
  FROM generate_series(1, :rows / 10) i JOIN supervisors s ON s.id = 1 + i % (:rows / 20);
UPDATE supervisors SET totp_secret = 'sealed' WHERE id % 2 = 1;
UPDATE supervisors SET oidc_subject = 'https://issuer.example.com ' || id WHERE id % 3 = 1;
INSERT INTO oauth_clients (id, name, redirect_uris, created_at, expires_at) SELECT 'wcoc_' || i, 'c', '{https://x.example.com/}', now(), now() + i * interval '1 minute' FROM generate_series(1, :rows / 100) i;
INSERT INTO oauth_codes (code_hash, client_id, domain_id, supervisor_id, redirect_uri, challenge, resource, scopes, ends_at, expires_at)
SELECT md5(i::text), 'wcoc_' || 1 + i % (:rows / 100), plans.tenant(i), i, 'https://x.example.com/', 'c', 'r', '{content:read}', now(), now() + i * interval '1 minute' FROM generate_series(1, :rows / 100) i;
INSERT INTO recovery_codes (supervisor_id, code_hash) SELECT i / 10, md5(i::text) FROM generate_series(10, :rows / 20) i;
UPDATE api_keys SET granted_by = 5 + id % 100, refresh_family = md5(id::text), refresh_hash = md5(id::text), client_id = 'wcoc_1', client_name = 'c', ends_at = now() WHERE id % 10 = 3 AND parent_id IS NULL;
INSERT INTO login_attempts (subject, attempts, started_at) SELECT md5(i::text), 1, now() - i * interval '1 second' FROM generate_series(1, :rows / 100) i;
SELECT setval('supervisors_id_seq', :rows), setval('supervisor_invites_id_seq', :rows), setval('sessions_id_seq', :rows);
SELECT setval('domains_id_seq', 1000), setval('users_id_seq', 2002), setval('api_keys_id_seq', :rows);

-- let: key SELECT max(id) FROM api_keys WHERE domain_id = :big AND revoked_at IS NULL
-- let: key_hash SELECT quote_literal(key_hash) FROM api_keys WHERE id = :key
-- let: keys SELECT count(*) FROM api_keys WHERE domain_id = :big
-- let: own_decisions SELECT count(*) FROM policy_decision_logs WHERE domain_id = :big
-- let: uses SELECT quote_literal(json_agg(json_build_object('keyId', id, 'usedAt', now()))) FROM (SELECT id FROM api_keys ORDER BY key_hash LIMIT 50) k
-- let: decisions SELECT quote_literal(json_agg(json_build_object('domainId', t, 'principalId', 'api_key:1', 'operation', 'content.read', 'resourceType', 'x', 'environment', 'production', 'outcome', 'allow', 'code', 'A', 'evaluationDurationMs', 1, 'createdAt', now()))) FROM generate_series(1, 50) t

-- plan: domain_count system max=100, a thousand tenants are counted
-- plan: domain_list system
(NULL, 50, 0)
-- plan: domain_list tenant
(:big, 50, 0)
-- plan: domain_get tenant
(:big)
-- plan: domain_first system
-- plan: domain_add system
('New', 'new.example.com', now())
-- plan: user_add acting
(:big, 'new@example.com', now())
-- plan: key_add acting
(:big, 'a key', 'writer_x', repeat('0', 64), '{admin}', false, NULL, now(), NULL, 100, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
-- plan: key_add tenant
(:big, 'a key', 'writer_x', repeat('0', 64), '{admin}', false, NULL, now(), NULL, 100, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
-- plan: key_list tenant
(50, 0)
-- plan: key_count tenant max=30+2*:keys, every key of the tenant is counted
-- plan: key_lock tenant
(:key)
-- let: root SELECT min(id) FROM api_keys WHERE domain_id = :big
-- let: family SELECT count(*) FROM api_keys WHERE domain_id = :big AND root_id IS NOT NULL
-- let: relatives SELECT quote_literal(array_agg(id)) FROM (SELECT id FROM api_keys ORDER BY key_hash LIMIT 3) k
-- plan: key_works system
(:key, :big, now())
-- plan: key_get tenant
(:key)
-- plan: key_other_administrators tenant max=80, locks the row that it finds
(:key, now())
-- plan: key_family_count tenant max=30+2*:family, a family of up to a thousand keys is counted
(:root, now(), 1000)
-- plan: key_family_revoke tenant max=60+90*:family, a family of up to a thousand keys
(:root, :root, now())
-- plan: key_family_list tenant max=30+2*:family, a family of up to a thousand keys
(:root, :root, now(), 0, 51)
-- plan: key_ancestors system
(:relatives)
-- plan: key_maintain system
(now() - interval '90 days')
-- plan: key_by_hash system
(:key_hash)
-- plan: key_revoke tenant
(:key, now())
-- plan: key_touch system
(:uses)
-- plan: decision_add system
(:decisions, '1.0.0')
-- plan: decision_list tenant
(NULL, NULL, NULL, NULL, NULL, 51)
-- plan: decision_list tenant
(NULL, NULL, NULL, now() - interval '1 hour', 2147483647, 51)
-- plan: decision_list tenant max=:own_decisions, a filter by principal reads the tenant's decisions from the newest on
(NULL, NULL, 'api_key:7', NULL, NULL, 51)
-- plan: decision_list tenant
('deny', NULL, NULL, NULL, NULL, 51)
-- plan: decision_maintain system max=20000, looks for partitions in the catalogue
(90)

-- let: person SELECT max(id) FROM supervisors WHERE domain_id = :big
-- let: invite SELECT max(id) FROM supervisor_invites WHERE accepted_at IS NULL
-- let: session SELECT max(id) FROM sessions WHERE revoked_at IS NULL
-- let: seen SELECT quote_literal(json_agg(json_build_object('sessionId', id, 'usedAt', now() + interval '1 hour'))) FROM (SELECT id FROM sessions ORDER BY token_hash LIMIT 50) s

-- plan: supervisor_get system
(:person)
-- plan: supervisor_lock system
(:person)
-- plan: supervisor_by_email system
('p77@example.com')
-- plan: supervisor_by_subject system
('https://issuer.example.com 7')
-- plan: supervisor_bind system
(:person, 'https://issuer.example.com new')
-- plan: supervisor_list_all system max=20000, only a platform administrator's: may sort everybody
(0, 51)
-- plan: supervisor_list_of system
(0, 51, :big)
-- plan: supervisor_first system
-- plan: supervisor_platform_lock system
-- plan: supervisor_user system
(:big, 'new@example.com', now())
-- plan: supervisor_add system
(:big, NULL, 'new@example.com', 'editor', 'x', now())
-- plan: supervisor_set_role system
(:person, 'reviewer', now())
-- plan: supervisor_set_password system
(:person, 'y', now())
-- plan: supervisor_signed_in system
(:person, now())
-- plan: supervisor_delete system
(:person)
-- plan: invite_add system
(:big, 'new@example.com', 'editor', 'h', NULL, NULL, now(), now())
-- plan: invite_drop_first system
-- plan: invite_drop_reset system
(33)
-- plan: invite_list_all system
(50)
-- plan: invite_list_of system
(50, :big)
-- plan: invite_get system
(:invite)
-- plan: invite_by_hash system
(md5('77'))
-- plan: invite_accept system
(:invite, now())
-- plan: invite_delete system
(:invite)
-- plan: session_add system
(:big, :person, 'h', NULL, now(), now())
-- plan: session_by_hash system
(md5('77'))
-- plan: session_get system
(:session)
-- plan: session_list_all system max=20000, only a platform administrator's: may sort everybody's open sessions
(50, now())
-- plan: session_list_of system max=600, may sort the open sessions of a tenant when they are few
(50, now(), :big)
-- plan: session_list_own system
(50, now(), :person)
-- plan: session_revoke system
(:session, now())
-- plan: session_revoke_others system
(:person, 0, now())
-- plan: session_touch system
(:seen)
-- plan: session_maintain system
(now())
-- plan: login_attempt system
(md5('7'), now(), now() - interval '15 minutes')
-- plan: login_succeeded system
(md5('7'))
-- plan: login_maintain system
(now() - interval '1 day')

-- let: code SELECT quote_literal(max(code_hash)) FROM oauth_codes
-- let: granter SELECT min(granted_by) FROM api_keys WHERE granted_by IS NOT NULL
-- plan: key_by_refresh system
(md5('3'))
-- plan: key_renew system
(:key, md5('new') || md5('key'), 'wcak_x', now(), md5('x'))
-- plan: key_granted_list system max=900, locks the rows that it finds
(:granter)
-- plan: oauth_client_add system
('wcoc_new', 'a client', '{https://x.example.com/}', now(), now())
-- plan: oauth_client_put system
('wcoc_7', 'a client', '{https://x.example.com/}', now(), now())
-- plan: oauth_client_get system
('wcoc_7', now())
-- plan: oauth_client_count system max=500, up to ten thousand clients are counted
(10000)
-- plan: oauth_client_keep system
('wcoc_7', now() + interval '30 days')
-- plan: oauth_client_maintain system
(now())
-- plan: oauth_code_add system
('new', 'wcoc_7', :big, :person, 'https://x.example.com/', 'c', 'r', '{content:read}', NULL, NULL, NULL, now(), now())
-- plan: oauth_code_lock system
(:code)
-- plan: oauth_code_use system
(:code, now(), :key)
-- plan: oauth_code_maintain system
(now())
-- plan: factor_set system
(:person, 'sealed')
-- let: enrolled SELECT max(id) FROM supervisors WHERE totp_secret IS NOT NULL
-- plan: factor_confirm system
(:enrolled, now())
-- plan: factor_used system
(:person, 7)
-- plan: recovery_add system
(:person, 'new')
-- plan: recovery_clear system
(:person)
-- plan: recovery_use system
(:person, md5('7'), now())

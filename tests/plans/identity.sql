INSERT INTO domains (id, hostname, name) SELECT t, format('t%s.example.com', t), format('Tenant %s', t) FROM generate_series(1, 1000) t;
INSERT INTO users (id, domain_id, email) SELECT t * 2 + k, t, format('u%s@t%s.example.com', k, t) FROM generate_series(1, 1000) t, generate_series(0, 1) k;
INSERT INTO api_keys (id, domain_id, name, key_prefix, key_hash, scopes, created_at, revoked_at)
SELECT i, plans.tenant(i), 'a key', 'writer_' || i, md5(i::text) || md5(i::text || 'b'), '{content:read,content:write}',
       now() - i * interval '1 minute', CASE WHEN i % 4 = 0 THEN now() END
  FROM generate_series(1, :rows / 20) i;
INSERT INTO policy_decision_logs (domain_id, principal_id, operation, resource_type, resource_id, environment, outcome, code,
       policy_version, evaluation_duration_ms, request_id, created_at)
SELECT plans.tenant(i), 'api_key:' || i % 50, CASE i % 3 WHEN 0 THEN 'content.read' ELSE 'content.write' END, 'content_item', i::text, 'production',
       CASE i % 20 WHEN 0 THEN 'deny' ELSE 'allow' END, 'ALLOWED', '1.0.0', 1, md5(i::text), now() - (:rows / 10 - i) * interval '1 second'
  FROM generate_series(1, :rows / 10) i;
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
(:big, 'a key', 'writer_x', repeat('0', 64), '{admin}', false, NULL, now(), NULL)
-- plan: key_add tenant
(:big, 'a key', 'writer_x', repeat('0', 64), '{admin}', false, NULL, now(), NULL)
-- plan: key_list tenant
(50, 0)
-- plan: key_count tenant max=30+2*:keys, every key of the tenant is counted
-- plan: key_lock tenant
(:key)
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

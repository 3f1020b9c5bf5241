INSERT INTO audit_logs (domain_id, number, event_id, publisher, action, entity_type, entity_id, entity_version, user_id, actor_id, actor_type,
       actor_source, details, request_id, created_at, canonical, previous_hash, hash)
SELECT e.t, e.n, md5(e.i::text)::uuid, 'content', CASE e.i % 3 WHEN 0 THEN 'create' ELSE 'update' END, 'content_item', 1 + e.n % 100, 1, 1,
       'api_key:' || e.i % 7, 'api_key', 'db', '{"status":"draft"}', md5(e.i::text), now() - (:rows * 3 / 10 - e.i) * interval '1 second',
       repeat('x', 300), lpad(to_hex(e.n - 1), 64, '0'), lpad(to_hex(e.n), 64, '0')
  FROM (SELECT i, plans.tenant(i) AS t, row_number() OVER (PARTITION BY plans.tenant(i) ORDER BY i) AS n FROM generate_series(1, :rows * 3 / 10) i) e
 ORDER BY e.i;
INSERT INTO audit_chain_heads (domain_id, number, hash) SELECT domain_id, max(number), lpad(to_hex(max(number)), 64, '0') FROM audit_logs GROUP BY 1;
INSERT INTO audit_checkpoints (domain_id, number, hash, signed_text, signature, public_key, created_at)
SELECT domain_id, number, hash, 'text', 'signature', 'key', created_at FROM audit_logs WHERE number % 20 = 0 OR number = 1;

-- let: own SELECT number FROM audit_chain_heads WHERE domain_id = :big
-- let: request SELECT quote_literal(request_id) FROM audit_logs WHERE domain_id = :big AND number = :own / 2
-- let: tenants SELECT quote_literal(array_agg(t)) FROM generate_series(1, 1000, 20) t
-- let: positions SELECT quote_literal(json_agg(json_build_object('domainId', domain_id, 'after', number - 2))) FROM audit_chain_heads WHERE domain_id % 20 = 1
-- let: heads SELECT quote_literal(json_agg(json_build_object('domainId', domain_id, 'number', number, 'hash', hash))) FROM audit_chain_heads WHERE domain_id % 20 = 1
-- let: entries SELECT quote_literal(json_agg(json_build_object('canonical', json_build_object('domainId', t, 'number', 1000000 + t, 'eventId', gen_random_uuid(), 'publisher', 'content', 'action', 'update', 'entityType', 'content_item', 'entityId', 1, 'createdAtUs', 1)::text, 'previousHash', 'p', 'hash', 'h'))) FROM generate_series(1, 50) t
-- let: checkpoints SELECT quote_literal(json_agg(json_build_object('domainId', t, 'number', 1000000, 'hash', 'h', 'signedText', 's', 'signature', 's', 'publicKey', 'k', 'createdAt', now()))) FROM generate_series(1, 50) t

-- plan: head_make system
(:tenants)
-- plan: head_lock system
(:tenants)
-- plan: head_move system
(:heads)
-- plan: entry_add system
(:entries)
-- plan: entry_list tenant
(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 51)
-- plan: entry_list tenant
(NULL, NULL, 'update', NULL, NULL, NULL, now() - interval '1 hour', 2147483647, 51)
-- plan: entry_list_entity tenant
('content_item', 7, NULL, NULL, NULL, NULL, NULL, NULL, 51)
-- plan: entry_list_actor tenant
(NULL, NULL, NULL, 'api_key:3', NULL, NULL, NULL, NULL, 51)
-- plan: entry_list_request tenant
(NULL, NULL, NULL, NULL, NULL, :request, NULL, NULL, 51)
-- plan: entry_list_change_set tenant
(NULL, NULL, NULL, NULL, NULL, 'set-7', NULL, NULL, 51)
-- plan: entry_count_change_set tenant
(NULL, NULL, NULL, NULL, NULL, 'set-7', 10000)
-- plan: entry_count_all tenant
(:big)
-- plan: entry_count tenant max=30+2*:own, counts up to 10000 entries of the tenant
(NULL, NULL, 'update', NULL, NULL, NULL, 10000)
-- plan: entry_count_entity tenant max=30+:own/50, counts up to 10000 entries of the entity
('content_item', 7, NULL, NULL, NULL, NULL, 10000)
-- plan: entry_count_actor tenant max=30+:own/3, counts up to 10000 entries of the actor
(NULL, NULL, NULL, 'api_key:3', NULL, NULL, 10000)
-- plan: entry_count_request tenant
(NULL, NULL, NULL, NULL, NULL, :request, 10000)
-- plan: chain_page tenant
(:own / 2, 100, 786432)
-- plan: head_get tenant
(:big)
-- plan: has_sold tenant

-- plan: feed_page system
(:positions, 20)
-- plan: feed_heads system
(:tenants)
-- plan: chain_next system
(0)
-- plan: head_unsigned system
-- plan: checkpoint_add system
(:checkpoints)
-- plan: checkpoint_list tenant
(NULL, 51)
-- plan: checkpoint_list tenant
(:own / 2, 51)
-- plan: checkpoint_range tenant
(:own / 2, 100)

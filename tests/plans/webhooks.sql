SELECT webhooks_maintain('30 days');
INSERT INTO webhooks (id, domain_id, url, events, secret, signing_seed, public_key, active) OVERRIDING SYSTEM VALUE
SELECT i, plans.tenant(i), 'https://hooks.example.com/' || i, 'content_item.*', 'sealed', 'sealed', 'whpk_x', i % 10 > 0 FROM generate_series(1, :rows / 200) i;
INSERT INTO webhook_deliveries (domain_id, webhook_id, event_id, event_type, entity_type, entity_id, entity_version, sequence, event, status, created_at)
SELECT w.domain_id, w.id, md5(i::text)::uuid, 'content_item.update', 'content_item', i / 5 % 1000, i % 5 + 1, i / (:rows / 200) + 1, '{"type":"content_item.update"}',
       CASE WHEN i % 20 = 0 THEN 'failed' WHEN i % 20 = 1 THEN 'pending' ELSE 'delivered' END, now() - (:rows / 10 - i) * interval '1 second'
  FROM generate_series(1, :rows / 10) i JOIN webhooks w ON w.id = i % (:rows / 200) + 1;
INSERT INTO webhook_attempts (domain_id, delivery_id, attempt, response_status, duration_ms, started_at)
SELECT domain_id, id, 1, 200, 12, created_at FROM webhook_deliveries;
INSERT INTO webhook_calls (domain_id, job_id, url, method, body, source, timeout_ms)
SELECT plans.tenant(i), i, 'https://hooks.example.com/', 'POST', '{}', 'job', 5000 FROM generate_series(1, :rows / 100) i;
SELECT setval('webhooks_id_seq', :rows);

-- let: hook SELECT max(id) FROM webhooks WHERE domain_id = :big AND active
-- let: delivery SELECT max(id) FROM webhook_deliveries WHERE domain_id = :big
-- let: deliveries SELECT quote_literal(array_agg(id)) FROM (SELECT id FROM webhook_deliveries WHERE domain_id = :big ORDER BY id LIMIT 20) d
-- let: keys SELECT quote_literal(array_agg(id::text)) FROM (SELECT id FROM webhook_deliveries WHERE domain_id = :big ORDER BY id LIMIT 20) d
-- let: call SELECT max(job_id) FROM webhook_calls WHERE domain_id = :big
-- let: own_hooks SELECT count(*) FROM webhooks WHERE domain_id = :big
-- let: drafts SELECT quote_literal(json_agg(json_build_object('domainId', domain_id, 'webhookId', id, 'eventId', md5(id::text)::uuid, 'eventType', 'content_item.update', 'entityType', 'content_item', 'entityId', 5, 'sequence', 999999, 'event', json_build_object()))) FROM (SELECT id, domain_id FROM webhooks WHERE domain_id = :big ORDER BY id LIMIT 20) w
-- let: wanted SELECT quote_literal(json_agg(json_build_object('id', id, 'n', 2))) FROM (SELECT id FROM webhooks ORDER BY id LIMIT 20) w

-- plan: webhook_get tenant
(:hook)
-- plan: webhook_lock tenant
(:hook)
-- plan: webhook_list tenant
(0, 51)
-- plan: webhook_add tenant
(:big, 'https://hooks.example.com/', '*', 's', 's', 'p', true, 'full', NULL, 2, 5000, now())
-- plan: webhook_update tenant
(:hook, 'https://hooks.example.com/', '*', 's', NULL, NULL, true, 'full', NULL, 2, 5000, NULL, NULL, now())
-- plan: webhook_delete tenant
(:hook)
-- plan: webhook_number tenant
(:hook)
-- plan: webhook_failing tenant
(:hook)
-- plan: webhook_working tenant
(:hook)
-- plan: webhook_disable tenant
(:hook, 'gone')
-- plan: active_of_tenants system
(ARRAY[:big, 5, 9])
-- plan: webhooks_number system
(:wanted)
-- plan: deliveries_add system
(:drafts)
-- plan: deliveries_add tenant
(:drafts)
-- plan: deliveries_claimed system
(:deliveries)
-- plan: calls_claimed system
(ARRAY[:big], ARRAY[:call])
-- plan: delivery_get tenant
(:delivery)
-- plan: delivery_list tenant
(:hook, 0, 51)
-- plan: delivery_list_of_status tenant
(:hook, 0, 51, 'failed')
-- plan: delivery_list_since tenant
(:hook, now() - interval '1 hour', 51)
-- plan: delivery_event tenant
(:delivery)
-- plan: delivery_settle tenant
(ARRAY[:delivery], ARRAY['delivered'], ARRAY[1], ARRAY[NULL]::timestamptz[], ARRAY[200], ARRAY[NULL]::text[], ARRAY[now()])
-- plan: delivery_requeue tenant
(:deliveries)
-- plan: attempt_add tenant
(ARRAY[:big], ARRAY[:delivery], ARRAY[2], ARRAY[200], ARRAY['ok'], ARRAY[NULL]::text[], ARRAY[12], ARRAY[now()])
-- plan: attempt_list tenant
(:delivery)
-- plan: processes_clear tenant
(:big, :keys)
-- plan: call_add tenant
(:big, 1, NULL, 'https://hooks.example.com/', 'POST', '{}', '{}', 'job', 5000)
-- plan: call_get tenant
(:call)
-- plan: call_settle tenant
(:call, 'delivered', 200, NULL)
-- plan: call_reset tenant
(:call)
-- plan: webhooks_maintain system max=20000, looks at the partitions and drops a bounded number of rows
(30)

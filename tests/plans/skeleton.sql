-- Events of 400 transactions in one day, and a consumer near their end.
INSERT INTO outbox (event_id, xid, epoch, type, domain_id, entity_type, entity_id, entity_version, occurred_at, payload)
SELECT md5(i::text)::uuid, (10 + i * 400 / (:rows / 10))::text::xid8, 1, 'content_item.update', plans.tenant(i), 'content_item', i, 1, now(), '{"status":"draft"}'
  FROM generate_series(1, :rows / 10) i;
INSERT INTO outbox_consumers (consumer, epoch, seq, snapshot) VALUES ('audit', 1, 1, '1:1:');
INSERT INTO inbox (publisher) SELECT unnest('{identity,content,workflow}'::text[]);
INSERT INTO idempotency_keys (domain_id, principal_id, operation, key, request_hash, response, created_at)
SELECT plans.tenant(i), 'api_key:1', 'content.items.create', 'key-' || i, '\x00', '\x00', now() - (:rows / 10 - i) * interval '1 second'
  FROM generate_series(1, :rows / 10) i;
-- Half of the processes are due, some run, some wait behind others, some are set aside.
INSERT INTO process_lanes (domain_id, lane, running_max) SELECT t, 'deliveries', 4 FROM generate_series(1, 1000) t;
INSERT INTO processes (domain_id, kind, key, lane, ordering, state, step, next_at, lease_until, fence, payload)
SELECT plans.tenant(i), 'delivery', 'p-' || i, 'deliveries', CASE WHEN i % 10 < 2 THEN 'o-' || i / 10 END,
       CASE WHEN i % 10 = 1 THEN 'waiting' WHEN i % 50 = 3 THEN 'set_aside' ELSE 'ready' END, 'send',
       now() + (i % 1000 - 500) * interval '1 second', CASE WHEN i % 500 = 5 THEN now() + interval '5 seconds' END, 1, '{"a":1}'
  FROM generate_series(1, :rows / 20) i;
INSERT INTO inbox_set_aside (publisher, domain_id, event_id, event, reason)
SELECT 'identity', plans.tenant(i), md5(i::text)::uuid, '{"a":1}', 'a reason' FROM generate_series(1, :rows / 200) i;
INSERT INTO charges (reservation_id, domain_id, is_done, created_at) SELECT i, plans.tenant(i), true, now() - (:rows / 20 - i) * interval '1 second' FROM generate_series(1, :rows / 20) i;
INSERT INTO key_usage (domain_id, key_id, budget, period, used) SELECT t, k, 'writesPerMinute', now(), 1 FROM generate_series(1, 1000) t, generate_series(1, 20) k;

-- let: process SELECT quote_literal(max(key)) FROM processes WHERE domain_id = :big AND state = 'ready' AND lease_until IS NULL
-- let: process_id SELECT id FROM processes WHERE key = :process
-- let: leased SELECT quote_literal(array_agg(id)) FROM processes WHERE lease_until IS NOT NULL
-- let: fences SELECT quote_literal(array_agg(1)) FROM processes WHERE lease_until IS NOT NULL
-- let: starts SELECT quote_literal(json_agg(json_build_object('number', n, 'kind', 'delivery', 'key', 'n-' || n, 'lane', 'deliveries', 'ordering', 'o-' || n, 'step', 'send', 'priority', 0, 'atUs', 0, 'payload', json_build_object()))) FROM generate_series(1, 20) n
-- let: last SELECT max(seq) FROM outbox
-- let: key SELECT quote_literal(max(key)) FROM idempotency_keys WHERE domain_id = :big

-- plan: key_usage_use tenant
(:big, 12, 'writesPerMinute', date_trunc('minute', now()), 1, 60)
-- plan: outbox_add tenant
(ARRAY[gen_random_uuid()], '{content_item.update}', ARRAY[:big::integer], '{content_item}', '{1}', '{1}', '{a}', '{b}', '{c}', '{d}', '{e}', ARRAY[now()], ARRAY['{}']::json[])
-- plan: outbox_add system
(ARRAY[gen_random_uuid()], '{content_item.update}', ARRAY[:big::integer], '{content_item}', '{1}', '{1}', '{a}', '{b}', '{c}', '{d}', '{e}', ARRAY[now()], ARRAY['{}']::json[])
-- plan: outbox_view system
(1)
-- plan: outbox_pull system
(1, :last, '410:410:', '411', '500:500:', 200, 1048576)
-- plan: outbox_pull system
(1, :last - 500, '398:398:', '399', '500:500:', 200, 1048576)
-- plan: outbox_next_xid system
-- plan: outbox_confirm system
('audit', 1, 5, '500:500:')
-- plan: outbox_maintain system max=20000, makes partitions
(7)
-- plan: outbox_holdback system
-- plan: outbox_now system
-- plan: outbox_retire_consumer system
('audit')
-- plan: inbox_add system
('content')
-- plan: inbox_get system
('content')
-- plan: inbox_move system
('content', 1, 0, '1:1:', 1, 5, '2:2:', '3')
-- plan: idempotency_claim tenant
(:big, 'api_key:1', 'content.items.create', 'a new key', '\x00')
-- plan: idempotency_claim system
(:big, 'api_key:1', 'content.items.create', 'a new key', '\x00')
-- plan: idempotency_get tenant
(:big, 'api_key:1', 'content.items.create', :key)
-- plan: idempotency_get system
(:big, 'api_key:1', 'content.items.create', :key)
-- plan: idempotency_store tenant
(ARRAY[:big::integer], '{api_key:1}', '{content.items.create}', ARRAY[:key], ARRAY['\x01']::bytea[])
-- plan: idempotency_store system
(ARRAY[:big::integer], '{api_key:1}', '{content.items.create}', ARRAY[:key], ARRAY['\x01']::bytea[])
-- plan: idempotency_expire system
(now() - interval '24 hours', 5000)
-- plan: idempotency_expire system
(now() - :rows / 20 * interval '1 second', 500)
-- plan: inbox_blocked system max=60+:rows/20000, reads what is set aside of a publisher, which is little
('identity')
-- plan: inbox_all_blocked system max=60+:rows/20000, reads what is set aside, which is little
-- plan: inbox_set_aside_add system
('identity', :big, gen_random_uuid(), '{}', 'a reason')
-- plan: inbox_set_aside_list system
('identity', :big)
-- plan: inbox_set_aside_remove system
('identity', :big, 100)
-- plan: inbox_lock system
('identity')
-- plan: process_claim_lock system
-- plan: process_claim system max=12000+:rows/80, shares out among tenants by looking at each lane: grows with lanes and backlog
(now() - interval '1 hour', 10, 4, 6000, '{delivery}')
-- plan: process_next system
-- plan: process_view system max=1050, counts up to 1000 that are set aside
(now() - interval '1 hour')
-- plan: process_wake_forgotten system
(120)
-- plan: process_renew system
(:leased, :fences, 6000)
-- plan: process_release system
(:leased, :fences)
-- plan: process_hold tenant
(:process_id, 1)
-- plan: process_hold system
(:process_id, 1)
-- plan: process_hold_many tenant
(ARRAY[:process_id], ARRAY[1])
-- plan: process_hold_many system
(ARRAY[:process_id], ARRAY[1])
-- plan: process_done tenant
(:process_id, 1)
-- plan: process_done system
(:process_id, 1)
-- plan: process_move tenant
(:process_id, 1, 'send', 1, 'ready', 1000, NULL, NULL)
-- plan: process_move system
(:process_id, 1, 'send', 1, 'ready', 1000, NULL, NULL)
-- plan: process_wake_successor tenant
(:big, 'o-1', 1)
-- plan: process_wake_successor system
(:big, 'o-1', 1)
-- plan: process_lanes_make tenant
(:big, '{deliveries,others}', '{4,4}')
-- plan: process_lanes_make acting
(:big, '{deliveries,others}', '{4,4}')
-- plan: process_start tenant max=900, looks for a predecessor of each of the twenty
(:big, :starts, NULL, NULL, 's', 'c', NULL, 'mcp')
-- plan: process_start acting max=900, looks for a predecessor of each of the twenty
(:big, :starts, NULL, NULL, 's', 'c', NULL, 'mcp')
-- plan: process_cancel tenant
(:big, 'delivery', :process, false)
-- plan: process_there tenant
(:big, 'delivery', :process)
-- plan: process_restart tenant
(:big, 'delivery', :process)
-- plan: process_lane_set tenant
(:big, 'deliveries', 4, false, 4)
-- plan: process_unfinished tenant
(:big, 'delivery', :process)
-- plan: charge_done tenant
(100000000, :big)
-- plan: charge_read tenant
(100000000, :big)
-- plan: charge_refuse acting
(100000000, :big)
-- plan: charge_get tenant
(1)
-- plan: charge_get acting
(1)
-- plan: charge_expire system max=2000, removes a bounded number
(now() - interval '1 day', 20)

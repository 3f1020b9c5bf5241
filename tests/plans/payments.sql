INSERT INTO payments (domain_id, payment_hash, payment_request, amount_satoshis, status, purpose, method, resource_path, expires_at, settled_at, actor_id, created_at)
SELECT plans.tenant(i), 'hash-' || i, 'lnbcrt1', 21, CASE i % 10 WHEN 0 THEN 'pending' WHEN 1 THEN 'paid' WHEN 2 THEN 'consuming' WHEN 3 THEN 'expired' ELSE 'consumed' END,
       CASE WHEN i % 10 = 1 THEN 'purchase' ELSE 'call' END, 'POST', '/api/content-types/7/items', now(),
       CASE WHEN i % 10 IN (0, 3) THEN NULL ELSE now() END, 'api_key:' || i % 50, now() - (:rows / 20 - i) * interval '1 second'
  FROM generate_series(1, :rows / 20) i;
INSERT INTO payment_intents (domain_id, fingerprint, state, reference, secret, purpose, amount_satoshis, method, resource_path, actor_id, actor_type,
                             actor_source, expires_at)
SELECT plans.tenant(i), 'print-' || i, 'ready', 'ref-' || i, 'x', 'call', 21, 'POST', '/x', 'api_key:1', 'api_key', 'db', now() + i * interval '1 second'
  FROM generate_series(1, :rows / 20) i;
INSERT INTO reservations (domain_id, payment_id, service, operation, state)
SELECT domain_id, id, 'content', 'content.items.create', CASE status WHEN 'consuming' THEN 'held' ELSE 'consumed' END FROM payments WHERE status IN ('consuming', 'consumed');
INSERT INTO payment_provider_events (provider, event_id, payment_hash, status, payload)
SELECT 'mock', 'e-' || i, 'hash-' || i, 'paid', '{}' FROM generate_series(1, :rows / 50) i;
INSERT INTO mock_invoices (payment_hash, domain_id, preimage) SELECT payment_hash, domain_id, 'x' FROM payments;
INSERT INTO root_keys (id, sealed) VALUES (1, 'x'), (2, 'y');
INSERT INTO offers (domain_id, slug, name, scope_type, scope_ref, price_sats)
SELECT plans.tenant(i), 'offer-' || i, 'An offer', (ARRAY['item', 'type', 'item', 'subscription'])[1 + i % 4], CASE WHEN i % 4 = 3 THEN NULL ELSE 1 + i % 100 END, 500
  FROM generate_series(1, :rows / 100) i;
INSERT INTO license_policies (domain_id, offer_id, version, max_reads) SELECT domain_id, id, 1, 100 FROM offers;
INSERT INTO agent_profiles (domain_id, api_key_id) SELECT plans.tenant(i), i FROM generate_series(1, :rows / 100) i;
INSERT INTO entitlements (domain_id, offer_id, policy_id, policy_version, agent_profile_id, payment_hash, status, remaining_reads, expires_at)
SELECT p.domain_id, l.offer_id, l.id, 1, a.id, 'bought-' || i, CASE WHEN i % 3 = 0 THEN 'active' ELSE 'exhausted' END, i % 3, now() + (i - 1000) * interval '1 second'
  FROM generate_series(1, :rows / 50) i
  CROSS JOIN LATERAL (SELECT plans.tenant(i) AS domain_id) p
  CROSS JOIN LATERAL (SELECT id, offer_id FROM license_policies WHERE domain_id = p.domain_id LIMIT 1) l
  CROSS JOIN LATERAL (SELECT id FROM agent_profiles WHERE domain_id = p.domain_id ORDER BY id DESC LIMIT 1 OFFSET i % 5) a;
INSERT INTO access_events (domain_id, entitlement_id, resource_path, action, granted, created_at)
SELECT domain_id, id, '/x', 'GET', true, now() - id * interval '1 minute' FROM entitlements;

-- let: payment SELECT max(id) FROM payments WHERE domain_id = :big AND status = 'pending'
-- let: hash SELECT quote_literal(max(payment_hash)) FROM payments WHERE domain_id = :big
-- let: intent SELECT max(id) FROM payment_intents WHERE domain_id = :big
-- let: print SELECT quote_literal(max(fingerprint)) FROM payment_intents WHERE domain_id = :big
-- let: held SELECT max(id) FROM reservations WHERE domain_id = :big AND state = 'held'
-- let: offer SELECT max(id) FROM offers WHERE domain_id = :big
-- let: license SELECT max(id) FROM license_policies WHERE domain_id = :big
-- let: key SELECT max(api_key_id) FROM agent_profiles WHERE domain_id = :big
-- let: profile SELECT agent_profile_id FROM entitlements WHERE domain_id = :big LIMIT 1
-- let: entitlement SELECT max(id) FROM entitlements WHERE domain_id = :big AND status = 'active'
-- let: bought SELECT quote_literal(max(payment_hash)) FROM entitlements WHERE domain_id = :big
-- let: own SELECT count(*) FROM payments WHERE domain_id = :big
-- let: bought_n SELECT count(*) FROM entitlements WHERE domain_id = :big
-- let: total SELECT count(*) FROM payments

-- plan: payment_list tenant
('infinity', 0, NULL, 51)
-- plan: payment_list_of_status tenant
('infinity', 0, 'pending', 51)
-- plan: payment_get tenant
(:payment)
-- plan: payment_get acting
(:payment)
-- plan: payment_lock tenant
(:hash)
-- plan: payment_lock system
(:hash)
-- plan: payment_add tenant
(:big, 'a new hash', 'mock', NULL, 'lnbcrt1', 21, 'call', 'POST', '/x', now(), 'a', 'b', 'c', '{}', now())
-- plan: payment_step tenant
(:payment, 'pending', 'paid', now(), NULL, NULL, now())
-- plan: payment_step acting
(:payment, 'pending', 'paid', now(), NULL, NULL, now())
-- plan: payment_totals tenant max=60+2*:own, counts the payments of a period
(now() - interval '1 day')
-- plan: intent_claim tenant
(:big, :print, 'r', 's', 'call', 21, 'POST', '/x', 'a', 'b', 'c', now(), now())
-- plan: spender_lock tenant
(:big, 'api_key:12')
-- plan: spent_today tenant max=30+:own, sums up what one actor was asked for in a day
('api_key:12', now() - interval '1 day', now(), 'r')
-- plan: intent_renew tenant
(:intent, 'r', 's', now())
-- plan: intent_settle tenant
(:intent, 1, 'ready', :payment, NULL)
-- plan: intents_expire system max=2000, removes a bounded number
(now() + interval '50 seconds', 20)
-- plan: reservation_add tenant
(:big, :payment, 'content', 'content.items.create', 'r', now())
-- plan: reservation_lock tenant
(:held)
-- plan: reservation_end tenant
(:held, 'consumed', now())
-- plan: mock_invoice_add tenant
('a new hash', :big, 'x', now())
-- plan: mock_invoice_pay tenant
(:hash, now())
-- plan: mock_invoice_get tenant
(:hash)
-- plan: provider_event_add system
('mock', 'new', 'hash', 'paid', 's', '{}', now())
-- plan: root_key_newest tenant
-- plan: root_key_get tenant
(1)
-- plan: root_key_add tenant
(3, 'z')
-- plan: offer_add tenant
(:big, 'new', 'An offer', 'item', 1, 500, true, now())
-- plan: offer_get tenant
(:offer)
-- plan: offer_list tenant
(0, 51)
-- plan: offer_list_of_scope tenant max=60+2*:own, in order of what is covered
('item', NULL, 0, 51)
-- plan: offer_list_of_scope tenant
('item', 3, 0, 51)
-- plan: offer_list_for_item tenant
(3, 4)
-- plan: offer_update tenant
(:offer, 'x', NULL, NULL, now())
-- plan: offer_delete tenant
(:offer)
-- plan: license_add tenant
(:big, :offer, NULL, NULL, '[]', false, NULL, now())
-- plan: license_list tenant
(:offer)
-- plan: license_sold tenant
(:offer)
-- plan: license_get tenant
(:license)
-- plan: license_update tenant
(:license, 5, NULL, NULL, NULL, NULL)
-- plan: license_delete tenant
(:license)
-- plan: profile_claim tenant
(:big, :key)
-- plan: profile_get tenant
(:key)
-- plan: profile_move acting
(:key, 999999)
-- plan: entitlement_add tenant
(:big, :offer, :license, 1, :profile, 'new', NULL, 5, now())
-- plan: entitlement_of_payment tenant
(:bought)
-- plan: entitlement_of_payment acting
(:bought)
-- plan: entitlement_get tenant
(:entitlement)
-- plan: entitlement_list tenant
(:profile, 2147483647, 51)
-- plan: entitlement_step acting
(:entitlement, 'active', 'expired', now())
-- plan: entitlement_eligible tenant max=60+2*:bought_n, one profile's entitlements
(:profile, 1, 2)
-- plan: entitlement_use tenant
(:entitlement, now(), '/x', 'GET')
-- plan: access_refused tenant
(:big, :entitlement, '/x', 'GET', 'r', now())
-- plan: entitlement_due system
(now(), 20)
-- plan: access_events_purge system max=2000, removes a bounded number
(now() - interval '30 minutes', 20)
-- plan: conserve_totals system max=4*:total, looks at all payments of all tenants

-- Statements of payments.  The tenant filter is row-level security; what also runs as the system role names the tenant itself.

-- ---------------------------------------------------------------- payments

-- template: payments_page(filter)
SELECT id, domain_id, payment_hash, provider, provider_invoice_id, payment_request, amount_satoshis, status, purpose, method, resource_path,
       expires_at, settled_at, failure_reason, last_event_id, actor_id, actor_type, actor_source, details, created_at, updated_at
  FROM payments WHERE {filter} AND (created_at, id) < ($1::timestamptz, $2::integer) AND ($3::text IS NULL OR status = $3)
 ORDER BY created_at DESC, id DESC LIMIT $4;

-- name: payment_list :list payment = payments_page(true)
-- Payments, newest first, behind a cursor.
-- name: payment_list_of_status :list payment = payments_page(status = $3::text)
-- The same of one status.

-- name: payment_get :find payment
-- One payment.
SELECT id, domain_id, payment_hash, provider, provider_invoice_id, payment_request, amount_satoshis, status, purpose, method, resource_path,
       expires_at, settled_at, failure_reason, last_event_id, actor_id, actor_type, actor_source, details, created_at, updated_at FROM payments WHERE id = $1 AND domain_id = tenant();

-- name: payment_lock :find payment
-- One payment by its hash, locked; whoever's it is where the scope is the system's.
SELECT id, domain_id, payment_hash, provider, provider_invoice_id, payment_request, amount_satoshis, status, purpose, method, resource_path,
       expires_at, settled_at, failure_reason, last_event_id, actor_id, actor_type, actor_source, details, created_at, updated_at FROM payments WHERE payment_hash = $1 FOR UPDATE;

-- name: payment_add :find payment
-- A new invoice.
INSERT INTO payments (domain_id, payment_hash, provider, provider_invoice_id, payment_request, amount_satoshis, purpose, method, resource_path,
                      expires_at, actor_id, actor_type, actor_source, details, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
RETURNING id, domain_id, payment_hash, provider, provider_invoice_id, payment_request, amount_satoshis, status, purpose, method, resource_path,
       expires_at, settled_at, failure_reason, last_event_id, actor_id, actor_type, actor_source, details, created_at, updated_at;

-- name: payment_step :find payment
-- The only way a payment's status moves: from $2 to $3, or no row.
UPDATE payments SET status = $3, settled_at = coalesce(settled_at, $4), failure_reason = coalesce($5, failure_reason),
       last_event_id = coalesce($6, last_event_id), updated_at = $7
 WHERE id = $1 AND status = $2 AND domain_id = tenant()
RETURNING id, domain_id, payment_hash, provider, provider_invoice_id, payment_request, amount_satoshis, status, purpose, method, resource_path,
       expires_at, settled_at, failure_reason, last_event_id, actor_id, actor_type, actor_source, details, created_at, updated_at;

-- name: payment_totals :list payment_total
-- Payments of each status since a time.
SELECT status, count(*)::bigint AS count, sum(amount_satoshis)::bigint AS satoshis FROM payments WHERE created_at >= $1
 GROUP BY status ORDER BY status LIMIT 10;

-- ---------------------------------------------------------------- intents

-- name: intent_claim :find intent_row
-- The intent of a fingerprint, made when there is none, and locked.
INSERT INTO payment_intents (domain_id, fingerprint, reference, secret, purpose, amount_satoshis, method, resource_path, actor_id, actor_type,
                             actor_source, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (domain_id, fingerprint) DO UPDATE SET fingerprint = excluded.fingerprint
RETURNING id, generation, state, reference, secret, payment_id, failure_reason;

-- name: spender_lock :find spender_row
-- One at a time asks for invoices of a key with a budget, until the end of the transaction.
-- row: is_held bool
SELECT pg_advisory_xact_lock($1::integer, hashtext($2)) IS NOT NULL AS is_held;

-- name: spent_today :find spent_row
-- What somebody has paid of invoices made since a time, can still pay of them, or will be asked for when the provider answers.
-- row: sats int
SELECT (SELECT coalesce(sum(p.amount_satoshis), 0) FROM payments p
         WHERE p.domain_id = tenant() AND p.actor_id = $1 AND p.created_at >= $2
           AND (p.status IN ('paid', 'consuming', 'consumed') OR (p.status = 'pending' AND p.expires_at > $3)))::bigint
     + (SELECT coalesce(sum(i.amount_satoshis), 0) FROM payment_intents i
         WHERE i.domain_id = tenant() AND i.actor_id = $1 AND i.state = 'creating' AND i.expires_at > $3 AND i.reference <> $4)::bigint AS sats;

-- name: intent_renew :find intent_row
-- Another invoice for it: the one before was paid, expired or failed.
UPDATE payment_intents SET generation = generation + 1, state = 'creating', reference = $2, secret = $3, payment_id = NULL, failure_reason = NULL,
       expires_at = $4
 WHERE id = $1
RETURNING id, generation, state, reference, secret, payment_id, failure_reason;

-- name: intent_settle :exec
-- Its invoice is there, or cannot be made: of this generation only.
UPDATE payment_intents SET state = $3, payment_id = $4, failure_reason = $5 WHERE id = $1 AND generation = $2 AND domain_id = tenant();

-- name: intents_expire :exec
-- Intents that nobody came back for.
DELETE FROM payment_intents
 WHERE id = ANY (ARRAY(SELECT id FROM payment_intents WHERE expires_at < $1 AND state <> 'creating' ORDER BY expires_at LIMIT $2));

-- ---------------------------------------------------------------- reservations

-- name: reservation_add :find reservation_row
-- A paid call under way.
INSERT INTO reservations (domain_id, payment_id, service, operation, request_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id, payment_id, service, operation, state;

-- name: reservation_lock :find reservation_row
-- One of them, locked.
SELECT id, payment_id, service, operation, state FROM reservations WHERE id = $1 AND domain_id = tenant() FOR UPDATE;

-- name: reservation_end :exec
-- It was done, or it was not.
UPDATE reservations SET state = $2, ended_at = $3 WHERE id = $1 AND state = 'held' AND domain_id = tenant();

-- ---------------------------------------------------------------- providers

-- name: mock_invoice_add :exec
-- The mock provider remembers an invoice.
INSERT INTO mock_invoices (payment_hash, domain_id, preimage, created_at) VALUES ($1, $2, $3, $4);

-- name: mock_invoice_pay :find mock_invoice_row
-- Its wallet pays; paying again changes nothing.
UPDATE mock_invoices SET paid_at = coalesce(paid_at, $2) WHERE payment_hash = $1 RETURNING preimage, paid_at;

-- name: mock_invoice_get :find mock_invoice_row
-- What it knows.
SELECT preimage, paid_at FROM mock_invoices WHERE payment_hash = $1;

-- name: provider_event_add :exec
-- A provider's message, once.
INSERT INTO payment_provider_events (provider, event_id, payment_hash, status, signature, payload, received_at, applied_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING;

-- name: root_key_newest :find root_key_row
-- The key that signs.
SELECT id, sealed FROM root_keys ORDER BY id DESC LIMIT 1;

-- name: root_key_get :find root_key_row
-- A key that verifies.
SELECT id, sealed FROM root_keys WHERE id = $1;

-- name: root_key_add :exec
-- A new key; somebody else may have been faster.
INSERT INTO root_keys (id, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- ---------------------------------------------------------------- offers

-- name: offer_add :find offer
-- A new offer.
INSERT INTO offers (domain_id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
RETURNING id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at;

-- name: offer_get :find offer
-- One offer.
SELECT id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at FROM offers WHERE id = $1;

-- name: offer_list :list offer
-- Offers in order of id.
SELECT id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at FROM offers WHERE id > $1 ORDER BY id LIMIT $2;

-- name: offer_list_of_scope :list offer
-- Active offers of one scope, in order of what they cover.
SELECT id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at FROM offers
 WHERE active AND scope_type = $1 AND ($2::integer IS NULL OR scope_ref = $2) AND id > $3 ORDER BY id LIMIT $4;

-- name: offer_list_for_item :list offer
-- Active offers that cover an item: its own, its type's, subscriptions.
SELECT id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at FROM (
    (SELECT id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at FROM offers WHERE active AND scope_type = 'item' AND scope_ref = $1 ORDER BY id LIMIT 20)
    UNION ALL
    (SELECT id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at FROM offers WHERE active AND scope_type = 'type' AND scope_ref = $2 ORDER BY id LIMIT 20)
    UNION ALL
    (SELECT id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at FROM offers WHERE active AND scope_type = 'subscription' ORDER BY id LIMIT 20)) AS o LIMIT 60;

-- name: offer_update :find offer
-- A changed offer.
UPDATE offers SET name = coalesce($2, name), price_sats = coalesce($3, price_sats), active = coalesce($4, active), updated_at = $5 WHERE id = $1
RETURNING id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at;

-- name: offer_delete :find offer
-- An offer that nobody bought leaves with its terms.
DELETE FROM offers WHERE id = $1 AND NOT EXISTS (SELECT FROM entitlements e WHERE e.offer_id = $1)
RETURNING id, slug, name, scope_type, scope_ref, price_sats, active, created_at, updated_at;

-- ---------------------------------------------------------------- license policies

-- name: license_add :find license_policy
-- The next version of an offer's terms.
INSERT INTO license_policies (domain_id, offer_id, version, max_reads, expires_at, allowed_channels, allow_redistribution, terms_json, created_at)
VALUES ($1, $2, (SELECT coalesce(max(p.version), 0) + 1 FROM license_policies p WHERE p.offer_id = $2 AND p.domain_id = tenant()), $3, $4, $5, $6, $7, $8)
RETURNING id, offer_id, version, max_reads, expires_at, allowed_channels, allow_redistribution, terms_json, created_at;

-- name: license_list :list license_policy
-- Versions of an offer's terms, newest first.
SELECT id, offer_id, version, max_reads, expires_at, allowed_channels, allow_redistribution, terms_json, created_at FROM license_policies
 WHERE offer_id = $1 ORDER BY version DESC LIMIT 200;

-- name: license_sold :find license_policy
-- The version that is sold; it and its offer, locked in the order of a deletion, stay until who buys has an entitlement.
SELECT p.id, p.offer_id, p.version, p.max_reads, p.expires_at, p.allowed_channels, p.allow_redistribution, p.terms_json, p.created_at
  FROM offers o JOIN license_policies p ON p.offer_id = o.id WHERE o.id = $1 ORDER BY p.version DESC LIMIT 1 FOR KEY SHARE;

-- name: license_get :find license_policy
-- One version.
SELECT id, offer_id, version, max_reads, expires_at, allowed_channels, allow_redistribution, terms_json, created_at FROM license_policies WHERE id = $1;

-- name: license_update :find license_policy
-- Changed terms under which nothing was sold: no row when something was.
UPDATE license_policies SET max_reads = coalesce($2, max_reads), expires_at = coalesce($3, expires_at), allowed_channels = coalesce($4, allowed_channels),
       allow_redistribution = coalesce($5, allow_redistribution), terms_json = coalesce($6, terms_json)
 WHERE id = $1 AND NOT EXISTS (SELECT FROM entitlements e WHERE e.policy_id = $1)
RETURNING id, offer_id, version, max_reads, expires_at, allowed_channels, allow_redistribution, terms_json, created_at;

-- name: license_delete :find license_policy
-- Terms under which nothing was sold leave.
DELETE FROM license_policies WHERE id = $1 AND NOT EXISTS (SELECT FROM entitlements e WHERE e.policy_id = $1)
RETURNING id, offer_id, version, max_reads, expires_at, allowed_channels, allow_redistribution, terms_json, created_at;

-- ---------------------------------------------------------------- profiles and entitlements

-- name: profile_claim :find profile_row
-- The profile of a key, made when there is none.
INSERT INTO agent_profiles (domain_id, api_key_id) VALUES ($1, $2) ON CONFLICT (domain_id, api_key_id) DO UPDATE SET api_key_id = excluded.api_key_id
RETURNING id;

-- name: profile_get :find profile_row
-- The profile of a key.
SELECT id FROM agent_profiles WHERE domain_id = tenant() AND api_key_id = $1;

-- name: profile_move :exec
-- A key was rotated: its successor owns what it owned.
UPDATE agent_profiles SET api_key_id = $2 WHERE domain_id = tenant() AND api_key_id = $1;

-- name: entitlement_add :find entitlement
-- Reads that wait for their payment; no row when the payment has its entitlement.
INSERT INTO entitlements (domain_id, offer_id, policy_id, policy_version, agent_profile_id, payment_hash, expires_at, remaining_reads, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (payment_hash) DO NOTHING
RETURNING id, domain_id, offer_id, policy_id, policy_version, agent_profile_id, payment_hash, status, remaining_reads, expires_at, activated_at,
       terminated_at, delegated_from, created_at;

-- name: entitlement_of_payment :find entitlement
-- The entitlement of a payment.
SELECT id, domain_id, offer_id, policy_id, policy_version, agent_profile_id, payment_hash, status, remaining_reads, expires_at, activated_at,
       terminated_at, delegated_from, created_at FROM entitlements WHERE payment_hash = $1 AND domain_id = tenant();

-- name: entitlement_get :find entitlement
-- One entitlement.
SELECT id, domain_id, offer_id, policy_id, policy_version, agent_profile_id, payment_hash, status, remaining_reads, expires_at, activated_at,
       terminated_at, delegated_from, created_at FROM entitlements WHERE id = $1;

-- name: entitlement_list :list entitlement
-- A profile's entitlements, newest first.
SELECT id, domain_id, offer_id, policy_id, policy_version, agent_profile_id, payment_hash, status, remaining_reads, expires_at, activated_at,
       terminated_at, delegated_from, created_at FROM entitlements WHERE agent_profile_id = $1 AND id < $2
 ORDER BY id DESC LIMIT $3;

-- name: entitlement_step :find entitlement
-- The only way an entitlement's status moves besides its use: from $2 to $3, or no row.
UPDATE entitlements SET status = $3, activated_at = CASE WHEN $3 = 'active' THEN $4 ELSE activated_at END,
       terminated_at = CASE WHEN $3 = 'active' THEN NULL ELSE $4::timestamptz END
 WHERE id = $1 AND status = $2 AND domain_id = tenant()
RETURNING id, domain_id, offer_id, policy_id, policy_version, agent_profile_id, payment_hash, status, remaining_reads, expires_at, activated_at,
       terminated_at, delegated_from, created_at;

-- name: entitlement_eligible :list entitlement
-- Active entitlements of a profile that cover an item, whether their offers are still sold or not.
SELECT e.id, e.domain_id, e.offer_id, e.policy_id, e.policy_version, e.agent_profile_id, e.payment_hash, e.status, e.remaining_reads,
       e.expires_at, e.activated_at, e.terminated_at, e.delegated_from, e.created_at
  FROM entitlements e JOIN offers o ON o.id = e.offer_id
 WHERE e.agent_profile_id = $1 AND e.status = 'active'
   AND ((o.scope_type = 'item' AND o.scope_ref = $2) OR (o.scope_type = 'type' AND o.scope_ref = $3) OR o.scope_type = 'subscription')
 ORDER BY e.id DESC LIMIT 20;

-- name: entitlement_use :find entitlement_use_row
-- One read and its note: no row when there is none left or its time is over.  Readers queue at the row; each sees what the one before left.
WITH used AS (
    UPDATE entitlements SET remaining_reads = remaining_reads - 1,
           status = CASE WHEN remaining_reads = 1 THEN 'exhausted' ELSE status END,
           terminated_at = CASE WHEN remaining_reads = 1 THEN $2 ELSE terminated_at END
     WHERE id = $1 AND status = 'active' AND (expires_at IS NULL OR expires_at > $2) AND (remaining_reads IS NULL OR remaining_reads > 0)
    RETURNING id, domain_id, offer_id, status, remaining_reads),
noted AS (
    INSERT INTO access_events (domain_id, entitlement_id, resource_path, action, granted, created_at)
    SELECT domain_id, id, $3, $4, true, $2 FROM used RETURNING entitlement_id)
SELECT u.id, u.offer_id, u.status, u.remaining_reads FROM used u JOIN noted n ON n.entitlement_id = u.id;

-- name: access_refused :exec
-- A read that was refused, and why.
INSERT INTO access_events (domain_id, entitlement_id, resource_path, action, granted, reason, created_at) VALUES ($1, $2, $3, $4, false, $5, $6);

-- name: entitlement_due :list entitlement_due_row
-- Active ones whose time is over, of all tenants.
SELECT id, domain_id, offer_id FROM entitlements WHERE status = 'active' AND expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: access_events_purge :exec
-- Notes older than a month.
DELETE FROM access_events WHERE id = ANY (ARRAY(SELECT id FROM access_events WHERE created_at < $1 ORDER BY created_at LIMIT $2));

-- ---------------------------------------------------------------- conservation

-- name: conserve_totals :find conserve_row
-- Every satoshi that came in and where it is, and payments whose rows contradict each other.
SELECT coalesce(sum(p.amount_satoshis) FILTER (WHERE p.settled_at IS NOT NULL), 0)::bigint AS received,
       coalesce(sum(p.amount_satoshis) FILTER (WHERE p.purpose = 'call' AND p.status = 'paid'), 0)::bigint AS unused,
       coalesce(sum(p.amount_satoshis) FILTER (WHERE p.purpose = 'call' AND p.status = 'consuming'), 0)::bigint AS in_use,
       coalesce(sum(p.amount_satoshis) FILTER (WHERE p.purpose = 'call' AND p.status = 'consumed'), 0)::bigint AS used,
       coalesce(sum(p.amount_satoshis) FILTER (WHERE p.purpose = 'purchase' AND p.status = 'paid'), 0)::bigint AS in_entitlements,
       count(*) FILTER (WHERE (p.settled_at IS NOT NULL) <> (p.status IN ('paid', 'consuming', 'consumed')))::bigint AS settled_wrong,
       count(*) FILTER (WHERE coalesce(r.n_held, 0) <> (CASE WHEN p.status = 'consuming' THEN 1 ELSE 0 END))::bigint AS held_wrong,
       count(*) FILTER (WHERE coalesce(r.n_consumed, 0) <> (CASE WHEN p.status = 'consumed' THEN 1 ELSE 0 END))::bigint AS consumed_wrong,
       count(*) FILTER (WHERE p.purpose = 'purchase' AND p.status = 'paid' AND (e.id IS NULL OR e.activated_at IS NULL))::bigint AS entitlement_missing,
       count(*) FILTER (WHERE p.settled_at IS NULL AND e.activated_at IS NOT NULL)::bigint AS entitlement_unpaid
  FROM payments p
  LEFT JOIN (SELECT payment_id, count(*) FILTER (WHERE state = 'held') AS n_held, count(*) FILTER (WHERE state = 'consumed') AS n_consumed
               FROM reservations GROUP BY payment_id) AS r ON r.payment_id = p.id
  LEFT JOIN entitlements e ON e.payment_hash = p.payment_hash;

-- Invoices and what they paid for; offers, licences and entitlements; who earned what (experimental).
-- Money is whole satoshis.

-- ---------------------------------------------------------------- payments

CREATE TABLE payments (
    id                  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id           integer NOT NULL,
    payment_hash        text NOT NULL CONSTRAINT payments_payment_hash_unique UNIQUE,
    provider            text NOT NULL DEFAULT 'mock',
    provider_invoice_id text,
    payment_request     text NOT NULL,
    amount_satoshis     bigint NOT NULL CONSTRAINT payments_amount_check CHECK (amount_satoshis BETWEEN 1 AND 2100000000000000),
    status              text NOT NULL DEFAULT 'pending' CONSTRAINT payments_status_allowed_check
                        CHECK (status IN ('pending', 'paid', 'consuming', 'consumed', 'expired', 'failed')),
    purpose             text NOT NULL DEFAULT 'call' CONSTRAINT payments_purpose_check CHECK (purpose IN ('call', 'purchase')),
    method              text NOT NULL,
    resource_path       text NOT NULL,
    expires_at          timestamptz NOT NULL,
    settled_at          timestamptz,
    failure_reason      text,
    last_event_id       text,
    actor_id            text,
    actor_type          text,
    actor_source        text,
    details             jsonb NOT NULL DEFAULT '{}',
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE payments IS 'One row for each invoice. Its status moves by the table in rules.c and by conditional updates only.';
COMMENT ON COLUMN payments.purpose IS 'call: a priced operation, used once; purchase: an entitlement, which is where the money is then.';
CREATE INDEX payments_created_at_idx ON payments (domain_id, created_at DESC, id DESC);
CREATE INDEX payments_status_idx ON payments (domain_id, status, created_at DESC, id DESC);
CREATE INDEX payments_pending_idx ON payments (created_at, id) WHERE status = 'pending';

CREATE TABLE payment_intents (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id       integer NOT NULL,
    fingerprint     text NOT NULL,
    generation      integer NOT NULL DEFAULT 1,
    state           text NOT NULL DEFAULT 'creating' CONSTRAINT payment_intents_state_check CHECK (state IN ('creating', 'ready', 'failed')),
    reference       text NOT NULL,
    secret          text NOT NULL,
    purpose         text NOT NULL,
    amount_satoshis bigint NOT NULL,
    method          text NOT NULL,
    resource_path   text NOT NULL,
    actor_id        text NOT NULL,
    actor_type      text NOT NULL,
    actor_source    text NOT NULL,
    payment_id      integer REFERENCES payments ON DELETE SET NULL,
    failure_reason  text,
    expires_at      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payment_intents_fingerprint_unique UNIQUE (domain_id, fingerprint)
);
COMMENT ON TABLE payment_intents IS 'What somebody was asked to pay for. It has at most one invoice that can still be paid, also while the provider does not answer.';
COMMENT ON COLUMN payment_intents.fingerprint IS 'SHA-256 of caller, purpose, method, path and amount.';
COMMENT ON COLUMN payment_intents.generation IS 'Raised when its invoice was paid, expired or failed and another one is asked for.';
COMMENT ON COLUMN payment_intents.reference IS 'Tells the provider which intent an invoice is for, so that it can be found again.';
COMMENT ON COLUMN payment_intents.secret IS 'The preimage we chose, sealed; only where the provider takes one.';
CREATE INDEX payment_intents_payment_idx ON payment_intents (domain_id, payment_id);
CREATE INDEX payment_intents_expires_at_idx ON payment_intents (expires_at);

CREATE TABLE reservations (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id  integer NOT NULL,
    payment_id integer NOT NULL REFERENCES payments ON DELETE CASCADE,
    service    text NOT NULL,
    operation  text NOT NULL,
    state      text NOT NULL DEFAULT 'held' CONSTRAINT reservations_state_check CHECK (state IN ('held', 'consumed', 'released')),
    request_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
COMMENT ON TABLE reservations IS 'A paid call under way. Its owner decides in the transaction of the work whether it was done; a process asks it when nobody reports.';
CREATE INDEX reservations_payment_idx ON reservations (domain_id, payment_id);
CREATE UNIQUE INDEX reservations_held_unique ON reservations (payment_id) WHERE state = 'held';

CREATE TABLE payment_provider_events (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider     text NOT NULL,
    event_id     text NOT NULL,
    payment_hash text NOT NULL,
    status       text NOT NULL,
    signature    text,
    payload      jsonb NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    applied_at   timestamptz,
    apply_error  text,
    CONSTRAINT payment_provider_events_unique UNIQUE (provider, event_id)
);
COMMENT ON TABLE payment_provider_events IS 'What providers told us, written in the transaction that applies it.';
CREATE INDEX payment_provider_events_hash_idx ON payment_provider_events (payment_hash);

CREATE TABLE mock_invoices (
    payment_hash text PRIMARY KEY,
    domain_id    integer NOT NULL,
    preimage     text NOT NULL,
    paid_at      timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE mock_invoices IS 'The mock provider''s own state: what its wallet has paid. Survives restarts.';

CREATE TABLE root_keys (
    id         integer PRIMARY KEY,
    sealed     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE root_keys IS 'Keys of macaroons, sealed; the newest signs, all verify.';
CREATE POLICY tenant_read ON root_keys FOR SELECT TO wordclaw_payments USING (true);
CREATE POLICY tenant_make ON root_keys FOR INSERT TO wordclaw_payments WITH CHECK (true);

-- ---------------------------------------------------------------- offers and entitlements

CREATE TABLE offers (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id  integer NOT NULL,
    slug       text NOT NULL,
    name       text NOT NULL,
    scope_type text NOT NULL CONSTRAINT offers_scope_type_check CHECK (scope_type IN ('item', 'type', 'subscription')),
    scope_ref  integer,
    price_sats bigint NOT NULL CONSTRAINT offers_price_check CHECK (price_sats BETWEEN 1 AND 2100000000000000),
    active     boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT offers_slug_unique UNIQUE (domain_id, slug),
    CONSTRAINT offers_scope_check CHECK ((scope_type = 'subscription') = (scope_ref IS NULL))
);
COMMENT ON TABLE offers IS 'What can be bought: reads of one item, of a type''s items, or of everything.';
CREATE INDEX offers_domain_idx ON offers (domain_id, id);
CREATE INDEX offers_scope_idx ON offers (domain_id, scope_type, scope_ref, id) WHERE active;

CREATE TABLE license_policies (
    id                   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id            integer NOT NULL,
    offer_id             integer NOT NULL REFERENCES offers ON DELETE CASCADE,
    version              integer NOT NULL DEFAULT 1,
    max_reads            integer CONSTRAINT license_policies_max_reads_check CHECK (max_reads > 0),
    expires_at           timestamptz,
    allowed_channels     jsonb NOT NULL DEFAULT '[]',
    allow_redistribution boolean NOT NULL DEFAULT false,
    terms_json           jsonb,
    created_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT license_policies_version_unique UNIQUE (offer_id, version)
);
COMMENT ON TABLE license_policies IS 'Terms of an offer. A change is a new version; what was sold keeps the version it was sold under.';
CREATE INDEX license_policies_offer_idx ON license_policies (domain_id, offer_id, version DESC);

CREATE TABLE agent_profiles (
    id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id      integer NOT NULL,
    api_key_id     integer NOT NULL,
    display_name   text,
    payout_address text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agent_profiles_key_unique UNIQUE (domain_id, api_key_id)
);
COMMENT ON TABLE agent_profiles IS 'Who buys and earns. The key may change: a rotation moves the profile to the new one.';

CREATE TABLE entitlements (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id        integer NOT NULL,
    offer_id         integer NOT NULL REFERENCES offers,
    policy_id        integer NOT NULL REFERENCES license_policies,
    policy_version   integer NOT NULL,
    agent_profile_id integer NOT NULL REFERENCES agent_profiles ON DELETE CASCADE,
    payment_hash     text NOT NULL CONSTRAINT entitlements_payment_hash_unique UNIQUE,
    status           text NOT NULL DEFAULT 'pending_payment' CONSTRAINT entitlements_status_check
                     CHECK (status IN ('pending_payment', 'active', 'exhausted', 'expired', 'revoked')),
    expires_at       timestamptz,
    remaining_reads  integer CONSTRAINT entitlements_remaining_check CHECK (remaining_reads >= 0),
    activated_at     timestamptz,
    terminated_at    timestamptz,
    delegated_from   integer REFERENCES entitlements,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE entitlements IS 'What an agent may read, and how often. remaining_reads NULL: without limit.';
CREATE INDEX entitlements_agent_idx ON entitlements (domain_id, agent_profile_id, id DESC);
CREATE INDEX entitlements_offer_idx ON entitlements (domain_id, offer_id);
CREATE INDEX entitlements_policy_idx ON entitlements (domain_id, policy_id);
CREATE INDEX entitlements_active_idx ON entitlements (expires_at) WHERE status = 'active' AND expires_at IS NOT NULL;

CREATE TABLE access_events (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id      integer NOT NULL,
    entitlement_id integer NOT NULL REFERENCES entitlements ON DELETE CASCADE,
    resource_path  text NOT NULL,
    action         text NOT NULL,
    granted        boolean NOT NULL,
    reason         text,
    created_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE access_events IS 'Every use of an entitlement and every refusal; removed after a month.';
CREATE INDEX access_events_entitlement_idx ON access_events (domain_id, entitlement_id, id DESC);
CREATE INDEX access_events_created_at_idx ON access_events (created_at);

-- ---------------------------------------------------------------- revenue (experimental: no operation uses these yet)

CREATE TABLE revenue_events (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id   integer NOT NULL,
    source_type text NOT NULL,
    source_ref  text NOT NULL,
    gross_sats  bigint NOT NULL,
    fee_sats    bigint NOT NULL,
    net_sats    bigint NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT revenue_events_sum_check CHECK (gross_sats = fee_sats + net_sats),
    CONSTRAINT revenue_events_source_unique UNIQUE (domain_id, source_type, source_ref)
);
COMMENT ON TABLE revenue_events IS 'What came in, by source (experimental).';

CREATE TABLE revenue_allocations (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id        integer NOT NULL,
    revenue_event_id integer NOT NULL REFERENCES revenue_events ON DELETE CASCADE,
    agent_profile_id integer NOT NULL REFERENCES agent_profiles ON DELETE CASCADE,
    amount_sats      bigint NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE revenue_allocations IS 'Whose part of it is how much (experimental).';
CREATE INDEX revenue_allocations_event_idx ON revenue_allocations (domain_id, revenue_event_id);
CREATE INDEX revenue_allocations_agent_idx ON revenue_allocations (domain_id, agent_profile_id);

CREATE TABLE allocation_status_events (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id     integer NOT NULL,
    allocation_id integer NOT NULL REFERENCES revenue_allocations ON DELETE CASCADE,
    status        text NOT NULL CONSTRAINT allocation_status_events_status_check CHECK (status IN ('pending', 'disputed', 'cleared')),
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE allocation_status_events IS 'How an allocation stands: the latest row counts (experimental).';
CREATE INDEX allocation_status_events_allocation_idx ON allocation_status_events (domain_id, allocation_id, id DESC);

CREATE TABLE payout_batches (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id    integer NOT NULL,
    period_start timestamptz NOT NULL,
    period_end   timestamptz NOT NULL,
    status       text NOT NULL DEFAULT 'processing' CONSTRAINT payout_batches_status_check CHECK (status IN ('processing', 'completed', 'failed')),
    created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE payout_batches IS 'Payouts of a period (experimental).';
CREATE INDEX payout_batches_domain_idx ON payout_batches (domain_id, id);

CREATE TABLE payout_transfers (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id        integer NOT NULL,
    batch_id         integer NOT NULL REFERENCES payout_batches ON DELETE CASCADE,
    agent_profile_id integer NOT NULL REFERENCES agent_profiles ON DELETE CASCADE,
    amount_sats      bigint NOT NULL CONSTRAINT payout_transfers_amount_check CHECK (amount_sats > 0),
    status           text NOT NULL DEFAULT 'pending' CONSTRAINT payout_transfers_status_check
                     CHECK (status IN ('pending', 'completed', 'failed', 'failed_permanent')),
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE payout_transfers IS 'One agent''s payout of a batch (experimental).';
CREATE INDEX payout_transfers_batch_idx ON payout_transfers (domain_id, batch_id);
CREATE INDEX payout_transfers_agent_idx ON payout_transfers (domain_id, agent_profile_id);

GRANT SELECT, INSERT, UPDATE ON payments, payment_intents, reservations, mock_invoices, agent_profiles, entitlements TO wordclaw_payments;
GRANT SELECT, INSERT, UPDATE, DELETE ON offers, license_policies TO wordclaw_payments;
GRANT SELECT, INSERT ON access_events, root_keys TO wordclaw_payments;
GRANT SELECT, INSERT, UPDATE ON payment_provider_events TO wordclaw_payments_system;
GRANT DELETE ON access_events, payment_intents TO wordclaw_payments_system;

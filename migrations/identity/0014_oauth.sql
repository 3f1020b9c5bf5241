-- OAuth 2.1 for clients that cannot hold a key: what they are given is a key, with a token that renews it.

CREATE TABLE oauth_clients (
    id            text PRIMARY KEY,
    name          text NOT NULL,
    redirect_uris text[] NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL
);
COMMENT ON TABLE oauth_clients IS 'Clients that have registered themselves (RFC 7591), before anybody has said to which tenant they get. Each consent keeps one longer.';
CREATE INDEX oauth_clients_expires_idx ON oauth_clients (expires_at);

CREATE TABLE oauth_codes (
    code_hash          text PRIMARY KEY,
    client_id          text NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    domain_id          integer NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    supervisor_id      integer NOT NULL REFERENCES supervisors (id) ON DELETE CASCADE,
    redirect_uri       text NOT NULL,
    challenge          text NOT NULL,
    resource           text NOT NULL,
    scopes             text[] NOT NULL,
    writes_per_minute  integer,
    publishes_per_day  integer,
    sats_per_day       bigint,
    ends_at            timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    used_at            timestamptz,
    key_id             integer
);
COMMENT ON TABLE oauth_codes IS 'Authorization codes, by their SHA-256. A used one stays a while: shown again, it ends what came of it.';
COMMENT ON COLUMN oauth_codes.ends_at IS 'What the person has allowed ends then, however often it is renewed.';
CREATE INDEX oauth_codes_expires_idx ON oauth_codes (expires_at);
CREATE INDEX oauth_codes_client_idx ON oauth_codes (client_id);
CREATE INDEX oauth_codes_domain_idx ON oauth_codes (domain_id);
CREATE INDEX oauth_codes_supervisor_idx ON oauth_codes (supervisor_id);

ALTER TABLE api_keys
    ADD COLUMN client_id      text,
    ADD COLUMN client_name    text,
    ADD COLUMN granted_by     integer CONSTRAINT api_keys_granted_by_fkey REFERENCES supervisors (id) ON DELETE SET NULL,
    ADD COLUMN resource       text,
    ADD COLUMN refresh_family text CONSTRAINT api_keys_refresh_family_unique UNIQUE,
    ADD COLUMN refresh_hash   text,
    ADD COLUMN ends_at        timestamptz;
COMMENT ON COLUMN api_keys.client_id IS 'The OAuth client that holds it. Its key_hash and expires_at change with every renewal.';
COMMENT ON COLUMN api_keys.granted_by IS 'The person who has allowed it; with their rights it ends.';
COMMENT ON COLUMN api_keys.refresh_family IS 'SHA-256 of the part that all renewal tokens of this key share: an older one is recognised by it, and ends the key.';
COMMENT ON COLUMN api_keys.ends_at IS 'What the person has allowed ends then.';
CREATE INDEX api_keys_granted_idx ON api_keys (granted_by) WHERE granted_by IS NOT NULL;

GRANT SELECT, INSERT, DELETE ON oauth_clients, oauth_codes TO wordclaw_identity_system;
GRANT UPDATE (expires_at) ON oauth_clients TO wordclaw_identity_system;
GRANT UPDATE (used_at, key_id) ON oauth_codes TO wordclaw_identity_system;
GRANT UPDATE (key_hash, key_prefix, expires_at, refresh_hash) ON api_keys TO wordclaw_identity_system;

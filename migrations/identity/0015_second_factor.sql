-- A second factor: codes of an authenticator app, and recovery codes for whoever has lost it.
ALTER TABLE supervisors
    ADD COLUMN totp_secret       text,
    ADD COLUMN totp_confirmed_at timestamptz,
    ADD COLUMN totp_last_step    bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT supervisors_totp_check CHECK (totp_confirmed_at IS NULL OR totp_secret IS NOT NULL);
COMMENT ON COLUMN supervisors.totp_secret IS 'Sealed with the installation''s key; asked for at sign-in once it is confirmed.';
COMMENT ON COLUMN supervisors.totp_last_step IS 'Thirty seconds whose code was used last: none works twice.';

CREATE TABLE recovery_codes (
    supervisor_id integer NOT NULL REFERENCES supervisors (id) ON DELETE CASCADE,
    code_hash     text NOT NULL,
    used_at       timestamptz,
    PRIMARY KEY (supervisor_id, code_hash)
);
COMMENT ON TABLE recovery_codes IS 'Codes that sign somebody in once without the app, by their SHA-256.';

GRANT SELECT ON recovery_codes TO wordclaw_identity_system;
GRANT INSERT, DELETE ON recovery_codes TO wordclaw_identity_system;
GRANT UPDATE (used_at) ON recovery_codes TO wordclaw_identity_system;
GRANT UPDATE (totp_secret, totp_confirmed_at, totp_last_step) ON supervisors TO wordclaw_identity_system;

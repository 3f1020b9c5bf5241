-- Which files were applied, and what each schema looked like afterwards.  Run as wordclaw_owner; safe to repeat.
CREATE TABLE IF NOT EXISTS wordclaw_migrations.applied (
	service     text NOT NULL,
	file        text NOT NULL,
	checksum    text NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'), -- SHA-256 of the file's bytes
	applied_at  timestamptz NOT NULL DEFAULT now(),
	applied_by  text NOT NULL DEFAULT session_user,
	duration_ms integer NOT NULL,
	PRIMARY KEY (service, file)
);

CREATE TABLE IF NOT EXISTS wordclaw_migrations.fingerprints (
	service        text PRIMARY KEY,
	fingerprint    text NOT NULL,    -- of fingerprint.sql
	server_version integer NOT NULL  -- major; another major version may word definitions differently
);

-- Keys that others have handed out and those of OAuth clients go some time after their end, whether that was revocation or time.
CREATE INDEX api_keys_forgotten_idx ON api_keys (least(revoked_at, coalesce(ends_at, expires_at))) WHERE parent_id IS NOT NULL OR client_id IS NOT NULL;
DROP INDEX api_keys_ended_idx;

-- What a key may use up, whatever its scopes allow.
ALTER TABLE api_keys
    ADD COLUMN sats_per_day      bigint  CONSTRAINT api_keys_sats_per_day_check CHECK (sats_per_day >= 0),
    ADD COLUMN sats_per_call     bigint  CONSTRAINT api_keys_sats_per_call_check CHECK (sats_per_call >= 0),
    ADD COLUMN writes_per_minute integer CONSTRAINT api_keys_writes_check CHECK (writes_per_minute >= 0),
    ADD COLUMN publishes_per_day integer CONSTRAINT api_keys_publishes_check CHECK (publishes_per_day >= 0);
COMMENT ON COLUMN api_keys.sats_per_day IS 'Budget, like the following: NULL is no bound. A key made by a key with a budget has no larger one.';

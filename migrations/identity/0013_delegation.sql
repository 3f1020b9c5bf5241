-- Keys that were handed out by other keys: they have a part of their parent's rights, and stop working with it.
ALTER TABLE api_keys
    ADD COLUMN parent_id        integer CONSTRAINT api_keys_parent_id_fkey REFERENCES api_keys (id),
    ADD COLUMN root_id          integer,
    ADD COLUMN ancestors        integer[] NOT NULL DEFAULT '{}' CONSTRAINT api_keys_ancestors_check CHECK (cardinality(ancestors) <= 3),
    ADD COLUMN content_type_ids integer[],
    ADD COLUMN content_item_ids integer[],
    ADD COLUMN review_task_ids  integer[],
    ADD CONSTRAINT api_keys_parent_check CHECK ((parent_id IS NULL) = (root_id IS NULL) AND (parent_id IS NULL) = (ancestors = '{}'));
COMMENT ON COLUMN api_keys.parent_id IS 'The key that handed this one out; NULL: an administrator made it, or a person allowed it.';
COMMENT ON COLUMN api_keys.root_id IS 'The oldest ancestor. Its row is locked by whoever adds to or revokes a part of its family.';
COMMENT ON COLUMN api_keys.ancestors IS 'Every key above it, the oldest first.';
COMMENT ON COLUMN api_keys.content_type_ids IS 'The content types that it is limited to, like the two columns that follow; NULL: it is not.';
CREATE INDEX api_keys_family_idx ON api_keys (domain_id, root_id) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_parent_idx ON api_keys (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX api_keys_ended_idx ON api_keys (expires_at) WHERE parent_id IS NOT NULL;
CREATE INDEX api_keys_administrators_idx ON api_keys (domain_id, id) WHERE revoked_at IS NULL AND 'admin' = ANY (scopes);

GRANT DELETE ON api_keys TO wordclaw_identity_system;

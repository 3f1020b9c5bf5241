-- Globals are found by what they are: the singleton types of a tenant.
CREATE INDEX content_types_singleton_idx ON content_types (domain_id, id) WHERE is_singleton;

-- What payments sells reads of, as its events tell: so that only reads of what is sold ask another service.

CREATE TABLE sold_scopes (
    domain_id  integer NOT NULL,
    offer_id   integer NOT NULL,
    scope_type text NOT NULL CONSTRAINT sold_scopes_type_check CHECK (scope_type IN ('item', 'type', 'subscription')),
    scope_ref  integer NOT NULL,
    PRIMARY KEY (domain_id, offer_id)
);
COMMENT ON TABLE sold_scopes IS 'Active offers of the payments service: what they cover. scope_ref is 0 for a subscription, which covers everything.';
CREATE INDEX sold_scopes_scope_idx ON sold_scopes (domain_id, scope_type, scope_ref);
CREATE INDEX content_types_priced_idx ON content_types (domain_id, id) WHERE base_price > 0;

GRANT SELECT ON sold_scopes TO wordclaw_content;
GRANT INSERT, UPDATE, DELETE ON sold_scopes TO wordclaw_content_system;

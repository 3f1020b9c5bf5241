-- A tenant's transaction and the service's own work are two roles (docs/adr/0016-two-roles.md).  Policies come from scopes.sql;
-- these tables differ from what it makes.

COMMENT ON FUNCTION tenant() IS 'Tenant of this transaction, set by the dispatcher; NULL: none, and then the tenant role finds tables empty.';
COMMENT ON FUNCTION is_system() IS 'No policy asks it any more: what a transaction may see follows from the role it runs as.';

DO $$
DECLARE
    tenant text := 'wordclaw_' || current_schema();
    system text := tenant || '_system';
BEGIN
    -- One request may emit events for several tenants, and a key belongs to the principal's tenant, not to the one acted for.
    EXECUTE 'DROP POLICY IF EXISTS system_scope ON outbox';
    EXECUTE 'DROP POLICY IF EXISTS system_scope ON idempotency_keys';
    EXECUTE format('CREATE POLICY system_scope ON outbox TO %I USING (true)', system);
    EXECUTE format('CREATE POLICY system_scope ON idempotency_keys TO %I USING (true)', system);
    EXECUTE format('CREATE POLICY tenant_scope ON outbox_epoch FOR SELECT TO %I USING (true)', tenant);

    EXECUTE format('REVOKE ALL ON outbox, outbox_consumers, inbox FROM %I', tenant);
    EXECUTE format('REVOKE DELETE ON idempotency_keys FROM %I', tenant);
    EXECUTE format('GRANT INSERT ON outbox TO %I', tenant);

    EXECUTE format('GRANT SELECT, INSERT ON outbox TO %I', system);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON outbox_consumers, inbox TO %I', system);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO %I', system);
END
$$;

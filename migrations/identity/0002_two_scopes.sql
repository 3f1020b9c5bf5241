-- A tenant sees its own row of domains, whose key is the tenant's id.
CREATE POLICY tenant_scope ON domains TO wordclaw_identity USING (id = tenant());

-- Tenants, decisions and the lookup of keys are the service's own work.
REVOKE INSERT ON domains, users FROM wordclaw_identity;
REVOKE INSERT, DELETE ON policy_decision_logs FROM wordclaw_identity;
GRANT INSERT ON domains, users TO wordclaw_identity_system;
GRANT INSERT, DELETE ON policy_decision_logs TO wordclaw_identity_system;

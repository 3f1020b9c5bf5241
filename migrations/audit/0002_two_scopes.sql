-- Tenants read their trail; only the service's own work writes it.
REVOKE INSERT ON audit_logs, audit_checkpoints FROM wordclaw_audit;
REVOKE INSERT, UPDATE ON audit_chain_heads FROM wordclaw_audit;
GRANT INSERT ON audit_logs, audit_checkpoints TO wordclaw_audit_system;
GRANT INSERT, UPDATE ON audit_chain_heads TO wordclaw_audit_system;

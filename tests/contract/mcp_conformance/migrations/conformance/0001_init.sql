-- Conformance: fixtures keep nothing; the platform's tables are all it has.
-- Runs as wordclaw_owner with search_path set to this schema, in one transaction.

GRANT USAGE ON SCHEMA conformance TO wordclaw_conformance;

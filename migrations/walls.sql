-- What must hold in a service's schema ($1), one row per breach: run after every migration, and by --verify.
WITH schema AS (SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname = $1),
     login AS (SELECT oid, rolname, rolname = 'wordclaw_' || $1 AS is_tenants FROM pg_roles WHERE rolname IN ('wordclaw_' || $1, 'wordclaw_' || $1 || '_system')),
     relation AS (
	SELECT c.oid, c.relname, c.relkind, c.relowner, c.relispartition, c.relrowsecurity, c.relforcerowsecurity
	FROM pg_class c JOIN schema s ON c.relnamespace = s.oid)
SELECT format('schema "%s" does not exist', $1) WHERE NOT EXISTS (SELECT FROM schema)
UNION ALL
SELECT format('role "%s" does not exist', name) FROM (VALUES ('wordclaw_' || $1), ('wordclaw_' || $1 || '_system')) AS role (name)
WHERE NOT EXISTS (SELECT FROM login WHERE rolname = name)
UNION ALL
SELECT format('role "%s" has more rights than a service may have', r.rolname)
FROM pg_roles r JOIN login l USING (oid)
WHERE r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
UNION ALL
SELECT format('role "%s" is a member of role "%s"', l.rolname, pg_get_userbyid(m.roleid))
FROM pg_auth_members m JOIN login l ON m.member = l.oid
UNION ALL
SELECT format('schema "%s" belongs to "%s", not to "wordclaw_owner"', nspname, pg_get_userbyid(nspowner))
FROM schema WHERE pg_get_userbyid(nspowner) <> 'wordclaw_owner'
UNION ALL
SELECT format('"%s.%s" belongs to "%s", not to "wordclaw_owner"', $1, relname, pg_get_userbyid(relowner))
FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_get_userbyid(relowner) <> 'wordclaw_owner'
UNION ALL
SELECT format('table "%s.%s" has no row-level security (ENABLE and FORCE ROW LEVEL SECURITY)', $1, relname)
FROM relation
WHERE relkind IN ('r', 'p') AND NOT relispartition AND NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
-- Nothing but equality with the transaction's tenant, which an index serves (restrictive policies only take from it); a table that is nobody's may be open to reading.
SELECT format('policy "%s" of "%s.%s" is not "domain_id = tenant()": %s', p.polname, $1, r.relname, pg_get_expr(p.polqual, p.polrelid))
FROM relation r JOIN pg_policy p ON p.polrelid = r.oid, login l
WHERE l.is_tenants AND p.polpermissive AND (l.oid = ANY (p.polroles) OR 0 = ANY (p.polroles))
	AND pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM format('(domain_id = %s.tenant())', $1)
	AND (EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attname = 'domain_id' AND NOT a.attisdropped)
		OR NOT (pg_get_expr(p.polqual, p.polrelid) = format('(id = %s.tenant())', $1) OR p.polcmd = 'r' AND pg_get_expr(p.polqual, p.polrelid) = 'true'))
UNION ALL
SELECT format('function "%s" acts as "%s" and role "%s" may call it', p.oid::regprocedure, pg_get_userbyid(p.proowner), l.rolname)
FROM pg_proc p JOIN schema s ON p.pronamespace = s.oid, login l
WHERE p.prosecdef AND l.is_tenants AND has_function_privilege(l.oid, p.oid, 'EXECUTE')
UNION ALL
-- The parent's policies do not guard a partition that is addressed by its own name.
SELECT format('partition "%s.%s" can be reached past its parent''s row-level security', $1, r.relname)
FROM relation r, login l
WHERE r.relispartition AND r.relkind IN ('r', 'p') AND NOT (r.relrowsecurity AND r.relforcerowsecurity)
	AND has_table_privilege(l.oid, r.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
UNION ALL
SELECT format('"%s.%s" is open to everybody (PUBLIC)', $1, c.relname)
FROM pg_class c JOIN schema s ON c.relnamespace = s.oid, aclexplode(c.relacl) a
WHERE a.grantee = 0
UNION ALL
SELECT format('role "%s" may use schema "%s"', l.rolname, other.nspname)
FROM login l, pg_namespace other
WHERE pg_get_userbyid(other.nspowner) = 'wordclaw_owner' AND other.nspname <> $1
	AND has_schema_privilege(l.oid, other.oid, 'USAGE')
UNION ALL
SELECT format('role "%s" may create objects in schema "%s"', l.rolname, n.nspname)
FROM login l, pg_namespace n
WHERE n.nspname NOT LIKE 'pg\_%' AND pg_get_userbyid(n.nspowner) IN ('wordclaw_owner', l.rolname)
	AND has_schema_privilege(l.oid, n.oid, 'CREATE')
LIMIT 100

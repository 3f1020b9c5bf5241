-- Row-level security of every table of one service, named by the setting wordclaw.service.  Runs after each migration file, as
-- wordclaw_owner; safe to repeat.  A table that declares nothing gets, under ENABLE and FORCE ROW LEVEL SECURITY:
--
--   tenant_scope  for wordclaw_<service>: rows whose domain_id is the transaction's tenant.  Equality alone, so an index serves it.
--                 A table without domain_id gets none: a tenant's transaction finds it empty.
--   system_scope  for wordclaw_<service>_system: all rows, or those of the tenant that request_act_for() named.
--   owner_scope   for wordclaw_owner: all rows, for migrations and functions.
--
-- A file that needs another policy creates it for one of these roles by name, and that one is kept.  Policies for PUBLIC are
-- dropped.  The system role may do to a table what the tenant role may; a file grants it the rest.  Functions that act as
-- wordclaw_owner (SECURITY DEFINER) are for the system role alone.
DO $$
DECLARE
	service text := current_setting('wordclaw.service');
	tenant  text := 'wordclaw_' || service;
	system  text := tenant || '_system';
	t       record;
	one     record;
BEGIN
	FOR t IN
		SELECT c.oid, c.oid::regclass AS name, c.relrowsecurity AND c.relforcerowsecurity AS is_walled,
		       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'domain_id' AND NOT a.attisdropped) AS has_domain
		  FROM pg_class c
		 WHERE c.relnamespace = service::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
	LOOP
		IF NOT t.is_walled THEN
			EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t.name);
		END IF;
		FOR one IN SELECT polname FROM pg_policy WHERE polrelid = t.oid AND 0 = ANY (polroles) LOOP
			EXECUTE format('DROP POLICY %I ON %s', one.polname, t.name);
		END LOOP;
		IF t.has_domain AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid AND polpermissive AND tenant::regrole = ANY (polroles)) THEN
			EXECUTE format('CREATE POLICY tenant_scope ON %s TO %I USING (domain_id = %I.tenant())', t.name, tenant, service);
		END IF;
		IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid AND system::regrole = ANY (polroles)) THEN
			EXECUTE format('CREATE POLICY system_scope ON %s TO %I USING (%s)', t.name, system,
				CASE WHEN t.has_domain THEN format('(SELECT %1$I.tenant()) IS NULL OR domain_id = (SELECT %1$I.tenant())', service) ELSE 'true' END);
		END IF;
		IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid AND 'wordclaw_owner'::regrole = ANY (polroles)) THEN
			EXECUTE format('CREATE POLICY owner_scope ON %s TO wordclaw_owner USING (true)', t.name);
		END IF;
	END LOOP;

	FOR one IN
		SELECT c.oid::regclass AS name, c.relkind, a.privilege_type AS privilege, NULL::name AS attname
		  FROM pg_class c, aclexplode(c.relacl) a
		 WHERE c.relnamespace = service::regnamespace AND a.grantee = tenant::regrole
		   AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) b WHERE b.grantee = system::regrole AND b.privilege_type = a.privilege_type)
		UNION ALL
		SELECT c.oid::regclass, c.relkind, a.privilege_type, k.attname
		  FROM pg_class c JOIN pg_attribute k ON k.attrelid = c.oid, aclexplode(k.attacl) a
		 WHERE c.relnamespace = service::regnamespace AND a.grantee = tenant::regrole
		   AND NOT EXISTS (SELECT FROM aclexplode(k.attacl) b WHERE b.grantee = system::regrole AND b.privilege_type = a.privilege_type)
	LOOP
		EXECUTE format('GRANT %s%s ON %s %s TO %I', one.privilege, CASE WHEN one.attname IS NULL THEN '' ELSE format(' (%I)', one.attname) END,
			CASE one.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, one.name, system);
	END LOOP;

	FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = service::regnamespace AND prosecdef LOOP
		EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, %I', one.name, tenant);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', one.name, system);
	END LOOP;
END
$$;

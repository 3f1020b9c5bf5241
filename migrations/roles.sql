-- Roles, schema and least privilege of one service, named by the setting wordclaw.service.  Safe to repeat.
--
-- wordclaw_owner owns every schema, table and function and nobody logs in as it.  A service's processes log in as two roles:
-- wordclaw_<service> for what a tenant asks and wordclaw_<service>_system for work across tenants.  Both own nothing, cannot
-- bypass row-level security, and may only do what the service's own migrations grant inside its own schema.  Neither is a member of
-- any role, so no SQL statement turns one into the other.

SELECT set_config('client_min_messages', 'warning', true);

DO $$
BEGIN
	IF to_regrole('wordclaw_owner') IS NULL THEN
		CREATE ROLE wordclaw_owner NOLOGIN;
	END IF;
	-- Whoever migrates acts as the owner; superusers may already.
	IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		GRANT wordclaw_owner TO CURRENT_USER;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'wordclaw_migrations') THEN
		CREATE SCHEMA wordclaw_migrations AUTHORIZATION wordclaw_owner;
	END IF;
END
$$;

DO $$
DECLARE
	service text := current_setting('wordclaw.service');
	login   text;
	db      text := current_database();
	owner   name;
BEGIN
	SELECT pg_get_userbyid(nspowner) INTO owner FROM pg_namespace WHERE nspname = service;
	IF owner IS NULL THEN
		EXECUTE format('CREATE SCHEMA %I AUTHORIZATION wordclaw_owner', service);
	ELSIF owner <> 'wordclaw_owner' THEN
		RAISE EXCEPTION 'schema "%" already exists and belongs to "%": use a database of its own for WordClaw', service, owner;
	END IF;

	FOREACH login IN ARRAY ARRAY['wordclaw_' || service, 'wordclaw_' || service || '_system'] LOOP
		IF to_regrole(login) IS NULL THEN
			EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', login);
		END IF;
		IF EXISTS (SELECT FROM pg_roles WHERE rolname = login AND
		    (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR NOT rolcanlogin)) THEN
			RAISE EXCEPTION 'role "%" has more rights than a service may have: take them away or drop the role', login;
		END IF;
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, login);
		IF NOT has_database_privilege(login, db, 'CONNECT') THEN
			EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', db, login);
		END IF;
		EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I, public', login, db, service);
		-- Documents are compressed on every write: lz4 costs a fraction of the default, where the server was built with it.
		BEGIN
			EXECUTE format('ALTER ROLE %I IN DATABASE %I SET default_toast_compression = %L', login, db, 'lz4');
		EXCEPTION WHEN invalid_parameter_value OR feature_not_supported THEN
			NULL;
		END;
		-- A page of these tables is in memory or on a solid disk: with the default price, that of a turning disk, the planner
		-- sorts a small tenant's rows instead of reading an index in order, and keeps the plan for a tenant that has millions.
		EXECUTE format('ALTER ROLE %I IN DATABASE %I SET random_page_cost = %L', login, db, '1.1');
		-- A transaction left open holds back the events of every service: the server ends it.
		EXECUTE format('ALTER ROLE %I IN DATABASE %I SET idle_in_transaction_session_timeout = %L', login, db, '10s');
	END LOOP;
END
$$;

-- Before PostgreSQL 15 everybody could create objects in public.
DO $$
BEGIN
	IF has_schema_privilege('public', 'public', 'CREATE') THEN
		REVOKE CREATE ON SCHEMA public FROM PUBLIC;
	END IF;
EXCEPTION WHEN insufficient_privilege THEN
	RAISE WARNING 'everybody may create objects in schema public of this database: its owner should run REVOKE CREATE ON SCHEMA public FROM PUBLIC';
END
$$;

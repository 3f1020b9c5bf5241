-- One hash over every definition in a service's schema ($1), so that --verify sees a change made by hand.
-- Run with search_path = pg_catalog: definitions then name their schemas.  Partitions come and go; they do not count.
WITH schema AS (SELECT oid FROM pg_namespace WHERE nspname = $1),
     relation AS (
	SELECT c.* FROM pg_class c JOIN schema s ON c.relnamespace = s.oid WHERE NOT c.relispartition),
     line AS (
	SELECT concat_ws(' ', 'relation', relname, relkind, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity,
		relacl, reloptions, pg_get_partkeydef(oid), CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END) AS text
	FROM relation WHERE relkind <> 'i' AND relkind <> 'I'
	UNION ALL
	SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
		a.attgenerated, a.attacl, pg_get_expr(d.adbin, d.adrelid))
	FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	WHERE c.relkind IN ('r', 'p')
	UNION ALL
	SELECT concat_ws(' ', 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid))
	FROM relation c JOIN pg_constraint k ON k.conrelid = c.oid
	UNION ALL
	SELECT concat_ws(' ', 'index', pg_get_indexdef(c.oid)) FROM relation c WHERE c.relkind IN ('i', 'I')
	UNION ALL
	SELECT concat_ws(' ', 'policy', c.relname, p.polname, p.polcmd, p.polpermissive,
		(SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role)::text END, ',') FROM unnest(p.polroles) role),
		pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
	FROM relation c JOIN pg_policy p ON p.polrelid = c.oid
	UNION ALL
	SELECT concat_ws(' ', 'trigger', c.relname, pg_get_triggerdef(t.oid))
	FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
	UNION ALL
	SELECT concat_ws(' ', 'function', pg_get_userbyid(p.proowner), p.proacl, pg_get_functiondef(p.oid))
	FROM pg_proc p JOIN schema s ON p.pronamespace = s.oid WHERE p.prokind IN ('f', 'p')
	UNION ALL
	SELECT concat_ws(' ', 'enum', t.typname, e.enumsortorder, e.enumlabel)
	FROM pg_type t JOIN schema s ON t.typnamespace = s.oid JOIN pg_enum e ON e.enumtypid = t.oid)
SELECT encode(sha256(convert_to(coalesce(string_agg(text, E'\n' ORDER BY text COLLATE "C"), ''), 'UTF8')), 'hex') FROM line

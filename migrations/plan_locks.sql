-- What the trial did to tables that were there before: table, strongest lock, and the work that takes as long as the table is large:
-- 'rewrite', 'index', 'scan', 'rows', each at most once.  Partitions count as their parents.
WITH lock AS (
	SELECT l.relation, max(CASE l.mode WHEN 'RowExclusiveLock' THEN 1 WHEN 'ShareUpdateExclusiveLock' THEN 2 WHEN 'ShareLock' THEN 3
		WHEN 'ShareRowExclusiveLock' THEN 4 WHEN 'ExclusiveLock' THEN 5 WHEN 'AccessExclusiveLock' THEN 6 END) AS strength
	FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted GROUP BY 1),
     work AS (
	SELECT t.oid, 'rewrite' AS what FROM plan_tables t JOIN pg_class c USING (oid) WHERE c.relfilenode <> t.relfilenode
	UNION SELECT i.indrelid, 'index' FROM pg_index i JOIN plan_tables t ON t.oid = i.indrelid
		WHERE NOT EXISTS (SELECT FROM plan_indexes p WHERE p.indexrelid = i.indexrelid)
	UNION SELECT k.conrelid, 'scan' FROM pg_constraint k JOIN plan_tables t ON t.oid = k.conrelid
		WHERE k.convalidated AND k.contype IN ('c', 'f') AND NOT EXISTS (SELECT FROM plan_constraints p WHERE p.oid = k.oid)
	UNION SELECT a.attrelid, 'scan' FROM pg_attribute a JOIN plan_columns p USING (attrelid, attnum) WHERE a.attnotnull AND NOT p.attnotnull
	UNION SELECT relation, 'rows' FROM pg_locks l JOIN plan_tables t ON t.oid = l.relation
		WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'RowExclusiveLock'),
     parent AS (SELECT t.oid, coalesce((SELECT inhparent FROM pg_inherits h WHERE h.inhrelid = t.oid), t.oid) AS head FROM plan_tables t)
SELECT c.relname, (ARRAY['ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'])[max(l.strength)],
	coalesce(string_agg(DISTINCT w.what, ' ' ORDER BY w.what), '')
FROM parent p JOIN lock l ON l.relation = p.oid JOIN pg_class c ON c.oid = p.head LEFT JOIN work w ON w.oid = p.oid
WHERE l.strength IS NOT NULL
GROUP BY c.relname ORDER BY c.relname

-- What a schema ($wordclaw.service) has before a migration that is only tried: in an empty copy of the database, in the transaction of the trial.
CREATE TEMP TABLE plan_tables ON COMMIT DROP AS
	SELECT c.oid, c.relfilenode FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname = current_setting('wordclaw.service') AND c.relkind IN ('r', 'p');
CREATE TEMP TABLE plan_columns ON COMMIT DROP AS
	SELECT a.attrelid, a.attnum, a.attnotnull FROM pg_attribute a JOIN plan_tables t ON t.oid = a.attrelid WHERE a.attnum > 0;
CREATE TEMP TABLE plan_constraints ON COMMIT DROP AS
	SELECT k.oid FROM pg_constraint k JOIN plan_tables t ON t.oid = k.conrelid WHERE k.convalidated;
CREATE TEMP TABLE plan_indexes ON COMMIT DROP AS
	SELECT i.indexrelid FROM pg_index i JOIN plan_tables t ON t.oid = i.indrelid;

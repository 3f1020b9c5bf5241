/* What pending files would lock: they run in an empty copy of the schema, and what they did there is held against the tables' real sizes. */
#include "plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* Bytes a millisecond, of a modest machine: what takes longer here is worth a plan of its own. */
enum { SCAN_RATE = 200 * 1000, BUILD_RATE = 50 * 1000, ROWS_RATE = 20 * 1000 };

struct plan {
	struct session *session; /* the real one */
	struct session copy;
	const struct migration_set *set;
	const char *name;        /* of the copy */
	size_t n_refused;
};

static bool
has_state(const struct migration_set *set, const char *service, enum migration_state state)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->list[i].service, service) == 0 && set->list[i].state == state)
			return true;
	return false;
}

/* ---- the copy ---- */

static void
set_service(const struct session *copy, const char *service)
{
	(void)session_text(copy, "SELECT set_config('wordclaw.service', $1, true)", (const char *const[]){ service, NULL });
}

static void
make_schema(struct plan *plan, const char *service)
{
	struct session *copy = &plan->copy;

	copy->doing = arena_printf(copy->arena, "a copy of %s", service);
	session_run(copy, "BEGIN");
	set_service(copy, service);
	session_run(copy, migration_text(copy->arena, plan->set->directory, "roles.sql"));
	session_run(copy, "COMMIT");
}

/* As migrate.c applies it; with is_tried what is noted before and asked afterwards. */
static struct session_rows
run_file(struct plan *plan, const struct migration *migration, bool is_tried)
{
	struct session *copy = &plan->copy;
	struct session_rows locks = { .n = 0 };

	copy->doing = arena_printf(copy->arena, "%s/%s, tried in an empty copy", migration->service, migration->file);
	session_run(copy, "BEGIN");
	set_service(copy, migration->service);
	if (is_tried)
		session_run(copy, migration_text(copy->arena, plan->set->directory, "plan_before.sql"));
	session_run(copy, "SET LOCAL ROLE wordclaw_owner");
	session_run(copy, arena_printf(copy->arena, "SET LOCAL search_path = %s, public", migration->service));
	session_run(copy, migration->sql);
	session_run(copy, "SET LOCAL ROLE wordclaw_owner; SET LOCAL search_path = pg_catalog");
	set_service(copy, migration->service);
	session_run(copy, migration_text(copy->arena, plan->set->directory, "scopes.sql"));
	session_run(copy, "RESET ROLE");
	if (is_tried)
		locks = session_list(copy, migration_text(copy->arena, plan->set->directory, "plan_locks.sql"), NULL);
	session_run(copy, "COMMIT");
	return locks;
}

/* ---- sizes and times ---- */

/* Bytes of a table with its partitions, without its indexes. */
static int64_t
table_bytes(const struct plan *plan, const char *service, const char *table)
{
	const char *text = session_text(plan->session,
	    "SELECT coalesce(sum(pg_table_size(t.relid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, "
	    "LATERAL (SELECT c.oid AS relid UNION SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf) t WHERE n.nspname = $1 AND c.relname = $2",
	    (const char *const[]){ service, table, NULL });

	return text ? strtoll(text, NULL, 10) : 0;
}

static int64_t
work_ms(const char *work, int64_t n_bytes)
{
	int64_t ms = 0;

	if (strstr(work, "scan"))
		ms += n_bytes / SCAN_RATE;
	if (strstr(work, "index") || strstr(work, "rewrite"))
		ms += n_bytes / BUILD_RATE;
	if (strstr(work, "rows"))
		ms += n_bytes / ROWS_RATE;
	return ms;
}

static bool
blocks_writes(const char *mode, const char *work)
{
	return strstr(work, "rows") || (strcmp(mode, "ROW EXCLUSIVE") != 0 && strcmp(mode, "SHARE UPDATE EXCLUSIVE") != 0);
}

static const char *
effect_of(const char *mode, const char *work)
{
	if (strcmp(mode, "ACCESS EXCLUSIVE") == 0)
		return "nobody reads or writes it";
	if (strcmp(mode, "ROW EXCLUSIVE") != 0 && strcmp(mode, "SHARE UPDATE EXCLUSIVE") != 0)
		return "nobody writes it";
	return strstr(work, "rows") ? "nobody else changes the rows that it changes" : "nobody waits";
}

static const char ADVICE[] =
    "in steps that each take a moment: ADD COLUMN without a volatile default, NOT VALID and then VALIDATE CONSTRAINT, CREATE INDEX CONCURRENTLY by hand "
    "before the migration that says IF NOT EXISTS, rows in portions by a timer of the service";

/* A lock is held to the end of the file: every table waits as long as all of its work takes. */
static void
judge(struct plan *plan, const struct migration *migration, struct session_rows locks)
{
	int64_t total_ms = 0;
	bool is_blocking = false;

	for (size_t i = 0; i < locks.n; i++)
		total_ms += work_ms(locks.list[i].columns[2], table_bytes(plan, migration->service, locks.list[i].columns[0]));
	for (size_t i = 0; i < locks.n; i++) {
		const char *table = locks.list[i].columns[0], *mode = locks.list[i].columns[1], *work = locks.list[i].columns[2];
		int64_t n_bytes = table_bytes(plan, migration->service, table);
		printf("        locks %s.%s (%" PRId64 " MB) in %s mode%s%s: %s for about %" PRId64 " ms\n", migration->service, table, n_bytes / 1000000, mode,
		    *work ? ", work on it: " : "", work, effect_of(mode, work), total_ms);
		is_blocking |= blocks_writes(mode, work);
	}
	if (!is_blocking || total_ms <= PLAN_BLOCKED_MS_MAX)
		return;
	report_warn("%s/%s would block writes for about %" PRId64 " s, at most %d are allowed: %s", migration->service, migration->file, total_ms / 1000,
	    PLAN_BLOCKED_MS_MAX / 1000, ADVICE);
	plan->n_refused++;
}

static void
plan_service(struct plan *plan, const char *service)
{
	make_schema(plan, service);
	for (size_t i = 0; i < plan->set->n; i++) {
		const struct migration *migration = &plan->set->list[i];
		if (strcmp(migration->service, service) != 0 || migration->state == MIGRATION_CHANGED)
			continue;
		bool is_pending = migration->state == MIGRATION_PENDING;
		struct session_rows locks = run_file(plan, migration, is_pending);
		if (!is_pending)
			continue;
		printf("pending %s/%s\n", migration->service, migration->file);
		judge(plan, migration, locks);
	}
}

/* What a run that failed has left. */
static void
drop_leftovers(struct session *session)
{
	struct session_rows rows = session_list(session, "SELECT format('DROP DATABASE IF EXISTS %I', datname) FROM pg_database d WHERE datname ~ '^wordclaw_plan_[0-9]+$' "
	    "AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)", NULL);

	for (size_t i = 0; i < rows.n; i++)
		session_run(session, rows.list[i].columns[0]);
}

static bool
may_make_a_copy(struct session *session)
{
	if (session_is(session, "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user", NULL))
		return true;
	report_warn("role \"%s\" may not create a database to try the files in: what they lock is not told; ALTER ROLE \"%s\" CREATEDB", PQuser(session->conn),
	    PQuser(session->conn));
	return false;
}

size_t
plan_print(struct session *session, const struct migration_set *set, const char *url)
{
	struct plan plan = { .session = session, .set = set };
	bool is_worth_it = false;

	for (size_t i = 0; i < set->n_services; i++)
		is_worth_it |= has_state(set, set->services[i], MIGRATION_APPLIED) && has_state(set, set->services[i], MIGRATION_PENDING);
	is_worth_it = is_worth_it && may_make_a_copy(session);
	if (is_worth_it) {
		drop_leftovers(session);
		plan.name = arena_printf(session->arena, "wordclaw_plan_%d", (int)getpid());
		session->doing = "making an empty copy of the database";
		session_run(session, arena_printf(session->arena, "CREATE DATABASE %s TEMPLATE template0", plan.name));
		session_open_copy(&plan.copy, session, url, plan.name);
		if (session_is(session, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')", NULL))
			session_run(&plan.copy, "CREATE EXTENSION vector WITH SCHEMA public");
	}
	for (size_t i = 0; i < set->n_services; i++) {
		const char *service = set->services[i];
		if (is_worth_it && has_state(set, service, MIGRATION_APPLIED) && has_state(set, service, MIGRATION_PENDING)) {
			plan_service(&plan, service);
			continue;
		}
		for (size_t m = 0; m < set->n; m++)
			if (strcmp(set->list[m].service, service) == 0 && set->list[m].state == MIGRATION_PENDING)
				printf("pending %s/%s\n", service, set->list[m].file); /* of a schema that is new: nobody waits */
	}
	if (is_worth_it) {
		session_close(&plan.copy);
		session_run(session, arena_printf(session->arena, "DROP DATABASE %s WITH (FORCE)", plan.name));
	}
	return plan.n_refused;
}

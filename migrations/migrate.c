/* wordclaw-migrate: brings a database to what the migration files say, or tells how it differs. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "login.h"
#include "migration.h"
#include "plan.h"
#include "report.h"
#include "secret.h"

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024 };

enum mode { MODE_APPLY, MODE_PLAN, MODE_VERIFY };

struct run {
	struct arena *arena;
	struct session session;
	struct migration_set set;
	const char *secrets;
	enum mode mode;
};

static const char *setting_url, *setting_home, *setting_directory;

static const struct setting SETTINGS[] = {
	{ "DATABASE_URL", SETTING_TEXT, NULL, 0, 0,
	    "libpq URI of a superuser, or of a role with CREATEROLE and CREATE on the database", &setting_url },
	{ "WORDCLAW_HOME", SETTING_TEXT, "./.wordclaw", 0, 0, "the services' logins are kept in secrets/ below it",
	    &setting_home },
	{ "WORDCLAW_MIGRATIONS_DIR", SETTING_TEXT, "", 0, 0, "migration files; empty: ../migrations beside this program",
	    &setting_directory },
};

static const char USAGE[] = "usage: wordclaw-migrate [--plan | --verify]\n"
			    "\n"
			    "Creates the roles, schemas and logins of every service and applies pending migration files.\n"
			    "\n"
			    "  --plan          print what would run, what it locks and about how long; exit 1 when writes would wait\n"
			    "                  for longer than a second; change nothing (needs CREATEDB: it is tried in an empty copy)\n"
			    "  --verify        compare ledger, files and database; exit 1 when they differ\n"
			    "  --check-config  check the settings and exit\n"
			    "  --help          this text\n"
			    "\n";

/* Beside the program, so that a checkout and an installed copy both find their own files. */
static const char *
default_directory(struct arena *arena)
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n < 0)
		report_fail("cannot find my own path: %s", strerror(errno));
	program[n] = '\0';
	return arena_printf(arena, "%s/../migrations", dirname(program));
}

static void
make_directory(const char *path)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		report_fail("cannot make %s: %s", path, strerror(errno));
}

/* What processes on several hosts have in common, made once, beside their logins. */
static void
make_keys(struct run *run)
{
	static const char *const names[] = { "master.key", "bus.key" };
	struct secret key;

	make_directory(setting_home);
	make_directory(run->secrets);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path = arena_printf(run->arena, "%s/%s", run->secrets, names[i]);
		if (!secret_load_key(path, SEAL_KEY_BYTES, &key))
			report_fail("cannot read or make the key file %s", path);
		secret_wipe(&key);
	}
}

static int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
check_rights(const struct session *session)
{
	if (session_is(session,
	        "SELECT rolsuper OR (rolcreaterole AND has_database_privilege(current_database(), 'CREATE')) "
	        "FROM pg_roles WHERE rolname = current_user",
	        NULL))
		return;
	const char *user = PQuser(session->conn), *database = PQdb(session->conn);
	report_fail("role \"%s\" may not create roles and schemas in database \"%s\": an administrator can run "
		    "ALTER ROLE \"%s\" CREATEROLE; GRANT CREATE ON DATABASE \"%s\" TO \"%s\";",
	    user, database, user, database, user);
}

/* One run at a time per database; the lock goes with the connection. */
static void
take_lock(struct session *session)
{
	session->doing = "waiting for another migration run to finish";
	session_run(session, "SET lock_timeout = '60s'");
	session_run(session, "SELECT pg_advisory_lock(hashtext('wordclaw_migrations'))");
	session_run(session, "SET lock_timeout = '10s'");
}

static void
prepare_service(struct run *run, const char *service)
{
	struct session *session = &run->session;
	session->doing = arena_printf(run->arena, "roles of %s", service);
	session_run(session, "BEGIN");
	(void)session_text(session, "SELECT set_config('wordclaw.service', $1, true)", (const char *const[]){ service, NULL });
	session_run(session, migration_text(run->arena, run->set.directory, "roles.sql"));
	session_run(session, "SET LOCAL ROLE wordclaw_owner");
	session_run(session, migration_text(run->arena, run->set.directory, "ledger.sql"));
	session_run(session, "COMMIT");
	login_prepare(session, run->secrets, service);
	login_prepare(session, run->secrets, arena_printf(run->arena, "%s_system", service));
}

/* Number of breaches of walls.sql, each printed. */
static size_t
check_walls(const struct run *run, const char *service)
{
	struct session_rows rows = session_list(&run->session, migration_text(run->arena, run->set.directory, "walls.sql"),
	    (const char *const[]){ service, NULL });
	for (size_t i = 0; i < rows.n; i++)
		report_warn("%s", rows.list[i].columns[0]);
	return rows.n;
}

static const char *
fingerprint(const struct run *run, const char *service)
{
	return session_text(&run->session, migration_text(run->arena, run->set.directory, "fingerprint.sql"),
	    (const char *const[]){ service, NULL });
}

static void
record(const struct run *run, const struct migration *migration, int64_t duration_ms)
{
	const struct session *session = &run->session;
	(void)session_list(session,
	    "INSERT INTO wordclaw_migrations.applied (service, file, checksum, duration_ms) VALUES ($1, $2, $3, $4::integer)",
	    (const char *const[]){ migration->service, migration->file, migration->checksum,
	        arena_printf(run->arena, "%lld", (long long)duration_ms), NULL });
	(void)session_list(session,
	    "INSERT INTO wordclaw_migrations.fingerprints (service, fingerprint, server_version) "
	    "VALUES ($1, $2, current_setting('server_version_num')::integer / 10000) "
	    "ON CONFLICT (service) DO UPDATE SET fingerprint = excluded.fingerprint, server_version = excluded.server_version",
	    (const char *const[]){ migration->service, fingerprint(run, migration->service), NULL });
}

/* The file, its checks and its ledger row commit together. */
static void
apply(struct run *run, const struct migration *migration)
{
	struct session *session = &run->session;
	int64_t start_ms = now_ms();
	session->doing = arena_printf(run->arena, "%s/%s", migration->service, migration->file);
	session_run(session, "BEGIN");
	session_run(session, "SET LOCAL ROLE wordclaw_owner");
	session_run(session, arena_printf(run->arena, "SET LOCAL search_path = %s, public", migration->service));
	const char *xid = session_text(session, "SELECT pg_current_xact_id()", NULL);
	session_run(session, migration->sql);
	if (PQtransactionStatus(session->conn) != PQTRANS_INTRANS ||
	    strcmp(session_text(session, "SELECT pg_current_xact_id()", NULL), xid) != 0)
		report_fail("%s: a migration may not contain BEGIN, COMMIT or ROLLBACK", session->doing);
	session_run(session, "SET LOCAL ROLE wordclaw_owner; SET LOCAL search_path = pg_catalog");
	(void)session_text(session, "SELECT set_config('wordclaw.service', $1, true)", (const char *const[]){ migration->service, NULL });
	session_run(session, migration_text(run->arena, run->set.directory, "scopes.sql"));
	if (check_walls(run, migration->service) > 0)
		report_fail("%s: refused, nothing was changed", session->doing);
	record(run, migration, now_ms() - start_ms);
	session_run(session, "COMMIT");
	printf("applied %s (%lld ms)\n", session->doing, (long long)(now_ms() - start_ms));
}

/* Semantic search needs pgvector; everything else runs without it. */
static void
prepare_vector(struct run *run)
{
	struct session *session = &run->session;
	session->doing = "extension vector";
	if (session_is(session, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')", NULL))
		return;
	if (!session_is(session, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')", NULL)) {
		report_warn("this server has no pgvector: semantic search will not be available");
		return;
	}
	PGresult *result = PQexec(session->conn, "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public");
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		report_warn("extension vector could not be created, an administrator can: %s", PQresultErrorMessage(result));
	PQclear(result);
}

static int
run_apply(struct run *run)
{
	make_keys(run);
	check_rights(&run->session);
	take_lock(&run->session);
	run->session.doing = "reading the ledger";
	if (migration_set_compare(&run->set, &run->session) > 0)
		report_fail("refused, nothing was changed");
	prepare_vector(run);
	for (size_t i = 0; i < run->set.n_services; i++)
		prepare_service(run, run->set.services[i]);
	for (size_t i = 0; i < run->set.n; i++)
		if (run->set.list[i].state == MIGRATION_PENDING)
			apply(run, &run->set.list[i]);
	return EXIT_SUCCESS;
}

static int
run_plan(struct run *run)
{
	run->session.doing = "reading the ledger";
	size_t n_problems = migration_set_compare(&run->set, &run->session);
	size_t n_pending = 0;
	for (size_t i = 0; i < run->set.n_services; i++)
		if (session_is(&run->session, "SELECT to_regrole('wordclaw_' || $1) IS NULL",
		        (const char *const[]){ run->set.services[i], NULL }))
			printf("role    wordclaw_%s\n", run->set.services[i]);
	for (size_t i = 0; i < run->set.n; i++)
		n_pending += run->set.list[i].state == MIGRATION_PENDING;
	size_t n_refused = plan_print(&run->session, &run->set, setting_url);
	printf("%zu of %zu files pending\n", n_pending, run->set.n);
	return n_problems > 0 || n_refused > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static size_t
verify_service(struct run *run, const char *service)
{
	struct session *session = &run->session;
	session->doing = arena_printf(run->arena, "verifying %s", service);
	size_t n_problems = check_walls(run, service);
	const char *recorded = session_text(session,
	    "SELECT fingerprint FROM wordclaw_migrations.fingerprints WHERE service = $1 "
	    "AND server_version = current_setting('server_version_num')::integer / 10000",
	    (const char *const[]){ service, NULL });
	if (recorded && strcmp(recorded, fingerprint(run, service)) != 0) {
		report_warn("schema \"%s\" is not what its migrations made: it was changed by hand", service);
		n_problems++;
	}
	const char *const logins[] = { service, arena_printf(run->arena, "%s_system", service) };
	for (size_t i = 0; i < 2; i++) {
		if (login_works(session, run->secrets, logins[i]))
			continue;
		report_warn("role \"wordclaw_%s\" cannot log in with %s/%s.dsn", logins[i], run->secrets, logins[i]);
		n_problems++;
	}
	return n_problems;
}

static int
run_verify(struct run *run)
{
	run->session.doing = "reading the ledger";
	size_t n_problems = migration_set_compare(&run->set, &run->session);
	for (size_t i = 0; i < run->set.n; i++) {
		if (run->set.list[i].state != MIGRATION_PENDING)
			continue;
		report_warn("%s/%s was not applied", run->set.list[i].service, run->set.list[i].file);
		n_problems++;
	}
	if (session_is(&run->session, "SELECT to_regclass('wordclaw_migrations.fingerprints') IS NOT NULL", NULL))
		for (size_t i = 0; i < run->set.n_services; i++)
			n_problems += verify_service(run, run->set.services[i]);
	if (n_problems > 0)
		report_fail("%zu differences", n_problems);
	printf("%zu files of %zu services applied; ledger, files and database agree\n", run->set.n, run->set.n_services);
	return EXIT_SUCCESS;
}

static int
run_mode(struct run *run)
{
	switch (run->mode) {
	case MODE_APPLY:
		return run_apply(run);
	case MODE_PLAN:
		return run_plan(run);
	case MODE_VERIFY:
		return run_verify(run);
	}
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	struct run run = { .mode = MODE_APPLY };
	const char *argument = argc > 1 ? argv[1] : "";
	size_t n_settings = sizeof SETTINGS / sizeof *SETTINGS;
	if (strcmp(argument, "--help") == 0) {
		fputs(USAGE, stdout);
		settings_print(SETTINGS, n_settings);
		return EXIT_SUCCESS;
	}
	bool is_check = strcmp(argument, "--check-config") == 0;
	if (strcmp(argument, "--plan") == 0)
		run.mode = MODE_PLAN;
	else if (strcmp(argument, "--verify") == 0)
		run.mode = MODE_VERIFY;
	else if (argc > 2 || (*argument && !is_check)) {
		fputs(USAGE, stderr);
		return 2;
	}
	if (!settings_load(SETTINGS, n_settings))
		return EXIT_FAILURE;
	if (is_check)
		return EXIT_SUCCESS;
	secret_init();
	run.arena = arena_new(ARENA_BYTES_MAX);
	run.secrets = arena_printf(run.arena, "%s/secrets", setting_home);
	migration_set_load(&run.set, run.arena, *setting_directory ? setting_directory : default_directory(run.arena));
	session_open(&run.session, run.arena, setting_url);
	int status = run_mode(&run);
	session_close(&run.session);
	arena_free(run.arena);
	return status;
}

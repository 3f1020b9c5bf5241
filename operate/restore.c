/* wordclaw restore: a backup into an empty database and home; or, with --recovered, what is left to do after PostgreSQL itself
 * has brought the database back to a point in time. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"
#include "manifest.h"
#include "report.h"
#include "tool.h"

static const char USAGE[] = "usage: wordclaw restore DIRECTORY [--seal-with FILE] [--check]\n"
			    "       wordclaw restore --recovered\n";

struct restore {
	struct operate *operate;
	const char *directory;
	const char *seal_path;
	bool is_check, is_recovered;
	const struct json_value *manifest;
	int64_t n_assets;
};

static const char *
part_path(const struct restore *restore, const char *name)
{
	return arena_printf(restore->operate->arena, "%s/%s", restore->directory, name);
}

static void
say(const struct restore *restore, const char *what)
{
	if (!restore->operate->is_json)
		printf("%s\n", what);
	(void)fflush(stdout);
}

/* ---- assets ---- */

enum restore_assets { ASSETS_CHECK, ASSETS_COPY };

static void
take_asset(struct restore *restore, enum restore_assets what, const char *sum, const char *name)
{
	struct operate *operate = restore->operate;
	const char *from = part_path(restore, name);
	struct file_sum found;
	bool is_ok = what == ASSETS_CHECK ? file_sum(from, &found)
	    : file_copy(from, arena_printf(operate->arena, "%s/%s", operate->asset_root, name + strlen("assets/")), operate->home, &found);

	if (!is_ok)
		report_fail("%s: %s", from, strerror(errno));
	if (strcmp(found.sha256, sum) != 0)
		report_fail("%s is not what was written: its SHA-256 is %s", from, found.sha256);
	restore->n_assets++;
}

/* Each line of the list: "<sha256>  assets/<name>", as sha256sum -c reads it too. */
static void
take_assets(struct restore *restore, enum restore_assets what)
{
	enum { NAME_AT = SHA256_HEX_BYTES + 1 };
	const char *path = part_path(restore, ASSETS_NAME);
	char line[SHA256_HEX_BYTES + PATH_MAX];
	FILE *listing = fopen(path, "re");

	if (!listing)
		report_fail("%s: %s", path, strerror(errno));
	restore->n_assets = 0;
	while (fgets(line, sizeof(line), listing)) {
		struct arena_mark mark = arena_mark(restore->operate->arena);
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) <= NAME_AT || strncmp(line + NAME_AT, "assets/", 7) != 0 || strstr(line, "/../"))
			report_fail("%s: a line is no \"<sha256>  assets/<name>\"", path);
		line[SHA256_HEX_BYTES - 1] = '\0';
		take_asset(restore, what, line, line + NAME_AT);
		arena_rewind(restore->operate->arena, mark);
	}
	if (ferror(listing))
		report_fail("%s: %s", path, strerror(errno));
	(void)fclose(listing); /* only read from */
	int64_t n_wanted = manifest_get(manifest_get(restore->manifest, "assets", JSON_OBJECT), "files", JSON_INT)->integer;
	if (restore->n_assets != n_wanted)
		report_fail("%s names %" PRId64 " assets, the manifest %" PRId64, path, restore->n_assets, n_wanted);
}

/* ---- database ---- */

static void
require_empty(const struct restore *restore)
{
	struct session *session = &restore->operate->session;
	const char *found;

	session->doing = "looking at the database";
	found = session_text(session, "SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ') FROM (SELECT * FROM pg_class "
	    "WHERE relkind IN ('r', 'p') AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema') "
	    "LIMIT 3) c JOIN pg_namespace n ON n.oid = c.relnamespace", NULL);
	if (found)
		report_fail("database \"%s\" is not empty (%s): restore into a new one, and point the services at it afterwards",
		    PQdb(session->conn), found);
}

/* pg_dump leaves roles out, for they are the cluster's: made here without passwords, which wordclaw-migrate sets. */
static void
make_roles(const struct restore *restore, const struct json_value *services)
{
	struct session *session = &restore->operate->session;

	session->doing = "making the roles";
	session_run(session, "DO $$ BEGIN IF to_regrole('wordclaw_owner') IS NULL THEN CREATE ROLE wordclaw_owner NOLOGIN; END IF; END $$");
	for (uint32_t i = 0; i < services->n; i++) {
		if (services->items[i].type != JSON_TEXT)
			report_fail("the manifest has no usable \"services\"");
		(void)session_text(session, "SELECT set_config('wordclaw.service', $1, false)", (const char *const[]){ services->items[i].text, NULL });
		session_run(session, "DO $$ DECLARE login text; BEGIN "
		    "FOREACH login IN ARRAY ARRAY['wordclaw_' || current_setting('wordclaw.service'), 'wordclaw_' || current_setting('wordclaw.service') || '_system'] LOOP "
		    "IF to_regrole(login) IS NULL THEN "
		    "EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', login); "
		    "END IF; END LOOP; END $$");
	}
}

static void
make_extensions(const struct restore *restore)
{
	const struct json_value *names = manifest_get(restore->manifest, "extensions", JSON_LIST);
	struct session *session = &restore->operate->session;

	for (uint32_t i = 0; i < names->n; i++) {
		const char *name = names->items[i].type == JSON_TEXT ? names->items[i].text : "";
		const char *const params[] = { name, NULL };
		session->doing = arena_printf(restore->operate->arena, "extension %s", name);
		if (!session_is(session, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)", params))
			report_fail("the backup uses extension %s, which this server does not have: install it (pgvector is the package of vector)", name);
		session_run(session, session_text(session, "SELECT format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA public', $1::text)", params));
	}
}

static void
fill(const struct restore *restore)
{
	struct operate *operate = restore->operate;
	const char *problem;
	const char *argv[] = { operate_pg_tool(operate, "pg_restore"), "--exit-on-error", "--single-transaction", "--no-password",
		arena_printf(operate->arena, "--dbname=%s", PQdb(operate->session.conn)), part_path(restore, DUMP_NAME), NULL };
	struct tool tool = { .argv = argv, .environment = tool_database(operate->arena, operate->database_url, &problem) };

	if (!tool.environment)
		report_fail("DATABASE_URL: %s", problem);
	struct tool_end end = tool_run(operate->arena, &tool);
	if (end.status != 0)
		report_fail("pg_restore failed, nothing was restored: %s", *end.output ? end.output : "it said nothing");
}

/* What was there at the backup's point is there again, table by table. */
static void
compare_counts(const struct restore *restore)
{
	struct operate *operate = restore->operate;
	const struct json_value *wanted = manifest_get(restore->manifest, "rows", JSON_OBJECT);
	struct json_error problem;
	struct buf json;

	operate->session.doing = "counting rows";
	buf_init(&json, operate->arena, 16384);
	manifest_add_counts(&json, operate, operate_services(operate));
	const struct json_value *found = json_parse(operate->arena, json.bytes, json.len, NULL, &problem);
	if (!found)
		report_fail("counting rows: %s", problem.message);
	for (uint32_t i = 0; i < wanted->n; i++) {
		const struct json_member *table = &wanted->members[i];
		const struct json_value *count = json_get(found, table->name);
		if (!count || count->type != JSON_INT || table->value.type != JSON_INT || count->integer != table->value.integer)
			report_fail("%s has %" PRId64 " rows, the backup had %" PRId64, table->name,
			    count && count->type == JSON_INT ? count->integer : 0, table->value.type == JSON_INT ? table->value.integer : 0);
	}
}

/* ---- what follows any way back ---- */

static void
run_ours(const struct restore *restore, const char *const *argv, const char *const *environment)
{
	struct operate *operate = restore->operate;
	struct tool tool = { .argv = argv, .environment = environment, .home = operate->home };
	struct tool_end end = tool_run(operate->arena, &tool);

	if (end.status != 0)
		report_fail("%s failed: %s", argv[0], *end.output ? end.output : "it said nothing");
	if (*end.output)
		say(restore, end.output);
}

/* Logins, and what migrations were written since the backup. */
static void
migrate(const struct restore *restore)
{
	struct operate *operate = restore->operate;
	const char *const argv[] = { tool_ours(operate->arena, "wordclaw-migrate"), NULL };
	const char *const environment[] = { arena_printf(operate->arena, "DATABASE_URL=%s", operate->database_url), "DATABASE_URL_FILE=",
		arena_printf(operate->arena, "WORDCLAW_HOME=%s", operate->home), NULL };

	run_ours(restore, argv, environment);
}

/* Transaction ids begin anew and events after the point are gone: what consumers have read ends with the epoch before. */
static void
raise_epochs(const struct restore *restore)
{
	struct operate *operate = restore->operate;
	struct session_rows services = operate_services(operate);

	operate->session.doing = "raising the epoch of the events";
	session_run(&operate->session, "BEGIN");
	for (size_t i = 0; i < services.n; i++)
		session_run(&operate->session, arena_printf(operate->arena,
		    "INSERT INTO %1$s.outbox_epoch (epoch) SELECT max(epoch) + 1 FROM %1$s.outbox_epoch", services.list[i].columns[0]));
	session_run(&operate->session, "COMMIT");
}

static void
verify_chains(const struct restore *restore)
{
	struct operate *operate = restore->operate;
	const char *const argv[] = { tool_ours(operate->arena, "wordclaw-audit"), "--verify-chains", NULL };

	run_ours(restore, argv, operate_environment(operate, "audit"));
}

static void
require_stopped(const struct restore *restore)
{
	struct session *session = &restore->operate->session;
	const char *who;

	session->doing = "looking for running services";
	who = session_text(session, "SELECT string_agg(DISTINCT usename, ', ') FROM pg_stat_activity "
	    "WHERE datname = current_database() AND usename LIKE 'wordclaw\\_%' AND usename <> session_user", NULL);
	if (who)
		report_fail("%s are connected: stop the services first, for their events would belong to no epoch", who);
}

/* ---- the command ---- */

static void
check(struct restore *restore)
{
	restore->manifest = manifest_check(restore->operate->arena, restore->directory);
	say(restore, "the parts are as they were written");
	take_assets(restore, ASSETS_CHECK);
	say(restore, arena_printf(restore->operate->arena, "%" PRId64 " assets are as they were written", restore->n_assets));
}

static void
make_home(const struct operate *operate)
{
	if ((mkdir(operate->home, 0700) != 0 && errno != EEXIST) || (mkdir(operate->secrets, 0700) != 0 && errno != EEXIST))
		report_fail("cannot make %s: %s", operate->secrets, strerror(errno));
	struct stat place;
	if (geteuid() == 0 && stat(operate->home, &place) == 0 && chown(operate->secrets, place.st_uid, place.st_gid) != 0)
		report_fail("%s: %s", operate->secrets, strerror(errno));
}

static void
restore_all(struct restore *restore)
{
	struct operate *operate = restore->operate;
	bool is_sealed = strcmp(manifest_get(restore->manifest, "keys", JSON_TEXT)->text, "sealed") == 0;

	if (is_sealed && !restore->seal_path)
		report_fail("the backup's keys are sealed: name the sealing key with --seal-with FILE");
	operate_connect(operate);
	require_empty(restore);
	make_home(operate);
	if (is_sealed)
		keys_open(operate, restore->seal_path, part_path(restore, KEYS_NAME));
	keys_check(operate, manifest_get(restore->manifest, "keyFingerprints", JSON_OBJECT));
	make_roles(restore, manifest_get(restore->manifest, "services", JSON_LIST));
	make_extensions(restore);
	fill(restore);
	say(restore, "the database is filled");
	compare_counts(restore);
	say(restore, "every table has the rows it had");
	take_assets(restore, ASSETS_COPY);
	migrate(restore);
}

static bool
read_arguments(struct restore *restore, int argc, char **argv)
{
	bool is_good = true;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--check") == 0)
			restore->is_check = true;
		else if (strcmp(argv[i], "--recovered") == 0)
			restore->is_recovered = true;
		else if (strcmp(argv[i], "--seal-with") == 0 && i + 1 < argc)
			restore->seal_path = argv[++i];
		else if (argv[i][0] != '-' && !restore->directory)
			restore->directory = argv[i];
		else
			is_good = false;
	}
	return is_good && (restore->directory == NULL) == restore->is_recovered && !(restore->is_check && restore->is_recovered);
}

int
restore_run(struct operate *operate, int argc, char **argv)
{
	struct restore restore = { .operate = operate };

	if (!read_arguments(&restore, argc, argv)) {
		fputs(USAGE, stderr);
		return 2;
	}
	if (restore.is_recovered) {
		operate_connect(operate);
		require_stopped(&restore);
	} else {
		check(&restore);
		if (restore.is_check) {
			if (operate->is_json)
				printf("{\"checked\":\"%s\",\"assets\":%" PRId64 "}\n", restore.directory, restore.n_assets);
			return EXIT_SUCCESS;
		}
		restore_all(&restore);
	}
	raise_epochs(&restore);
	say(&restore, "the events begin a new epoch");
	verify_chains(&restore);
	const char *point = restore.is_recovered ? NULL : manifest_get(restore.manifest, "pointAt", JSON_TEXT)->text;
	if (operate->is_json)
		printf("{\"restored\":true,\"pointAt\":%s%s%s}\n", point ? "\"" : "", point ? point : "null", point ? "\"" : "");
	else
		printf("restored%s%s: start the services\n", point ? " to " : "", point ? point : "");
	return EXIT_SUCCESS;
}

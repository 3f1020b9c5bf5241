/* wordclaw backup: the database as of one moment, the assets it names, the keys it was sealed with, and a manifest of all that. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys.h"
#include "manifest.h"
#include "report.h"
#include "tool.h"

static const char USAGE[] = "usage: wordclaw backup DIRECTORY (--seal-with FILE | --without-keys)\n";

struct backup {
	struct operate *operate;
	const char *directory, *draft; /* written aside and renamed: a backup is whole or not there */
	const char *seal_path;         /* NULL: keys by their fingerprints only */
	const char *point_at, *point_lsn, *snapshot;
	struct session_rows services;
	FILE *listing;                 /* sums of the assets */
	int64_t n_assets, n_asset_bytes;
};

static const char *
part_path(const struct backup *backup, const char *name)
{
	return arena_printf(backup->operate->arena, "%s/%s", backup->draft, name);
}

/* ---- assets ---- */

/* An asset's file never changes once it has its name: of one that was copied already nothing is to be done. */
static bool
copy_asset(void *context, const char *name)
{
	struct backup *backup = context;
	struct arena *arena = backup->operate->arena;
	struct arena_mark mark = arena_mark(arena);
	const char *from = arena_printf(arena, "%s/%s", backup->operate->asset_root, name);
	const char *to = arena_printf(arena, "%s/assets/%s", backup->draft, name);
	struct file_sum sum;
	bool is_ok = true;

	if (strncmp(name, "incoming/", 9) != 0 && access(to, F_OK) != 0) {
		is_ok = file_copy(from, to, NULL, &sum);
		if (is_ok) {
			(void)fprintf(backup->listing, "%s  assets/%s\n", sum.sha256, name); /* fclose tells */
			backup->n_assets++;
			backup->n_asset_bytes += sum.n_bytes;
		} else if (errno == ENOENT && access(from, F_OK) != 0) {
			is_ok = true; /* it was removed meanwhile */
		} else {
			report_warn("%s: %s", from, strerror(errno));
		}
	}
	arena_rewind(arena, mark);
	return is_ok;
}

static void
copy_assets(struct backup *backup)
{
	if (backup->operate->has_bucket) {
		report_warn("the bytes of assets are in a bucket and not in this backup; keep the bucket's versions as long as its backups");
		return;
	}
	if (!files_walk(backup->operate->asset_root, copy_asset, backup))
		report_fail("the assets below %s could not be copied: %s", backup->operate->asset_root, strerror(errno));
}

/* ---- database ---- */

/* The moment that the backup shows: everything committed before it is in, nothing after. */
static void
take_point(struct backup *backup)
{
	struct session *session = &backup->operate->session;

	session->doing = "taking a snapshot";
	session_run(session, "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	backup->snapshot = session_text(session, "SELECT pg_export_snapshot()", NULL);
	backup->point_at = session_text(session, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", NULL);
	backup->point_lsn = session_text(session, "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END", NULL);
}

static void
dump(struct backup *backup)
{
	struct operate *operate = backup->operate;
	const char *argv[16 + SESSION_COLUMNS_MAX * 64] = { operate_pg_tool(operate, "pg_dump"), "--format=custom", "--no-password",
		"--lock-wait-timeout=60000", "--schema=wordclaw_migrations" };
	const char *problem;
	size_t n = 5;

	for (size_t i = 0; i < backup->services.n && i < 64; i++)
		argv[n++] = arena_printf(operate->arena, "--schema=%s", backup->services.list[i].columns[0]);
	argv[n++] = arena_printf(operate->arena, "--snapshot=%s", backup->snapshot);
	argv[n++] = arena_printf(operate->arena, "--file=%s", part_path(backup, DUMP_NAME));
	struct tool tool = { .argv = argv, .environment = tool_database(operate->arena, operate->database_url, &problem) };
	if (!tool.environment)
		report_fail("DATABASE_URL: %s", problem);
	struct tool_end end = tool_run(operate->arena, &tool);
	if (end.status != 0)
		report_fail("pg_dump failed: %s", *end.output ? end.output : "it said nothing");
	if (chmod(part_path(backup, DUMP_NAME), 0600) != 0)
		report_fail("%s: %s", part_path(backup, DUMP_NAME), strerror(errno));
}

/* ---- manifest ---- */

static void
add_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, "\"%s\":", name);
	buf_add_json_text(json, text, strlen(text));
	buf_add_char(json, ',');
}

static void
add_part(const struct backup *backup, struct buf *json, const char *name, bool is_first)
{
	struct file_sum sum;

	if (!file_sum(part_path(backup, name), &sum))
		report_fail("%s: %s", part_path(backup, name), strerror(errno));
	buf_printf(json, "%s{\"name\":\"%s\",\"bytes\":%" PRId64 ",\"sha256\":\"%s\"}", is_first ? "" : ",", name, sum.n_bytes, sum.sha256);
}

static void
add_services(const struct backup *backup, struct buf *json)
{
	const struct session *session = &backup->operate->session;

	buf_add_text(json, "\"services\":[");
	for (size_t i = 0; i < backup->services.n; i++)
		buf_printf(json, "%s\"%s\"", i ? "," : "", backup->services.list[i].columns[0]);
	buf_add_text(json, "],\"epochs\":{");
	for (size_t i = 0; i < backup->services.n; i++) {
		const char *service = backup->services.list[i].columns[0];
		buf_printf(json, "%s\"%s\":%s", i ? "," : "", service,
		    session_text(session, arena_printf(backup->operate->arena, "SELECT max(epoch) FROM %s.outbox_epoch", service), NULL));
	}
	buf_printf(json, "},\"extensions\":[%s],", session_text(session,
	    "SELECT coalesce(string_agg(to_json(extname)::text, ',' ORDER BY extname), '') FROM pg_extension WHERE extname <> 'plpgsql'", NULL));
}

static void
write_manifest(struct backup *backup, const struct key_names *keys)
{
	struct operate *operate = backup->operate;
	struct session *session = &operate->session;
	struct json_error problem;
	struct buf json, pretty;

	session->doing = "counting rows";
	buf_init(&json, operate->arena, 16384);
	buf_add_char(&json, '{');
	add_text(&json, "format", MANIFEST_FORMAT);
	add_text(&json, "version", WORDCLAW_VERSION);
	add_text(&json, "pointAt", backup->point_at);
	add_text(&json, "pointLsn", backup->point_lsn);
	add_text(&json, "serverVersion", session_text(session, "SHOW server_version_num", NULL));
	add_services(backup, &json);
	buf_printf(&json, "\"assets\":{\"files\":%" PRId64 ",\"bytes\":%" PRId64 "},\"keys\":\"%s\",\"keyFingerprints\":", backup->n_assets,
	    backup->n_asset_bytes, backup->seal_path ? "sealed" : "referenced");
	keys_add_fingerprints(&json, operate, keys);
	buf_add_text(&json, ",\"rows\":");
	manifest_add_counts(&json, operate, backup->services);
	buf_add_text(&json, ",\"parts\":[");
	add_part(backup, &json, DUMP_NAME, true);
	add_part(backup, &json, ASSETS_NAME, false);
	if (backup->seal_path)
		add_part(backup, &json, KEYS_NAME, false);
	buf_add_text(&json, "]}");
	const struct json_value *value = json_parse(operate->arena, json.bytes, json.len, NULL, &problem);
	if (!value)
		report_fail("the manifest could not be made: %s", problem.message);
	buf_init(&pretty, operate->arena, 2 * json.len);
	json_write_pretty(&pretty, value);
	buf_add_char(&pretty, '\n');
	if (!file_write(part_path(backup, MANIFEST_NAME), NULL, pretty.bytes, pretty.len))
		report_fail("cannot write %s: %s", part_path(backup, MANIFEST_NAME), strerror(errno));
}

/* ---- the command ---- */

static void
begin(struct backup *backup)
{
	struct operate *operate = backup->operate;

	if (access(backup->directory, F_OK) == 0)
		report_fail("%s exists: a backup goes into a directory of its own", backup->directory);
	operate_connect(operate);
	backup->services = operate_services(operate);
	if (backup->services.n == 0)
		report_fail("database \"%s\" holds no WordClaw", PQdb(operate->session.conn));
	backup->draft = arena_printf(operate->arena, "%s.unfinished", backup->directory);
	if (mkdir(backup->draft, 0700) != 0)
		report_fail("%s: %s%s", backup->draft, strerror(errno), errno == EEXIST ? ": an earlier run ended there; remove it" : "");
	const char *path = part_path(backup, ASSETS_NAME);
	backup->listing = fopen(path, "wxe");
	if (!backup->listing || chmod(path, 0600) != 0)
		report_fail("%s: %s", path, strerror(errno));
}

/* Assets before and after: whatever the snapshot names was there at one of the two times. */
static void
copy_everything(struct backup *backup)
{
	struct key_names keys = keys_list(backup->operate);

	copy_assets(backup);
	take_point(backup);
	dump(backup);
	copy_assets(backup);
	if (fflush(backup->listing) != 0 || fsync(fileno(backup->listing)) != 0 || fclose(backup->listing) != 0)
		report_fail("%s: %s", part_path(backup, ASSETS_NAME), strerror(errno));
	if (backup->seal_path)
		keys_seal(backup->operate, &keys, backup->seal_path, part_path(backup, KEYS_NAME));
	write_manifest(backup, &keys);
	session_run(&backup->operate->session, "COMMIT");
}

static void
publish(const struct backup *backup)
{
	const char *slash = strrchr(backup->directory, '/');
	const char *parent = !slash ? "." : slash == backup->directory ? "/"
	    : arena_strndup(backup->operate->arena, backup->directory, (size_t)(slash - backup->directory));

	if (!directory_sync(backup->draft) || rename(backup->draft, backup->directory) != 0 || !directory_sync(parent))
		report_fail("%s: %s", backup->directory, strerror(errno));
}

int
backup_run(struct operate *operate, int argc, char **argv)
{
	struct backup backup = { .operate = operate };
	bool is_without_keys = false;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--without-keys") == 0)
			is_without_keys = true;
		else if (strcmp(argv[i], "--seal-with") == 0 && i + 1 < argc)
			backup.seal_path = argv[++i];
		else if (argv[i][0] != '-' && !backup.directory)
			backup.directory = argv[i];
		else
			backup.directory = "";
	}
	if (!backup.directory || !*backup.directory || is_without_keys == (backup.seal_path != NULL)) {
		fputs(USAGE, stderr);
		return 2;
	}
	begin(&backup);
	copy_everything(&backup);
	publish(&backup);
	if (operate->is_json)
		printf("{\"directory\":\"%s\",\"pointAt\":\"%s\",\"pointLsn\":\"%s\",\"assets\":%" PRId64 "}\n", backup.directory, backup.point_at,
		    backup.point_lsn, backup.n_assets);
	else
		printf("%s: everything committed before %s (log position %s), %" PRId64 " assets, keys %s\n", backup.directory, backup.point_at,
		    backup.point_lsn, backup.n_assets, backup.seal_path ? "sealed" : "by their fingerprints");
	return EXIT_SUCCESS;
}

/* wordclaw-operate: what operators do to an installation as its administrator: back up, restore, examine, rotate secrets, bring over an older one.
 * `wordclaw backup` and its like start it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "operate.h"
#include "report.h"
#include "secret.h"

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024, URL_BYTES_MAX = 4096 };

static const char *setting_url, *setting_home, *setting_assets, *setting_asset_provider, *setting_run_dir, *setting_pg_bin;

static const struct setting SETTINGS[] = {
	{ "DATABASE_URL", SETTING_SECRET, "", 0, 0,
	    "libpq URI of the administrator who migrates; default: what $WORDCLAW_HOME/secrets/admin.dsn says, where make run keeps it", &setting_url },
	{ "WORDCLAW_HOME", SETTING_TEXT, "./.wordclaw", 0, 0, "keys and logins are in secrets/ below it", &setting_home },
	{ "WORDCLAW_ASSET_ROOT", SETTING_TEXT, "", 0, 0, "directory of the assets' bytes; default $WORDCLAW_HOME/assets", &setting_assets },
	{ "WORDCLAW_ASSET_STORAGE_PROVIDER", SETTING_TEXT, "local", 0, 0, "with s3 the bytes of assets are in a bucket, which a backup leaves out", &setting_asset_provider },
	{ "WORDCLAW_RUN_DIR", SETTING_TEXT, "", 0, 0, "directory of the processes' sockets; default $WORDCLAW_HOME/run", &setting_run_dir },
	{ "WORDCLAW_PG_BIN", SETTING_TEXT, "", 0, 0, "directory of pg_dump and pg_restore; default: where PATH leads", &setting_pg_bin },
};

static const struct {
	const char *name;
	int (*run)(struct operate *operate, int argc, char **argv);
	const char *usage;
} COMMANDS[] = {
	{ "backup", backup_run, "backup DIRECTORY (--seal-with FILE | --without-keys)" },
	{ "restore", restore_run, "restore DIRECTORY [--seal-with FILE] [--check]\n  restore --recovered" },
	{ "doctor", doctor_run, "doctor" },
	{ "convert", convert_run, "convert FILE --from URL --domain ID" },
	{ "rotate", rotate_run, "rotate (database-password | master-key | mcp-key | bus-key | signing-key)" },
};
enum { N_COMMANDS = sizeof(COMMANDS) / sizeof(COMMANDS[0]) };

static void
print_usage(FILE *to)
{
	(void)fputs("usage: wordclaw-operate COMMAND [--json]\n\n", to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		(void)fprintf(to, "  %s\n", COMMANDS[i].usage);
	(void)fputs("\nWhat each does: wordclaw help COMMAND.\n\n", to);
}

/* make run keeps its administrator's login in the home.  NULL with *ret_problem. */
static const char *
administrator(const struct operate *operate, const char **ret_problem)
{
	size_t n;
	const char *path = arena_printf(operate->arena, "%s/admin.dsn", operate->secrets);

	if (*setting_url)
		return setting_url;
	char *text = file_read(operate->arena, path, URL_BYTES_MAX, &n);
	if (!text)
		*ret_problem = arena_printf(operate->arena, "DATABASE_URL is not set, and %s: %s; example: DATABASE_URL=postgresql://admin:...@db.example.com/wordclaw",
		    path, strerror(errno));
	else
		text[strcspn(text, "\r\n")] = '\0';
	return text;
}

/* Where make run had to put the sockets when the home's path is too long for an address. */
static const char *
run_directory(const struct operate *operate)
{
	size_t n;
	char *text = file_read(operate->arena, arena_printf(operate->arena, "%s/socket-dir", operate->home), URL_BYTES_MAX, &n);

	if (*setting_run_dir || !text)
		return *setting_run_dir ? setting_run_dir : arena_printf(operate->arena, "%s/run", operate->home);
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

void
operate_connect(struct operate *operate)
{
	const char *problem;

	operate->database_url = administrator(operate, &problem);
	if (!operate->database_url)
		report_fail("%s", problem);
	session_open(&operate->session, operate->arena, operate->database_url);
	session_run(&operate->session, "SET statement_timeout = 0; SET lock_timeout = '60s'; SET row_security = off");
}

const char *
operate_try_connect(struct operate *operate)
{
	const char *problem = NULL;

	operate->database_url = administrator(operate, &problem);
	if (!operate->database_url)
		return problem;
	if (!session_can_login(operate->database_url))
		return "the database of DATABASE_URL does not answer, or refuses the login";
	operate_connect(operate);
	return NULL;
}

const char *
operate_pg_tool(const struct operate *operate, const char *name)
{
	return *operate->pg_bin ? arena_printf(operate->arena, "%s/%s", operate->pg_bin, name) : name;
}

const char *const *
operate_environment(const struct operate *operate, const char *service)
{
	struct arena *arena = operate->arena;
	const char **list = ARENA_ARRAY(arena, const char *, 8);

	list[0] = arena_printf(arena, "WORDCLAW_HOME=%s", operate->home);
	list[1] = arena_printf(arena, "WORDCLAW_DATABASE_URL_FILE=%s/%s.dsn", operate->secrets, service);
	list[2] = arena_printf(arena, "WORDCLAW_SYSTEM_DATABASE_URL_FILE=%s/%s_system.dsn", operate->secrets, service);
	list[3] = "WORDCLAW_DATABASE_URL=";
	list[4] = "WORDCLAW_SYSTEM_DATABASE_URL=";
	return list;
}

struct session_rows
operate_services(const struct operate *operate)
{
	return session_list(&operate->session,
	    "SELECT n.nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid "
	    "WHERE c.relname = 'outbox_epoch' AND pg_get_userbyid(n.nspowner) = 'wordclaw_owner' ORDER BY 1", NULL);
}

int
main(int argc, char **argv)
{
	struct operate operate = { .is_json = false };
	size_t n_settings = sizeof(SETTINGS) / sizeof(SETTINGS[0]);
	int n = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		settings_print(SETTINGS, n_settings);
		return EXIT_SUCCESS;
	}
	/* --json may stand anywhere. */
	for (int i = 0; i < argc; i++) {
		if (i > 0 && strcmp(argv[i], "--json") == 0)
			operate.is_json = true;
		else
			argv[n++] = argv[i];
	}
	if (!settings_load(SETTINGS, n_settings))
		return 2;
	secret_init();
	operate.arena = arena_new(ARENA_BYTES_MAX);
	operate.home = setting_home;
	operate.secrets = arena_printf(operate.arena, "%s/secrets", setting_home);
	operate.asset_root = *setting_assets ? setting_assets : arena_printf(operate.arena, "%s/assets", setting_home);
	operate.has_bucket = strcmp(setting_asset_provider, "s3") == 0;
	operate.run_dir = run_directory(&operate);
	operate.pg_bin = setting_pg_bin;
	for (size_t i = 0; n > 1 && i < N_COMMANDS; i++) {
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(&operate, n - 2, argv + 2);
	}
	print_usage(stderr);
	return 2;
}

/* What every command of an operator works with. */
#ifndef OPERATE_H
#define OPERATE_H

#include "config.h"
#include "session.h"

enum { SECRET_PATHS_MAX = 64, MANIFEST_BYTES_MAX = 4 * 1024 * 1024 };

struct operate {
	struct arena *arena;
	const char *database_url, *home, *secrets, *asset_root, *run_dir, *pg_bin;
	bool has_bucket; /* the bytes of assets are there, and below asset_root only copies */
	bool is_json;
	struct session session; /* opened by operate_connect */
};

/* Log in as the administrator, with no time-out of statements; ends the program with the reason when that fails. */
void operate_connect(struct operate *operate);
/* The same, but a login that fails is told: NULL, or what is wrong. */
const char *operate_try_connect(struct operate *operate);

/* "/usr/lib/postgresql/15/bin/pg_dump", or "pg_dump" where WORDCLAW_PG_BIN is not set. */
const char *operate_pg_tool(const struct operate *operate, const char *name);

/* The settings and logins of one service's programs, as "NAME=value", NULL-terminated. */
const char *const *operate_environment(const struct operate *operate, const char *service);

/* Names of the services whose schemas the database has, in order. */
struct session_rows operate_services(const struct operate *operate);

/* The commands; each returns an exit status. */
int backup_run(struct operate *operate, int argc, char **argv);
int restore_run(struct operate *operate, int argc, char **argv);
int doctor_run(struct operate *operate, int argc, char **argv);
int convert_run(struct operate *operate, int argc, char **argv);
int rotate_run(struct operate *operate, int argc, char **argv);

#endif

/* The connection a migration run works through; a statement that fails ends the program with its reason. */
#ifndef SESSION_H
#define SESSION_H

#include <libpq-fe.h>

#include "arena.h"

enum { SESSION_ROWS_MAX = 10000, SESSION_COLUMNS_MAX = 3 };

struct session {
	PGconn *conn;
	struct arena *arena;
	const char *doing; /* names the step in a failure: "content/0001_init.sql" */
};

struct session_row {
	const char *columns[SESSION_COLUMNS_MAX]; /* NULL for a null */
};

struct session_rows {
	const struct session_row *list;
	size_t n;
};

void session_open(struct session *session, struct arena *arena, const char *url);
/* The same login in another database of the cluster, without notices. */
void session_open_copy(struct session *copy, const struct session *session, const char *url, const char *database);
void session_close(struct session *session);

/* Several statements are allowed; their rows are dropped. */
void session_run(const struct session *session, const char *sql);

/* One statement, text parameters up to the first NULL.  At most SESSION_ROWS_MAX rows. */
struct session_rows session_list(const struct session *session, const char *sql, const char *const params[]);

/* First column of the first row, or NULL. */
const char *session_text(const struct session *session, const char *sql, const char *const params[]);

/* The first column is a true boolean. */
bool session_is(const struct session *session, const char *sql, const char *const params[]);

/* True when a program may connect with this conninfo. */
bool session_can_login(const char *conninfo);

/* URI that reaches this session's database as another role. */
const char *session_uri_for(const struct session *session, const char *role, const char *password);

#endif

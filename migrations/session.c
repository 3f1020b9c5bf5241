/* The connection a migration run works through. */
#include "session.h"

#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "report.h"

enum { PARAMS_MAX = 8 };

/* Parameters of the administrator's own login, which no other role may inherit. */
static const char *const LOGIN_KEYWORDS[] = { "user", "password", "passfile", "service", "dbname", "sslcert", "sslkey",
	"sslpassword", "application_name", "fallback_application_name", "replication", "client_encoding" };

static void
on_notice(void *unused, const PGresult *result)
{
	(void)unused;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	if (severity && strcmp(severity, "WARNING") == 0)
		report_warn("%s", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

static _Noreturn void
fail_result(const struct session *session, const PGresult *result)
{
	const char *message = result ? PQresultErrorMessage(result) : "";
	if (PQresultStatus(result) == PGRES_EMPTY_QUERY)
		message = "there is no statement in it";
	report_fail("%s: %s", session->doing, *message ? message : PQerrorMessage(session->conn));
}

/* database: instead of the URL's, or NULL. */
static void
open_database(struct session *session, struct arena *arena, const char *url, const char *database)
{
	/* Only the first dbname is taken for a URI. */
	const char *const keywords[] = { "dbname", "connect_timeout", "fallback_application_name", database ? "dbname" : NULL, NULL };
	const char *const values[] = { url, "10", "wordclaw-migrate", database, NULL };
	session->arena = arena;
	session->doing = "connecting";
	session->conn = PQconnectdbParams(keywords, values, 1);
	if (PQstatus(session->conn) != CONNECTION_OK)
		report_fail("no connection to DATABASE_URL: %s", PQerrorMessage(session->conn));
	session_run(session, "SET search_path = pg_catalog; SET standard_conforming_strings = on");
}

static void
ignore_notice(void *unused, const PGresult *result)
{
	(void)unused;
	(void)result;
}

void
session_open(struct session *session, struct arena *arena, const char *url)
{
	open_database(session, arena, url, NULL);
	PQsetNoticeReceiver(session->conn, on_notice, NULL);
}

void
session_open_copy(struct session *copy, const struct session *session, const char *url, const char *database)
{
	open_database(copy, session->arena, url, database);
	PQsetNoticeReceiver(copy->conn, ignore_notice, NULL);
}

void
session_close(struct session *session)
{
	PQfinish(session->conn);
	session->conn = NULL;
}

void
session_run(const struct session *session, const char *sql)
{
	PGresult *result = PQexec(session->conn, sql);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_result(session, result);
	PQclear(result);
}

struct session_rows
session_list(const struct session *session, const char *sql, const char *const params[])
{
	int n_params = 0;
	while (params && n_params < PARAMS_MAX && params[n_params])
		n_params++;
	PGresult *result = PQexecParams(session->conn, sql, n_params, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_result(session, result);
	int n_rows = PQntuples(result);
	if (n_rows > SESSION_ROWS_MAX)
		report_fail("%s: more than %d rows", session->doing, SESSION_ROWS_MAX);
	struct session_row *list = ARENA_ARRAY(session->arena, struct session_row, n_rows + 1);
	for (int row = 0; row < n_rows; row++)
		for (int column = 0; column < PQnfields(result) && column < SESSION_COLUMNS_MAX; column++)
			if (!PQgetisnull(result, row, column))
				list[row].columns[column] = arena_strdup(session->arena, PQgetvalue(result, row, column));
	PQclear(result);
	return (struct session_rows){ .list = list, .n = (size_t)n_rows };
}

const char *
session_text(const struct session *session, const char *sql, const char *const params[])
{
	struct session_rows rows = session_list(session, sql, params);
	return rows.n > 0 ? rows.list[0].columns[0] : NULL;
}

bool
session_is(const struct session *session, const char *sql, const char *const params[])
{
	const char *text = session_text(session, sql, params);
	return text && strcmp(text, "t") == 0;
}

bool
session_can_login(const char *conninfo)
{
	const char *const keywords[] = { "dbname", "connect_timeout", NULL };
	const char *const values[] = { conninfo, "10", NULL };
	PGconn *conn = PQconnectdbParams(keywords, values, 1);
	bool is_ok = PQstatus(conn) == CONNECTION_OK;
	PQfinish(conn);
	return is_ok;
}

static void
add_escaped(struct buf *uri, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (isalnum((unsigned char)*c) || strchr("-_.~", *c))
			buf_add_char(uri, *c);
		else
			buf_printf(uri, "%%%02X", (unsigned)(unsigned char)*c);
	}
}

static bool
is_login_keyword(const char *keyword)
{
	for (size_t i = 0; i < sizeof LOGIN_KEYWORDS / sizeof *LOGIN_KEYWORDS; i++)
		if (strcmp(LOGIN_KEYWORDS[i], keyword) == 0)
			return true;
	return false;
}

const char *
session_uri_for(const struct session *session, const char *role, const char *password)
{
	struct buf uri;
	buf_init(&uri, session->arena, 256);
	buf_add_text(&uri, "postgresql://");
	add_escaped(&uri, role);
	buf_add_char(&uri, ':');
	add_escaped(&uri, password);
	buf_add_text(&uri, "@/");
	add_escaped(&uri, PQdb(session->conn));
	PQconninfoOption *options = PQconninfo(session->conn);
	if (!options)
		report_fail("out of memory");
	char separator = '?';
	for (const PQconninfoOption *option = options; option->keyword; option++) {
		if (!option->val || !*option->val || is_login_keyword(option->keyword))
			continue;
		if (option->compiled && strcmp(option->compiled, option->val) == 0)
			continue;
		buf_add_char(&uri, separator);
		buf_printf(&uri, "%s=", option->keyword);
		add_escaped(&uri, option->val);
		separator = '&';
	}
	PQconninfoFree(options);
	return uri.bytes;
}

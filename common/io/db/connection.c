/* One libpq connection: opened, waited for and dropped within bounds. */
#include "db/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

/* libpq's OpenSSL layer may hold decrypted bytes that poll(2) knows nothing of. */
enum { TLS_POLL_MS = 20, POLL_MAX_MS = 1000 };

static void
failure_set(struct db *db, const char *sqlstate, const char *message)
{
	memset(&db->failure, 0, sizeof(db->failure));
	(void)snprintf(db->failure.sqlstate, sizeof(db->failure.sqlstate), "%s", sqlstate);
	(void)snprintf(db->failure.message, sizeof(db->failure.message), "%s", message);
	db->failure.message[strcspn(db->failure.message, "\n")] = '\0';
}

enum db_status
db_refuse(struct db *db, const char *sqlstate, const char *format, ...)
{
	char message[sizeof(db->failure.message)];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	failure_set(db, sqlstate, message);
	db->is_failed = true;
	return DB_REFUSED;
}

enum db_status
db_lose(struct db *db, const char *why)
{
	/* The first failure is the best explanation: a server's farewell, not the end of file after it. */
	if (!db->is_lost && !db->is_failed)
		failure_set(db, "08006", why);
	db->is_failed = false;
	db->is_lost = true;
	db_connection_close(db);
	return DB_LOST;
}

void
db_connection_close(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->first = db->flushed = db->next;
	db->n_prepares = 0;
	db->is_scope_sent = false;
	memset(db->prepared, 0, sizeof(db->prepared));
	arena_reset(db->plans);
}

static int
remaining_ms(int64_t deadline_us)
{
	int64_t left_us = deadline_us - clock_now_us();

	if (left_us <= 0)
		return 0;
	int64_t left_ms = (left_us + 999) / 1000;
	return left_ms < POLL_MAX_MS ? (int)left_ms : POLL_MAX_MS;
}

/* Wait for events on the socket; 0 when the deadline passed, -1 on failure. */
static int
wait_socket(const PGconn *conn, short events, int64_t deadline_us, short *ret_events)
{
	bool is_tls = PQsslInUse((PGconn *)conn);

	for (;;) {
		struct pollfd fd = { .fd = PQsocket(conn), .events = events };
		int left_ms = remaining_ms(deadline_us);
		int n = poll(&fd, 1, is_tls && left_ms > TLS_POLL_MS ? TLS_POLL_MS : left_ms);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0 || (is_tls && n == 0 && left_ms > 0)) {
			*ret_events = n > 0 ? fd.revents : POLLIN;
			return 1;
		}
		if (left_ms == 0)
			return 0;
	}
}

/* libpq 15 has only a blocking cancel, whose connect(2) may hang on a dead network: a thread owns it. */
static void *
cancel_run(void *cancel)
{
	char why[256];

	(void)PQcancel(cancel, why, sizeof(why)); /* best effort: statement_timeout ends the statement otherwise */
	PQfreeCancel(cancel);
	return NULL;
}

static void
cancel_bounded(const PGconn *conn)
{
	PGcancel *cancel = PQgetCancel((PGconn *)conn);
	pthread_t thread;
	struct timespec until;

	if (!cancel)
		return;
	if (pthread_create(&thread, NULL, cancel_run, cancel) != 0) {
		PQfreeCancel(cancel);
		return;
	}
	(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail with this clock */
	until.tv_nsec += DB_CANCEL_MAX_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	if (pthread_timedjoin_np(thread, NULL, &until) != 0)
		(void)pthread_detach(thread);
}

bool
db_connection_wait(struct db *db)
{
	int64_t deadline_us = db->deadline_us ? db->deadline_us : clock_now_us() + DB_WAIT_MAX_US;

	if (db->scope.timeout_ms > 0)
		deadline_us += DB_LATE_GRACE_US;
	for (;;) {
		int unwritten = PQflush(db->conn);
		short events = 0;
		int n = wait_socket(db->conn, unwritten == 1 ? POLLIN | POLLOUT : POLLIN, deadline_us, &events);

		if (n == 0) {
			cancel_bounded(db->conn);
			(void)db_lose(db, "deadline passed while waiting for the database");
			return false;
		}
		if (n < 0) {
			(void)db_lose(db, "poll failed");
			return false;
		}
		/* A failed write is reported by the read: the server's last words come first. */
		if (events & ~POLLOUT) {
			if (PQconsumeInput(db->conn))
				return true;
			(void)db_lose(db, PQerrorMessage(db->conn));
			return false;
		}
	}
}

static void
ignore_notice(void *context, const PGresult *notice)
{
	(void)context;
	(void)notice;
}

int64_t
db_timeout_step(int64_t timeout_ms)
{
	int shift = 0;

	while (timeout_ms >> shift >= 16)
		shift++;
	return timeout_ms >> shift << shift;
}

/* Our settings, then the connection string's, then the timeouts, about which queue_scope must be right. */
static const char *
session_options(const struct db *db)
{
	PQconninfoOption *all = PQconninfoParse(db->conninfo, NULL);
	const char *given = "";

	for (const PQconninfoOption *one = all; one && one->keyword; one++)
		if (strcmp(one->keyword, "options") == 0 && one->val)
			given = one->val;
	const char *options = arena_printf(db->scratch,
	    "-c jit=off -c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=30s %s -c statement_timeout=%" PRId64 " -c lock_timeout=%" PRId64, given,
	    db->session_timeout_ms, db->session_timeout_ms);
	PQconninfoFree(all);
	return options;
}

static PGconn *
connect_start(const struct db *db)
{
	/* Before dbname: defaults that the connection string may change; after it: what it may not. */
	const char *const keywords[] = { "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "dbname",
		"application_name", "client_encoding", db_is_pooled ? NULL : "options", NULL };
	const char *const values[] = { "10", "3", "3", "10000", db->conninfo, db->name, "UTF8", session_options(db), NULL };

	PGconn *conn = PQconnectStartParams(keywords, values, 1);
	arena_reset(db->scratch);
	return conn;
}

/* Drive the handshake; NULL or what went wrong. */
static const char *
connect_finish(PGconn *conn, int64_t deadline_us)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK) {
		short events;

		if (status == PGRES_POLLING_FAILED || PQstatus(conn) == CONNECTION_BAD)
			return PQerrorMessage(conn);
		if (wait_socket(conn, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us, &events) != 1)
			return "deadline passed while connecting to the database";
		status = PQconnectPoll(conn);
	}
	return NULL;
}

/* Anything to read while idle is the server's farewell, or news of a reload that a new connection learns too. */
static bool
is_hung_up(const struct db *db)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };

	if (clock_monotonic_us() - db->last_used_us < DB_IDLE_CHECK_US)
		return false;
	return poll(&fd, 1, 0) > 0;
}

/* ---- a server that takes no sessions ---- */

/* A server that recovers forks a process for every session it refuses: workers that try again for each request took the
 * processor from the recovery they waited for.  So one of a process tries at a time; the others wait for its turn to pass, which
 * also slows down whoever asks again at once, and fail without asking when it brought nothing. */
static _Atomic int64_t next_attempt_us; /* monotonic; 0: the last attempt succeeded */

static bool
may_attempt(int64_t deadline_us)
{
	int64_t at_us = next_attempt_us, wait_us = at_us - clock_monotonic_us();

	if (at_us != 0 && wait_us > 0 && clock_now_us() + wait_us < deadline_us)
		(void)poll(NULL, 0, (int)(wait_us / 1000) + 1);
	at_us = next_attempt_us;
	int64_t now_us = clock_monotonic_us();
	return at_us == 0 || (now_us >= at_us && atomic_compare_exchange_strong(&next_attempt_us, &at_us, now_us + DB_RECONNECT_US));
}

static void
note_attempt(const char *problem, int64_t deadline_us)
{
	if (!problem)
		next_attempt_us = 0;
	else if (clock_now_us() < deadline_us) /* the server's refusal, not our impatience */
		next_attempt_us = clock_monotonic_us() + DB_RECONNECT_US;
}

/* A file that cannot be read, or is empty, leaves what was read before. */
static void
read_conninfo(struct db *db)
{
	char text[DB_CONNINFO_BYTES_MAX];
	FILE *file = db->conninfo_path ? fopen(db->conninfo_path, "re") : NULL;

	if (!file)
		return;
	size_t n = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file); /* only read from */
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (*text && strcmp(text, db->conninfo) != 0) {
		char *fresh = strdup(text);
		if (!fresh)
			abort();
		free(db->conninfo);
		db->conninfo = fresh;
	}
	explicit_bzero(text, sizeof(text));
}

/* Connect; once more when a password was refused that may be changing just now.  NULL or what went wrong. */
static const char *
connect_to_server(struct db *db, int64_t deadline_us)
{
	const char *problem = NULL;

	for (int i = 0; i < 2; i++) {
		read_conninfo(db);
		PQfinish(db->conn);
		db->conn = connect_start(db);
		if (!db->conn)
			abort();
		problem = connect_finish(db->conn, deadline_us);
		bool is_password = problem && db->conninfo_path && PQconnectionUsedPassword(db->conn);
		if (!is_password || i == 1)
			break;
		(void)poll(NULL, 0, DB_PASSWORD_RETRY_MS);
	}
	return problem;
}

enum db_status
db_connection_open(struct db *db, int64_t deadline_us)
{
	if (db->conn && !is_hung_up(db))
		return DB_OK;
	db_connection_close(db);
	int64_t latest_us = clock_now_us() + DB_CONNECT_MAX_US;
	if (deadline_us == 0 || deadline_us > latest_us)
		deadline_us = latest_us;
	if (!may_attempt(deadline_us))
		return db_lose(db, "the database took no session a moment ago");

	int64_t timeout_ms = db_timeout_step(db->scope.timeout_ms);
	/* Of a pooler's sessions nothing is known: every transaction sets its own. */
	db->session_timeout_ms = db_is_pooled ? -1 : timeout_ms > 0 ? timeout_ms : DB_SESSION_TIMEOUT_MS;
	const char *problem = connect_to_server(db, deadline_us);
	note_attempt(problem, deadline_us);
	if (!problem && (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn)))
		problem = PQerrorMessage(db->conn);
	if (problem)
		return db_lose(db, problem);
	(void)PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
	db->last_used_us = db->planned_us = clock_monotonic_us();
	return DB_OK;
}

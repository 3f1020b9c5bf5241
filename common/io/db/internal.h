/* What db.c, db_connection.c, db_pipeline.c, db_params.c and db_rows.c share; nobody else includes this. */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include <postgresql/libpq-fe.h>

#include "db/db.h"

enum {
	DB_PREPARED_MAX = 1024, /* statements of one process; a power of two, slots of a hash table */
	DB_PREPARES_MAX = 8192, /* of one connection; outdated ones stay in the server's memory until it is closed */
	DB_QUEUE_MAX = 1024,    /* queued results nobody has claimed yet; a power of two */
	DB_QUEUE_RESERVE = 10,  /* one statement, the scope, a DISCARD, their preparations, a Sync and a Sync to recover */
	DB_PARAMS_MAX = 64,
	DB_COLUMNS_MAX = 128,
	DB_NAME_BYTES = 64,     /* PostgreSQL tells names apart by 63 bytes */
	DB_SCRATCH_BYTES = 64 * 1024 * 1024, /* parameters of one statement, as text */
	DB_PLANS_BYTES = 8 * 1024 * 1024,    /* row mappings of one connection */
	DB_WAIT_MAX_US = 30 * 1000000,       /* any wait, when no deadline was set */
	DB_SESSION_TIMEOUT_MS = 1920, /* of a session opened before its first work: the usual 2 s, rounded */
	DB_CONNECT_MAX_US = 3 * 1000000,
	DB_RECONNECT_US = 100000, /* between attempts of a process at a server that takes no sessions */
	DB_CANCEL_MAX_MS = 300,
	DB_CONNINFO_BYTES_MAX = 4096,
	DB_PASSWORD_RETRY_MS = 25, /* a password that is being changed: the file and the role differ for about this long */
	DB_LATE_GRACE_US = 30 * 1000,        /* past the deadline, for the server's own timeout to answer and the connection to live on */
	DB_ROLLBACK_GRACE_US = 250 * 1000,   /* a rollback may wait this long past the deadline */
	DB_PLANS_MAX_US = 60 * 1000000,      /* a plan is kept no longer: the table it was made for may have been empty */
	DB_IDLE_CHECK_US = 20 * 1000,        /* idle for longer: see whether the server hung up before relying on it */
};

enum db_mode { DB_MODE_IDLE, DB_MODE_READ, DB_MODE_WRITE };

enum db_op_kind { DB_OP_PREPARE, DB_OP_EXECUTE, DB_OP_SYNC };

enum db_prepared_state { DB_UNPREPARED, DB_PREPARING, DB_PREPARED };

struct db_column;

extern bool db_is_pooled; /* db_expect_pooler() */

/* What this connection knows about a statement. */
struct db_prepared {
	const struct db_statement *statement; /* NULL: free slot */
	enum db_prepared_state state;
	char name[DB_NAME_BYTES];
	bool is_mapped;
	int n_columns;
	const struct db_column *columns; /* in the plans arena */
};

/* Something sent whose result was not read yet. */
struct db_op {
	enum db_op_kind kind;
	struct db_prepared *prepared;
};

struct db {
	char *conninfo;
	char *conninfo_path; /* where it is read anew, or NULL */
	char *name;
	PGconn *conn; /* NULL: not connected */
	int64_t deadline_us;
	int64_t last_used_us; /* monotonic */
	int64_t planned_us;   /* monotonic: no plan of the session is older */

	enum db_mode mode;
	struct db_scope scope;
	int64_t session_timeout_ms; /* what the server applies when nothing else was set */
	bool has_own_timeout;       /* this work has set another one */
	bool is_scope_sent; /* READ: within the implicit transaction being queued */
	bool is_failed;     /* this work was refused */
	bool is_lost;       /* this work's connection is gone */
	struct db_failure failure;

	/* Serial numbers are tickets: first is the oldest unread, next the one to come, flushed the first
	 * the server was not yet asked to answer. */
	uint64_t first, next, flushed;
	uint64_t released; /* everything before it is not the present savepoint's */
	struct db_op ops[DB_QUEUE_MAX];

	struct db_prepared prepared[DB_PREPARED_MAX];
	unsigned n_prepares; /* makes prepared names unique per connection */
	struct arena *scratch;
	struct arena *plans;

	uint64_t n_statements;
	uint64_t n_round_trips;
};

/* db_connection.c */
/* No MUST_CHECK here and on drain: a failure stays in db, and whatever is done next with this work reports it. */
enum db_status db_connection_open(struct db *db, int64_t deadline_us);
void db_connection_close(struct db *db);
/* Wait until the connection has input, writing what is pending; false when it broke or the deadline passed (db_lose was called). */
bool db_connection_wait(struct db *db) MUST_CHECK;
/* Rounded down to four significant bits, so that the timeouts of like requests are equal. */
int64_t db_timeout_step(int64_t timeout_ms);
enum db_status db_lose(struct db *db, const char *why);
enum db_status db_refuse(struct db *db, const char *sqlstate, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* db_pipeline.c */
db_ticket db_pipeline_queue(struct db *db, const struct db_statement *statement, const struct db_param *params);
/* Before queueing anything: when the queue is almost full, results that nobody claimed are read and forgotten. */
void db_pipeline_make_room(struct db *db);
void db_pipeline_sync(struct db *db);
/* Ask the server to answer everything queued so far. */
enum db_status db_pipeline_flush(struct db *db) MUST_CHECK;
/* Read results up to and including this ticket's, which the caller clears. */
enum db_status db_pipeline_await(struct db *db, db_ticket ticket, PGresult **ret_result, struct db_prepared **ret_prepared) MUST_CHECK;
/* Read and forget everything queued; the first failure is the status. */
enum db_status db_pipeline_drain(struct db *db);

/* db_params.c: point values at the parameters' text (or bytes) form. */
struct db_encoded {
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX];
	int formats[DB_PARAMS_MAX];
};
void db_params_encode(struct arena *scratch, const struct db_param *params, int n_params, struct db_encoded *ret_encoded);

/* db_rows.c */
enum db_status db_rows_decode(struct db *db, struct arena *arena, struct db_prepared *prepared, const PGresult *result,
    struct shape_list *ret_rows) MUST_CHECK;

#endif

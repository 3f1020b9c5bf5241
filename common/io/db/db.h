/* PostgreSQL through libpq in pipeline mode: one connection, used by one thread, blocking with deadlines. */
#ifndef DB_H
#define DB_H

#include "arena.h"
#include "error.h"
#include "contract/shape.h"

struct db;

enum db_kind { DB_FIND, DB_LIST, DB_EXEC };

/* A named statement of a queries.sql (generated tables).  Prepared on first use per connection. */
struct db_statement {
	const char *name; /* "content_item_get": unique per process, also the prepared statement's name */
	const char *sql;
	enum db_kind kind;
	int n_params;
	const struct shape *row; /* NULL for DB_EXEC */
};

enum db_param_type { DB_PARAM_NULL, DB_PARAM_INT, DB_PARAM_BOOL, DB_PARAM_TEXT, DB_PARAM_TIME, DB_PARAM_DOC,
	DB_PARAM_BYTES, DB_PARAM_INT_LIST, DB_PARAM_TEXT_LIST, DB_PARAM_COLUMN };

struct db_param {
	enum db_param_type type;
	int64_t integer;   /* INT, TIME (microseconds since 1970), BOOL; COLUMN: which */
	const char *text;  /* TEXT; DOC and BYTES with n */
	size_t n;          /* bytes, or items of a list */
	const void *items; /* int64_t[] or const char *[]; of COLUMN const struct db_param *[], the rows */
};

#define PARAMS(...) ((const struct db_param[]){ __VA_ARGS__ })
static inline struct db_param P_NULL(void) { return (struct db_param){ .type = DB_PARAM_NULL }; }
static inline struct db_param P_INT(int64_t v) { return (struct db_param){ .type = DB_PARAM_INT, .integer = v }; }
static inline struct db_param P_BOOL(bool v) { return (struct db_param){ .type = DB_PARAM_BOOL, .integer = v }; }
static inline struct db_param P_TIME(int64_t us) { return (struct db_param){ .type = DB_PARAM_TIME, .integer = us }; }
/* NULL text is SQL NULL. */
static inline struct db_param P_TEXT(const char *v) { return (struct db_param){ .type = v ? DB_PARAM_TEXT : DB_PARAM_NULL, .text = v }; }
static inline struct db_param P_DOC(struct doc v) { return (struct db_param){ .type = v.json ? DB_PARAM_DOC : DB_PARAM_NULL, .text = v.json, .n = v.len }; }
static inline struct db_param P_BYTES(const void *v, size_t n) { return (struct db_param){ .type = v ? DB_PARAM_BYTES : DB_PARAM_NULL, .text = v, .n = n }; }
static inline struct db_param P_INT_LIST(const int64_t *v, size_t n) { return (struct db_param){ .type = DB_PARAM_INT_LIST, .items = v, .n = n }; }
static inline struct db_param P_TEXT_LIST(const char *const *v, size_t n) { return (struct db_param){ .type = DB_PARAM_TEXT_LIST, .items = v, .n = n }; }
/* One parameter of n rows as an array, for a statement that takes many rows at once.  Scalars only. */
static inline struct db_param P_COLUMN(const struct db_param *const *rows, size_t n, int column) { return (struct db_param){ .type = DB_PARAM_COLUMN, .items = rows, .n = n, .integer = column }; }
/* Optional members: NULL pointer is SQL NULL. */
static inline struct db_param P_INT_OPT(const int64_t *v) { return v ? P_INT(*v) : P_NULL(); }
static inline struct db_param P_BOOL_OPT(const bool *v) { return v ? P_BOOL(*v) : P_NULL(); }
static inline struct db_param P_TIME_OPT(const int64_t *v) { return v ? P_TIME(*v) : P_NULL(); }

enum db_status {
	DB_OK,
	DB_REFUSED, /* the statement failed; see db_failure(); an open transaction needs a rollback (to its savepoint) */
	DB_LOST,    /* connection gone or deadline passed: everything not committed is lost; reopened on next use */
};

struct db_failure {
	char sqlstate[6];
	char constraint[64];
	char message[256];
	bool is_of_released; /* of what db_release_unseen has released: not the fault of whoever meets it */
};

/* conninfo is copied.  Connects lazily, with a bounded wait; application_name is name. */
struct db *db_new(const char *conninfo, const char *name);
void db_free(struct db *db); /* accepts NULL */
/* Take the conninfo from this file at each new connection, so that a password can be rotated under a process that runs.  NULL, "": no. */
void db_follow_file(struct db *db, const char *path);

/* Before the first connection: there is a pooler in between that gives each transaction another session (PgBouncer in transaction mode), so
 * nothing may be left in a session: no prepared statements, no settings. */
void db_expect_pooler(bool is_pooled);

const struct db_failure *db_failure(const struct db *db);

/* Connect now if needed, waiting at most until deadline_us (absolute, realtime). */
enum db_status db_connect(struct db *db, int64_t deadline_us) MUST_CHECK;

/* Deadline of every wait from now on (absolute, realtime).  A wait that passes it cancels the statement and reports DB_LOST. */
void db_set_deadline(struct db *db, int64_t deadline_us);

/* What a connection may see besides follows from the role it logged in as. */
struct db_scope {
	int64_t tenant;      /* 0: none */
	const char *narrow;  /* what the principal is limited to, until the end of the work; NULL: nothing */
	int64_t timeout_ms;  /* statement and lock timeout, applied rounded down to four significant bits (2000: 1920); 0: none */
};

/* Start of work.  All are queued, nothing is waited for.
 * db_begin_read: implicit read-only-by-convention transactions until db_end_read.  A receive that has to wait ends the one it
 * waits for (its Sync is the flush), so a single statement costs one round trip; what is sent after it gets the same scope,
 * a new snapshot, and none of the locks.
 * db_begin: BEGIN, then the scope.  db_set_scope: change tenant within the transaction (grouped mutations). */
void db_begin_read(struct db *db, const struct db_scope *scope);
enum db_status db_end_read(struct db *db) MUST_CHECK;
void db_begin(struct db *db, const struct db_scope *scope);
void db_set_scope(struct db *db, const struct db_scope *scope);
enum db_status db_commit(struct db *db) MUST_CHECK;     /* waits; DB_OK means durable, DB_REFUSED rolled back, DB_LOST unknown */
void db_rollback(struct db *db);                        /* waits, ignores failure: the server forgets anyway */
void db_savepoint(struct db *db);                       /* queued: SAVEPOINT m; what was queued before counts as released */
enum db_status db_release(struct db *db) MUST_CHECK;    /* drains what was queued since (its failures show here), RELEASE m is queued */
enum db_status db_rollback_to(struct db *db);           /* after DB_REFUSED or for its own sake: undoes and removes the savepoint, scope stays */

/* db_release without the wait: RELEASE m is only queued.  Should something before it fail, the whole transaction is beyond use,
 * and whoever waits next finds a failure that db_failure says is of_released; db_rollback_to then answers DB_REFUSED. */
void db_release_unseen(struct db *db);

/* Queue a statement and return its ticket.  Results come in order.  params must have statement->n_params entries. */
typedef uint64_t db_ticket;
db_ticket db_send(struct db *db, const struct db_statement *statement, const struct db_param *params);

/* Wait for one ticket (earlier unclaimed ones are drained: an error among them is this call's error).
 * Rows are decoded into the arena by the statement's row shape; text and documents are copied there.
 * find: *ret_row NULL when there is no row. */
enum db_status db_receive_row(struct db *db, struct arena *arena, db_ticket ticket, const void **ret_row) MUST_CHECK;
enum db_status db_receive_rows(struct db *db, struct arena *arena, db_ticket ticket, struct shape_list *ret_rows) MUST_CHECK;
enum db_status db_receive_count(struct db *db, db_ticket ticket, int64_t *ret_n_affected) MUST_CHECK;

/* Wait for everything queued. */
enum db_status db_drain(struct db *db) MUST_CHECK;

/* Statements sent since db_new: tests assert how many a request costs. */
uint64_t db_n_statements(const struct db *db);
uint64_t db_n_round_trips(const struct db *db);

#endif

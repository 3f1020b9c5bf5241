/* The migration files: migrations/<service>/NNNN_name.sql, each applied once, in order, never edited afterwards. */
#ifndef MIGRATION_H
#define MIGRATION_H

#include "secret.h"
#include "session.h"

enum { MIGRATION_FILES_MAX = 2000, MIGRATION_SERVICES_MAX = 64, MIGRATION_FILE_BYTES_MAX = 4 * 1024 * 1024 };

enum migration_state { MIGRATION_PENDING, MIGRATION_APPLIED, MIGRATION_CHANGED };

struct migration {
	const char *service;
	const char *folder; /* "platform/" when the file is every service's, "" for its own */
	const char *file; /* "0001_init.sql", "platform/0001_init.sql" */
	const char *sql;
	char checksum[SHA256_HEX_BYTES];
	enum migration_state state;
};

struct migration_set {
	const char *directory;
	const char *services[MIGRATION_SERVICES_MAX]; /* sorted */
	size_t n_services;
	struct migration *list; /* sorted by service, then file */
	size_t n;
};

/* Every service folder below directory: the platform's files, then its own.  Ends the program on an unreadable or ill-named file. */
void migration_set_load(struct migration_set *set, struct arena *arena, const char *directory);

/* Mark each file by the ledger.  Returns the number of problems, each printed: a changed or missing applied file,
 * a pending file that sorts before an applied one. */
size_t migration_set_compare(struct migration_set *set, const struct session *session);

/* Text of a file of ours beside the service folders ("roles.sql"). */
const char *migration_text(struct arena *arena, const char *directory, const char *name);

#endif

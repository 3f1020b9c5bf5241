/* Rows of mutations that wait to be written together (docs/adr/0031-statements-for-groups.md).  For the skeleton's own files. */
#ifndef GATHER_H
#define GATHER_H

#include "request.h"

enum { GATHER_SETS_MAX = 16 }; /* statements of query_gather in one transaction */

/* Rows that wait for one statement each; in the arenas of their requests. */
struct gathered_row {
	struct gathered_row *next;
	const struct db_param *params;
};
struct gather {
	struct gathered {
		const struct db_statement *statement;
		struct gathered_row *first, *last;
		size_t n;
	} sets[GATHER_SETS_MAX];
	size_t n;
};

/* gather.c: write what waits before a statement that could see it; in a group that statement gets a savepoint. */
void gather_settle(struct request *req);
void gather_write(struct request *req, struct gather *gather); /* of the request's tenant */
void gather_keep(struct request *req); /* its own rows join those of the mutations before it */

#endif

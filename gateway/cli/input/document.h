/* Documents an option may name: text as it stands, @FILE, or - for standard input. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "cli/cli.h"

enum { DOCUMENT_BYTES_MAX = 64 * 1024 * 1024 };

/* Where documents come from; tests put their own. */
struct document_source {
	/* The text, NULL with *ret_problem as one clause. */
	const char *(*load)(void *context, struct arena *arena, const char *value, const char **ret_problem);
	void *context;
};

/* Files and standard input of a command. */
struct document_source document_source_of(struct cli *cli);

/* A file's text, "-": standard input, once in a command. */
const char *document_read(struct cli *cli, struct arena *arena, const char *path, size_t *ret_n_bytes, const char **ret_problem);

#endif

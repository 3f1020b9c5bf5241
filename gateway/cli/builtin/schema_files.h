/* Files of `schema check`: JSON documents, and directories of documents that $ref may name. */
#ifndef SCHEMA_FILES_H
#define SCHEMA_FILES_H

#include "cli/cli.h"
#include "schema/json_schema.h"

enum { SCHEMA_DOCUMENTS_MAX = 1000 };

struct schema_documents {
	struct json_schema_document list[SCHEMA_DOCUMENTS_MAX];
	size_t n;
};

/* NULL when the reason has been told. */
const struct json_value *schema_file_read(struct cli *cli, struct arena *arena, const char *path, const struct json_limits *limits);

/* "DIR=PREFIX": every DIR/x.json below DIR becomes the document PREFIX/x.json.  False when the reason has been told. */
bool schema_documents_read(struct cli *cli, const char *argument, const struct json_limits *limits,
    struct schema_documents *documents);

#endif

/* The file of an export: a line of JSON each, the first of which says what it is and the last one what was written. */
#ifndef NDJSON_H
#define NDJSON_H

#include <stdint.h>

#include "cli/cli.h"
#include "secret.h"

/* Records by kind, as their lines begin: {"kind":"item",... */
enum record_kind { RECORD_TYPE, RECORD_ASSET, RECORD_VERSION, RECORD_ITEM, RECORD_MIGRATION, RECORD_KINDS };
extern const char *const record_kinds[RECORD_KINDS];

/* RECORD_KINDS: none of them. */
enum record_kind record_kind_of(const char *line, size_t n);

struct manifest {
	int64_t n[RECORD_KINDS], n_records;
	int64_t id_max;
	char sha256[SHA256_HEX_BYTES];
};

#define NDJSON_HEADER "{\"kind\":\"wordclaw-export\",\"format\":1}\n"
#define NDJSON_MANIFEST "{\"kind\":\"manifest\","

/* The manifest's line. */
const char *manifest_text(struct arena *arena, const struct manifest *manifest);

/* A file line by line, in bounded memory. */
struct line_reader {
	FILE *file;
	char *bytes;
	size_t n;         /* of the line, with its end */
	int64_t n_line, n_read; /* lines and bytes so far */
	bool is_too_long;
};
bool line_reader_open(struct line_reader *reader, const char *path);
bool line_reader_next(struct line_reader *reader);
void line_reader_close(struct line_reader *reader);

#endif

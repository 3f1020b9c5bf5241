/* Lines of an export. */
#include "cli/transfer/ndjson.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

enum { LINE_BYTES_MAX = 4 * 1024 * 1024 };

const char *const record_kinds[RECORD_KINDS] = { "type", "asset", "version", "item", "migration" };

enum record_kind
record_kind_of(const char *line, size_t n)
{
	static const char start[] = "{\"kind\":\"";
	size_t n_start = sizeof(start) - 1;

	for (enum record_kind kind = RECORD_TYPE; kind < RECORD_KINDS && n > n_start && memcmp(line, start, n_start) == 0; kind++) {
		size_t n_kind = strlen(record_kinds[kind]);
		if (n > n_start + n_kind && memcmp(line + n_start, record_kinds[kind], n_kind) == 0 && line[n_start + n_kind] == '"')
			return kind;
	}
	return RECORD_KINDS;
}

const char *
manifest_text(struct arena *arena, const struct manifest *manifest)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	buf_printf(&buf, NDJSON_MANIFEST "\"records\":%" PRId64, manifest->n_records);
	for (enum record_kind kind = RECORD_TYPE; kind < RECORD_KINDS; kind++) {
		if (kind == RECORD_MIGRATION && manifest->n[kind] == 0) /* manifests did not tell of them once */
			continue;
		buf_printf(&buf, ",\"%ss\":%" PRId64, record_kinds[kind], manifest->n[kind]);
	}
	buf_printf(&buf, ",\"sha256\":\"%s\"}\n", manifest->sha256);
	return arena_strndup(arena, buf.bytes, buf.len);
}

bool
line_reader_open(struct line_reader *reader, const char *path)
{
	*reader = (struct line_reader){ .file = fopen(path, "r") };
	if (!reader->file)
		return false;
	reader->bytes = malloc(LINE_BYTES_MAX);
	if (!reader->bytes)
		abort();
	return true;
}

bool
line_reader_next(struct line_reader *reader)
{
	int c;

	reader->n = 0;
	while ((c = getc_unlocked(reader->file)) != EOF) {
		if (reader->n == LINE_BYTES_MAX) {
			reader->is_too_long = true;
			return false;
		}
		reader->bytes[reader->n++] = (char)c;
		if (c == '\n')
			break;
	}
	reader->n_read += (int64_t)reader->n;
	reader->n_line += reader->n > 0;
	return reader->n > 0;
}

void
line_reader_close(struct line_reader *reader)
{
	(void)fclose(reader->file); /* it was read only */
	free(reader->bytes);
}

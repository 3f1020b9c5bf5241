/* Any bytes as a file that is imported.  As an export: its lines are its bytes, in bounded memory, and each is of a kind that it says.  As rows of JSON or of
 * CSV: each becomes one object, whose letters are UTF-8, or the file is refused. */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/transfer/ndjson.h"
#include "cli/transfer/rows.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, INPUT_BYTES_MAX = 65536 };
#define SCHEMA "{\"properties\":{\"a\":{\"type\":\"number\"},\"b\":{\"type\":[\"boolean\",\"null\"]},\"c\":{\"type\":\"array\"},\"d\":{\"type\":\"object\"},\"e\":{\"type\":\"string\"}}}"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static void
check_lines(struct arena *arena, const char *path, const char *bytes, size_t n_bytes)
{
	struct line_reader reader;
	struct manifest manifest = { .n_records = 0 };
	size_t at = 0;

	assert(line_reader_open(&reader, path));
	while (line_reader_next(&reader)) {
		assert(at + reader.n <= n_bytes && memcmp(bytes + at, reader.bytes, reader.n) == 0);
		at += reader.n;
		assert(reader.bytes[reader.n - 1] == '\n' || at == n_bytes);
		enum record_kind kind = record_kind_of(reader.bytes, reader.n);
		if (kind == RECORD_KINDS)
			continue;
		manifest.n[kind]++;
		manifest.n_records++;
		assert(memmem(reader.bytes, reader.n, record_kinds[kind], strlen(record_kinds[kind])));
	}
	assert(!reader.is_too_long && at == n_bytes && reader.n_read == (int64_t)n_bytes);
	line_reader_close(&reader);
	const char *end = manifest_text(arena, &manifest);
	assert(strncmp(end, NDJSON_MANIFEST, strlen(NDJSON_MANIFEST)) == 0 && record_kind_of(end, strlen(end)) == RECORD_KINDS);
}

static void
check_rows(struct arena *arena, const struct rows *rows, size_t n_lines)
{
	struct json_limits limits = { .allow_big_numbers = true };
	struct json_error wrong;
	int64_t before = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct json_value *row = json_parse(arena, rows->documents[i], strlen(rows->documents[i]), &limits, &wrong);
		assert(row && row->type == JSON_OBJECT);
		assert(rows->lines[i] >= before && rows->lines[i] >= 1 && (size_t)rows->lines[i] <= n_lines);
		before = rows->lines[i];
	}
}

static size_t
count_lines(const char *text, size_t n)
{
	size_t lines = 2; /* CSV counts a carriage return that ends a row too */

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n' || text[i] == '\r';
	return lines;
}

static void
check_tables(struct cli *cli, const char *text, size_t n)
{
	static const char *const fields[] = { "a", NULL }, *const columns[] = { "x", "note" };
	static const struct mapping none, some = { .fields = fields, .columns = columns, .n = 2 };
	struct json_error wrong;
	struct rows rows = { .n = 0 };
	const struct json_value *schema = json_parse(cli->arena, SCHEMA, strlen(SCHEMA), NULL, &wrong);
	size_t n_lines = count_lines(text, n);

	if (rows_of_json(cli, "file", text, n, &some, &rows) == CLI_OK)
		check_rows(cli->arena, &rows, n_lines);
	rows.n = 0;
	if (rows_of_csv(cli, "file", text, n, &none, schema, &rows) == CLI_OK)
		check_rows(cli->arena, &rows, n_lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	static FILE *nowhere;
	struct cli cli = { .arena = NULL };

	if (n_bytes > INPUT_BYTES_MAX)
		return 0;
	nowhere = nowhere ? nowhere : fopen("/dev/null", "w");
	int file = memfd_create("import", MFD_CLOEXEC);
	assert(nowhere && file >= 0 && write(file, bytes, n_bytes) == (ssize_t)n_bytes);
	cli.arena = arena_new(ARENA_BYTES);
	cli.out = cli.err = nowhere;
	char *path = arena_printf(cli.arena, "/proc/self/fd/%d", file);
	check_lines(cli.arena, path, (const char *)bytes, n_bytes);
	check_tables(&cli, arena_strndup(cli.arena, (const char *)bytes, n_bytes), n_bytes);
	arena_free(cli.arena);
	(void)close(file);
	return 0;
}

/* wordclaw export: everything the tenant has, as lines of JSON with a manifest at the end. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/output/progress.h"
#include "cli/transfer/ndjson.h"

enum { TIMEOUT_MS = 30000, PAGE = 100 };

struct writer {
	struct cli *cli;
	FILE *file;
	struct sha256 *sum;
	struct manifest manifest;
	bool has_failed;
};

static void
put(struct writer *writer, const char *bytes, size_t n)
{
	sha256_add(writer->sum, bytes, n);
	if (fwrite(bytes, 1, n, writer->file) != n)
		writer->has_failed = true;
}

/* The record's own bytes.  A line break in them can only stand between values: within a text it is escaped. */
static int
put_record(struct writer *writer, const char *record, size_t n)
{
	enum record_kind kind = record_kind_of(record, n);
	char *line = arena_alloc_raw(writer->cli->arena, n + 1);

	if (kind == RECORD_KINDS)
		return failure_answer(writer->cli, 200, NULL, NULL);
	memcpy(line, record, n);
	for (size_t i = 0; i < n; i++) {
		if (line[i] == '\n' || line[i] == '\r')
			line[i] = ' ';
	}
	line[n] = '\n';
	put(writer, line, n + 1);
	writer->manifest.n[kind]++;
	writer->manifest.n_records++;
	return CLI_OK;
}

/* *ret_cursor: where the next page begins, NULL at the end; lives in text, which is of bounded size. */
static int
put_page(struct writer *writer, const char *cursor, char text[], size_t n_text, bool *ret_has_more)
{
	struct cli *cli = writer->cli;
	struct rest_request request = { .method = "GET", .target = arena_printf(cli->arena, "/api/export?limit=%d%s%s", PAGE, cursor ? "&cursor=" : "", cursor ? cursor : "") };
	struct api_reply reply;

	api_add_headers(cli, &request);
	int status = api_send(cli, &request, TIMEOUT_MS, &reply);
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	const struct json_value *data = reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "data") : NULL;
	const struct json_value *meta = reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "meta") : NULL;
	if (!data || data->type != JSON_LIST || !meta || meta->type != JSON_OBJECT)
		return failure_answer(cli, reply.status, NULL, NULL);
	for (uint32_t i = 0; i < data->n && status == CLI_OK; i++)
		status = put_record(writer, reply.body + data->items[i].start, data->items[i].end - data->items[i].start);
	const struct json_value *next = json_get(meta, "nextCursor");
	*ret_has_more = next && next->type == JSON_TEXT && next->n < n_text;
	if (*ret_has_more)
		memcpy(text, next->text, next->n + 1);
	return status;
}

static int
put_all(struct writer *writer)
{
	char cursor[512];
	bool has_more = true, is_first = true;

	put(writer, NDJSON_HEADER, strlen(NDJSON_HEADER));
	while (has_more && !writer->has_failed) {
		struct arena_mark mark = arena_mark(writer->cli->arena);
		int status = put_page(writer, is_first ? NULL : cursor, cursor, sizeof(cursor), &has_more);
		if (status != CLI_OK)
			return status;
		is_first = false;
		progress_show(writer->cli, 0, 0, "%" PRId64 " records", writer->manifest.n_records);
		writer->cli->last_reply = NULL; /* it goes with its page */
		arena_rewind(writer->cli->arena, mark);
	}
	return CLI_OK;
}

static int
write_to(struct cli *cli, FILE *file, const char *name, struct manifest *ret_manifest)
{
	struct writer writer = { .cli = cli, .file = file, .sum = sha256_begin() };
	int status = put_all(&writer);

	sha256_end(writer.sum, writer.manifest.sha256);
	progress_clear(cli);
	if (status != CLI_OK)
		return status;
	const char *manifest = manifest_text(cli->arena, &writer.manifest);
	if (fputs(manifest, file) == EOF || fflush(file) != 0 || writer.has_failed)
		return failure_usage(cli, NULL, "%s cannot be written: %s", name, strerror(errno));
	*ret_manifest = writer.manifest;
	return CLI_OK;
}

/* Under another name until it is whole. */
static int
write_file(struct cli *cli, const char *path, struct manifest *ret_manifest)
{
	const char *part = arena_printf(cli->arena, "%s.part", path);
	FILE *file = fopen(part, "w");

	if (!file)
		return failure_usage(cli, NULL, "%s cannot be written: %s", part, strerror(errno));
	int status = write_to(cli, file, part, ret_manifest);
	bool is_closed = fclose(file) == 0;
	if (status == CLI_OK && (!is_closed || rename(part, path) != 0))
		status = failure_usage(cli, NULL, "%s cannot be written: %s", path, strerror(errno));
	if (status != CLI_OK)
		(void)remove(part);
	return status;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *path = arguments->operands[0];
	struct manifest manifest;

	(void)command;
	if (strcmp(path, "-") == 0)
		return write_to(cli, cli->out, "standard output", &manifest);
	int status = write_file(cli, path, &manifest);
	if (status == CLI_OK)
		(void)fprintf(cli->out, "%s: %" PRId64 " types, %" PRId64 " assets, %" PRId64 " items and %" PRId64 " earlier versions, SHA-256 %s\n", path,
		    manifest.n[RECORD_TYPE], manifest.n[RECORD_ASSET], manifest.n[RECORD_ITEM], manifest.n[RECORD_VERSION], manifest.sha256);
	return status;
}

static const char *const examples[] = { "wordclaw export content.ndjson", "wordclaw export - | gzip > content.ndjson.gz", NULL };

extern const struct command export_command;
const struct command export_command = { .name = "export", .summary = "Write all content of the key's tenant to a file, a line of JSON each.",
	.description = "Types, what is known of assets, and items with all their versions and references, each in order of its id, then a manifest with the number "
	    "of records and the SHA-256 of all lines before it. The same content makes the same bytes. Deleted items, the bytes of assets and the past behind "
	    "--as-of are not in it. Needs a key with scope admin.",
	.operands = "FILE", .operands_min = 1, .operands_max = 1, .examples = examples, .run = run };

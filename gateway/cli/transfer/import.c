/* wordclaw import: an export comes into the key's tenant. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/output/progress.h"
#include "cli/transfer/ndjson.h"

enum { TIMEOUT_MS = 60000, BATCH_RECORDS = 500, BATCH_BYTES = 900 * 1024 };
enum { FLAG_DRY_RUN, FLAGS };

static const struct flag flags[FLAGS] = {
	[FLAG_DRY_RUN] = { .name = "dry-run", .kind = FLAG_SWITCH, .summary = "Check the file, ask about its types, print the plan, and change nothing." },
};

struct import {
	struct cli *cli;
	const char *path;
	bool is_dry_run;
	struct manifest manifest; /* as the file's lines are */
	int64_t n_bytes, id_max;  /* of the file */
	bool is_ahead;            /* its ids are nobody's yet */
	int64_t n_created, n_unchanged;
};

/* ---- the file ---- */

static int
unreadable(const struct import *import, const struct line_reader *reader, const char *what)
{
	return failure_usage(import->cli, "Use a file that wordclaw export has written, whole and unchanged.", "%s, line %" PRId64 ": %s", import->path, reader->n_line, what);
}

static int
judge_end(struct import *import, struct line_reader *reader, const char *last)
{
	const char *wanted = manifest_text(import->cli->arena, &import->manifest);

	if (reader->is_too_long)
		return unreadable(import, reader, "the line is too long");
	if (!last)
		return unreadable(import, reader, "the manifest is missing, so the end of the export is too");
	return strcmp(last, wanted) == 0 ? CLI_OK : unreadable(import, reader, "the manifest tells of other lines than there are");
}

/* {"kind":"item","id":42, as every record begins; 0: another beginning, which the server judges. */
static int64_t
id_of(const struct line_reader *reader, enum record_kind kind)
{
	static const char name[] = ",\"id\":";
	size_t at = strlen("{\"kind\":\"") + strlen(record_kinds[kind]) + 1;
	int64_t id = 0;

	if (reader->n < at + strlen(name) || memcmp(reader->bytes + at, name, strlen(name)) != 0)
		return 0;
	for (at += strlen(name); at < reader->n && reader->bytes[at] >= '0' && reader->bytes[at] <= '9' && id < INT32_MAX; at++)
		id = 10 * id + reader->bytes[at] - '0';
	return id;
}

/* Every line once, before anything is sent: counted and hashed, and the manifest held against that. */
static int
check_lines(struct import *import, struct line_reader *reader)
{
	struct sha256 *sum = sha256_begin();
	const char *last = NULL;
	int status = CLI_OK;

	while (status == CLI_OK && !last && line_reader_next(reader)) {
		bool is_header = reader->n_line == 1;
		if (reader->n >= strlen(NDJSON_MANIFEST) && memcmp(reader->bytes, NDJSON_MANIFEST, strlen(NDJSON_MANIFEST)) == 0) {
			last = arena_strndup(import->cli->arena, reader->bytes, reader->n);
			continue;
		}
		enum record_kind kind = record_kind_of(reader->bytes, reader->n);
		if (is_header && (reader->n != strlen(NDJSON_HEADER) || memcmp(reader->bytes, NDJSON_HEADER, reader->n) != 0))
			status = unreadable(import, reader, "this is no export");
		else if (!is_header && kind == RECORD_KINDS)
			status = unreadable(import, reader, "this is no record");
		sha256_add(sum, reader->bytes, reader->n);
		if (is_header || status != CLI_OK)
			continue;
		import->manifest.n[kind]++;
		import->manifest.n_records++;
		int64_t id = id_of(reader, kind);
		if (id > import->id_max)
			import->id_max = id;
	}
	sha256_end(sum, import->manifest.sha256);
	import->n_bytes = reader->n_read;
	return status == CLI_OK ? judge_end(import, reader, last) : status;
}

static int
check_file(struct import *import)
{
	struct line_reader reader;

	if (!line_reader_open(&reader, import->path))
		return failure_usage(import->cli, NULL, "%s cannot be read: %s", import->path, strerror(errno));
	int status = check_lines(import, &reader);
	line_reader_close(&reader);
	return status;
}

/* ---- batches ---- */

static int64_t
integer(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_get(object, name);
	return value && value->type == JSON_INT ? value->integer : 0;
}

static int
send_batch(struct import *import, struct buf *body)
{
	struct cli *cli = import->cli;
	struct rest_request request = { .method = "POST", .target = import->is_dry_run ? "/api/import?mode=dry_run" : "/api/import" };
	struct api_reply reply;

	buf_add_text(body, "]}");
	request.body = body->bytes;
	request.n_body = body->len;
	api_add_headers(cli, &request);
	rest_request_add_header(cli->arena, &request, "content-type", "application/json");
	int status = api_send(cli, &request, TIMEOUT_MS, &reply);
	progress_clear(cli);
	const struct json_value *code = status == CLI_OK && reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "code") : NULL;
	import->is_ahead = code && code->type == JSON_TEXT && strcmp(code->text, "IMPORT_ID_AHEAD") == 0;
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	const struct json_value *data = reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "data") : NULL;
	if (!data || data->type != JSON_OBJECT)
		return failure_answer(cli, reply.status, NULL, NULL);
	import->n_created += integer(data, "created");
	import->n_unchanged += integer(data, "unchanged");
	return CLI_OK;
}

/* As many lines as one request takes.  *is_held: the reader's line is not sent yet. */
static int
send_some(struct import *import, struct line_reader *reader, bool *is_held, bool *ret_is_end)
{
	struct cli *cli = import->cli;
	struct arena_mark mark = arena_mark(cli->arena);
	struct buf body;
	size_t n = 0;

	buf_init(&body, cli->arena, BATCH_BYTES);
	buf_add_text(&body, "{\"records\":[");
	while (n < BATCH_RECORDS && (*is_held || line_reader_next(reader))) {
		enum record_kind kind = record_kind_of(reader->bytes, reader->n);
		*is_held = false;
		bool is_beyond_plan = import->is_dry_run && kind != RECORD_TYPE; /* what depends on types cannot be asked before they are there */
		if (kind == RECORD_KINDS || is_beyond_plan)
			continue;
		*is_held = n > 0 && body.len + reader->n > BATCH_BYTES;
		if (*is_held)
			break;
		if (n++ > 0)
			buf_add_char(&body, ',');
		buf_add(&body, reader->bytes, reader->n - 1);
	}
	*ret_is_end = n == 0;
	int status = n > 0 ? send_batch(import, &body) : CLI_OK;
	if (status == CLI_OK) {
		cli->last_reply = NULL;
		arena_rewind(cli->arena, mark);
	}
	return status;
}

static int
send_all(struct import *import)
{
	struct line_reader reader;
	bool is_end = false, is_held = false;
	int status = CLI_OK;

	if (!line_reader_open(&reader, import->path))
		return failure_usage(import->cli, NULL, "%s cannot be read: %s", import->path, strerror(errno));
	while (status == CLI_OK && !is_end) {
		status = send_some(import, &reader, &is_held, &is_end);
		if (status == CLI_OK)
			progress_show(import->cli, reader.n_read, import->n_bytes, "%" PRId64 " of %" PRId64 " records", import->n_created + import->n_unchanged, import->manifest.n_records);
	}
	progress_clear(import->cli);
	if (status != CLI_OK && !import->is_dry_run)
		(void)fprintf(import->cli->err, "%" PRId64 " records came in before that; import the file again to go on: what is there is passed over\n",
		    import->n_created + import->n_unchanged);
	if (import->is_ahead)
		(void)fprintf(import->cli->err, "%" PRId64 " is the highest id of the file: wordclaw-content --reserve-ids %" PRId64 "\n", import->id_max, import->id_max);
	line_reader_close(&reader);
	return status;
}

static void
print_plan(const struct import *import)
{
	const struct manifest *manifest = &import->manifest;

	(void)fprintf(import->cli->out, "%s is whole: %" PRId64 " records, SHA-256 %s\n"
	    "  types     %8" PRId64 "  %" PRId64 " to be made, %" PRId64 " there already\n  assets    %8" PRId64 "  what is known of them; their bytes are not in an export\n"
	    "  items     %8" PRId64 "  with %" PRId64 " earlier versions\nNothing was changed.\n",
	    import->path, manifest->n_records, manifest->sha256, manifest->n[RECORD_TYPE], import->n_created, import->n_unchanged, manifest->n[RECORD_ASSET],
	    manifest->n[RECORD_ITEM], manifest->n[RECORD_VERSION]);
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *dry_run = arguments->values[FLAG_DRY_RUN];
	struct import import = { .cli = cli, .path = arguments->operands[0], .is_dry_run = dry_run && strcmp(dry_run, "true") == 0 };

	(void)command;
	int status = check_file(&import);
	if (status == CLI_OK)
		status = send_all(&import);
	if (status != CLI_OK)
		return status;
	if (import.is_dry_run)
		print_plan(&import);
	else
		(void)fprintf(cli->out, "%" PRId64 " records came in, %" PRId64 " were there already\n", import.n_created, import.n_unchanged);
	return CLI_OK;
}

static const char *const examples[] = { "wordclaw import content.ndjson --dry-run", "wordclaw import content.ndjson", NULL };

extern const struct command import_command;
const struct command import_command = { .name = "import", .summary = "Bring an export into the key's tenant.",
	.description = "Ids, versions and times stay what they were. The file is held against its manifest first. Requests of up to 500 records are all or nothing; what is "
	    "there already is passed over, so an import that was cut off is simply repeated. Other content under the same id refuses it: exits 4. Ids that the "
	    "installation has not reached are an operator's matter: wordclaw-content --reserve-ids N. Needs a key with scope admin.",
	.flags = flags, .n_flags = FLAGS, .operands = "FILE", .operands_min = 1, .operands_max = 1, .examples = examples, .run = run };

/* wordclaw import json, import csv: a file of somebody else's becomes items of a type, after a look at what would fail. */
#include <inttypes.h>
#include <string.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/output/progress.h"
#include "cli/transfer/rows.h"
#include "secret.h"

enum { TIMEOUT_MS = 30000, BATCH_ROWS = 100, BATCH_BYTES = 768 * 1024, SHOWN_MAX = 20, MAPPED_MAX = 200 };
enum { FLAG_TYPE, FLAG_STATUS, FLAG_MAP, FLAG_PARTIAL, FLAG_DRY_RUN, FLAGS };

static const struct flag flags[FLAGS] = {
	[FLAG_TYPE] = { .name = "type", .kind = FLAG_VALUE, .is_required = true, .value = "SLUG", .summary = "Content type of the items, its slug or id." },
	[FLAG_STATUS] = { .name = "status", .kind = FLAG_VALUE, .value = "STATUS", .summary = "Status of the items (draft)." },
	[FLAG_MAP] = { .name = "map", .kind = FLAG_LIST, .value = "COLUMN=FIELD", .summary = "Fill a field from a column of another name; COLUMN= leaves the column out." },
	[FLAG_PARTIAL] = { .name = "partial", .kind = FLAG_SWITCH, .summary = "Bring in what is good although other rows would fail." },
	[FLAG_DRY_RUN] = { .name = "dry-run", .kind = FLAG_SWITCH, .summary = "Say what would fail, and change nothing." },
};

struct import {
	struct cli *cli;
	const char *path, *type, *status;
	struct rows rows;
	char hash[SHA256_HEX_BYTES]; /* of file, type and mapping: what an idempotency key begins with */
	size_t n_good, n_bad;
};

static bool
is_on(const struct arguments *arguments, int flag)
{
	return arguments->values[flag] && strcmp(arguments->values[flag], "true") == 0;
}

static int
read_mapping(struct cli *cli, const char *text, struct mapping *ret_mapping)
{
	const char **fields = ARENA_ARRAY(cli->arena, const char *, MAPPED_MAX), **columns = ARENA_ARRAY(cli->arena, const char *, MAPPED_MAX);
	size_t n = 0;

	for (const char *at = text; at && *at;) {
		size_t n_pair = strcspn(at, ",");
		const char *equals = memchr(at, '=', n_pair);
		if (!equals || equals == at || n == MAPPED_MAX)
			return failure_usage(cli, NULL, "--map takes COLUMN=FIELD, such as cost=price, up to %d of them", MAPPED_MAX);
		size_t n_field = n_pair - (size_t)(equals - at) - 1;
		columns[n] = arena_strndup(cli->arena, at, (size_t)(equals - at));
		fields[n++] = n_field ? arena_strndup(cli->arena, equals + 1, n_field) : NULL;
		at += n_pair + (at[n_pair] == ',');
	}
	*ret_mapping = (struct mapping){ .fields = fields, .columns = columns, .n = n };
	return CLI_OK;
}

/* ---- the type ---- */

static int
ask(struct cli *cli, struct rest_request *request, const struct json_value **ret_data)
{
	struct api_reply reply;

	api_add_headers(cli, request);
	int status = api_send(cli, request, TIMEOUT_MS, &reply);
	progress_clear(cli);
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	const struct json_value *data = reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "data") : NULL;
	if (!data || data->type != JSON_OBJECT)
		return failure_answer(cli, reply.status, NULL, NULL);
	*ret_data = data;
	return CLI_OK;
}

static int
read_schema(struct cli *cli, const char *type, const struct json_value **ret_schema)
{
	struct rest_request request = { .method = "GET", .target = arena_printf(cli->arena, "/api/content-types/%s", type) };
	const struct json_value *data = NULL;
	struct json_error problem;

	if (type[0] == '\0' || strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(type))
		return failure_usage(cli, NULL, "'%s' is no slug or id of a content type", type);
	int status = ask(cli, &request, &data);
	if (status != CLI_OK)
		return status;
	const struct json_value *schema = json_get(data, "schema");
	*ret_schema = schema && schema->type == JSON_TEXT ? json_parse(cli->arena, schema->text, schema->n, NULL, &problem) : NULL;
	return CLI_OK;
}

/* ---- batches ---- */

static void
report(struct import *import, size_t first, const struct json_value *result)
{
	const struct json_value *index = json_get(result, "index"), *error = json_get(result, "error"), *code = json_get(result, "code");
	size_t at = first + (index && index->type == JSON_INT ? (size_t)index->integer : 0);

	if (import->n_bad++ >= SHOWN_MAX || at >= import->rows.n)
		return;
	(void)fprintf(import->cli->out, "line %" PRId64 ": %s: %s\n", import->rows.lines[at], code && code->type == JSON_TEXT ? code->text : "?",
	    error && error->type == JSON_TEXT ? error->text : "?");
}

static int
send_batch(struct import *import, size_t first, size_t n, bool is_dry_run)
{
	struct cli *cli = import->cli;
	struct rest_request request = { .method = "POST", .target = is_dry_run ? "/api/content-items/batch?mode=dry_run" : "/api/content-items/batch" };
	const struct json_value *data = NULL;
	struct buf body;

	buf_init(&body, cli->arena, 65536);
	buf_add_text(&body, "{\"items\":[");
	for (size_t i = 0; i < n; i++) {
		buf_printf(&body, "%s{\"contentTypeId\":\"%s\",\"data\":%s", i ? "," : "", import->type, import->rows.documents[first + i]);
		if (import->status) {
			buf_add_text(&body, ",\"status\":");
			buf_add_json_text(&body, import->status, strlen(import->status));
		}
		buf_add_char(&body, '}');
	}
	buf_add_text(&body, "]}");
	request.body = body.bytes;
	request.n_body = body.len;
	rest_request_add_header(cli->arena, &request, "content-type", "application/json");
	if (!is_dry_run) /* a command that is repeated makes nothing twice */
		rest_request_add_header(cli->arena, &request, "idempotency-key", arena_printf(cli->arena, "import-%.40s-%zu", import->hash, first));
	int status = ask(cli, &request, &data);
	if (status != CLI_OK)
		return status;
	const struct json_value *results = json_get(data, "results");
	for (uint32_t i = 0; results && results->type == JSON_LIST && i < results->n; i++) {
		const struct json_value *ok = results->items[i].type == JSON_OBJECT ? json_get(&results->items[i], "ok") : NULL;
		if (ok && ok->type == JSON_BOOL && ok->boolean)
			import->n_good++;
		else if (ok)
			report(import, first, &results->items[i]);
	}
	return CLI_OK;
}

static int
send_all(struct import *import, bool is_dry_run)
{
	struct cli *cli = import->cli;
	int status = CLI_OK;

	import->n_good = import->n_bad = 0;
	for (size_t at = 0, n; status == CLI_OK && at < import->rows.n; at += n) {
		struct arena_mark mark = arena_mark(cli->arena);
		size_t n_bytes = 0;
		for (n = 0; n < BATCH_ROWS && at + n < import->rows.n && (n == 0 || n_bytes + strlen(import->rows.documents[at + n]) < BATCH_BYTES); n++)
			n_bytes += strlen(import->rows.documents[at + n]) + 200;
		progress_show(cli, (int64_t)at, (int64_t)import->rows.n, "%s", is_dry_run ? "looking" : "importing");
		status = send_batch(import, at, n, is_dry_run);
		cli->last_reply = NULL;
		if (status == CLI_OK)
			arena_rewind(cli->arena, mark);
	}
	progress_clear(cli);
	if (import->n_bad > SHOWN_MAX)
		(void)fprintf(cli->out, "and %zu more\n", import->n_bad - SHOWN_MAX);
	return status;
}

static int
carry_out(struct import *import, bool is_dry_run, bool is_partial)
{
	struct cli *cli = import->cli;
	int status = send_all(import, true);

	if (status != CLI_OK)
		return status;
	if (is_dry_run || (import->n_bad > 0 && !is_partial)) {
		(void)fprintf(cli->out, "%zu of %zu rows would come in, %zu would fail. Nothing was changed.\n", import->n_good, import->rows.n, import->n_bad);
		return import->n_bad > 0 ? CLI_NO : CLI_OK;
	}
	bool had_bad = import->n_bad > 0;
	status = send_all(import, false);
	if (status != CLI_OK)
		return status;
	(void)fprintf(cli->out, "%zu of %zu rows came in\n", import->n_good, import->rows.n);
	return had_bad || import->n_bad > 0 ? CLI_NO : CLI_OK;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct import import = { .cli = cli, .path = arguments->operands[0], .type = arguments->values[FLAG_TYPE], .status = arguments->values[FLAG_STATUS] };
	bool is_csv = strcmp(command->name, "import csv") == 0;
	const struct json_value *schema = NULL;
	struct mapping mapping = { .n = 0 };
	size_t n = 0;

	if (!import.type)
		return failure_usage(cli, "Say which with --type SLUG.", "there is no content type for the items");
	int status = read_mapping(cli, arguments->values[FLAG_MAP], &mapping);
	const char *text = status == CLI_OK ? rows_read_file(cli, import.path, &n) : NULL;
	if (!text)
		return CLI_USAGE;
	status = read_schema(cli, import.type, &schema);
	if (status == CLI_OK)
		status = is_csv ? rows_of_csv(cli, import.path, text, n, &mapping, schema, &import.rows) : rows_of_json(cli, import.path, text, n, &mapping, &import.rows);
	if (status != CLI_OK)
		return status;
	const char *whole = arena_printf(cli->arena, "%s %s %s ", import.type, import.status ? import.status : "", arguments->values[FLAG_MAP] ? arguments->values[FLAG_MAP] : "");
	struct sha256 *sum = sha256_begin();
	sha256_add(sum, whole, strlen(whole));
	sha256_add(sum, text, n);
	sha256_end(sum, import.hash);
	return carry_out(&import, is_on(arguments, FLAG_DRY_RUN), is_on(arguments, FLAG_PARTIAL));
}

#define DESCRIPTION "All rows are tried first, in a dry run: what would fail is printed with its line, and then nothing is brought in unless --partial is given. " \
	"A command that was cut off may be repeated for a day: no row comes in twice. Exits 1 when rows fail."

static const char *const json_examples[] = { "wordclaw import json products.json --type product --dry-run", "wordclaw import json rows.ndjson --type product --map cost=price --status published", NULL };
static const char *const csv_examples[] = { "wordclaw import csv products.csv --type product --dry-run", "wordclaw import csv products.csv --type product --map cost=price,comment= --partial", NULL };

extern const struct command import_json_command, import_csv_command;
const struct command import_json_command = { .name = "import json", .summary = "Make items of a type from a JSON file: a list of objects, or an object a line.",
	.description = DESCRIPTION, .flags = flags, .n_flags = FLAGS, .operands = "FILE", .operands_min = 1, .operands_max = 1, .examples = json_examples, .run = run };
const struct command import_csv_command = { .name = "import csv", .summary = "Make items of a type from a CSV file, whose first line names the fields.",
	.description = "Numbers, booleans, objects and lists are read as such where the schema wants them; empty values are left out. " DESCRIPTION,
	.flags = flags, .n_flags = FLAGS, .operands = "FILE", .operands_min = 1, .operands_max = 1, .examples = csv_examples, .run = run };

/* wordclaw forms export: what came in through a form, as a file of CSV or of lines of JSON. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/output/failure.h"
#include "cli/output/progress.h"

enum { TIMEOUT_MS = 30000, PAGE = 500 };

struct taker {
	struct cli *cli;
	const char *form, *format, *status; /* status may be NULL */
	FILE *file;
	int64_t after, n_done, n_total;
	bool has_more, has_failed;
};

static bool
read_int(const struct json_value *object, const char *name, int64_t *ret_value)
{
	const struct json_value *value = json_get(object, name);

	if (!value || value->type != JSON_INT)
		return false;
	*ret_value = value->integer;
	return true;
}

static int
take_page(struct taker *taker)
{
	struct cli *cli = taker->cli;
	struct rest_request request = { .method = "GET", .target = arena_printf(cli->arena, "/api/forms/%s/submissions/export?format=%s&limit=%d&after=%" PRId64 "%s%s",
	    taker->form, taker->format, PAGE, taker->after, taker->status ? "&status=" : "", taker->status ? taker->status : "") };
	struct api_reply reply;
	int64_t count;

	api_add_headers(cli, &request);
	int status = api_send(cli, &request, TIMEOUT_MS, &reply);
	if (status == CLI_OK)
		status = api_judge(cli, &reply);
	if (status != CLI_OK)
		return status;
	const struct json_value *data = reply.json && reply.json->type == JSON_OBJECT ? json_get(reply.json, "data") : NULL;
	const struct json_value *text = data && data->type == JSON_OBJECT ? json_get(data, "text") : NULL;
	const struct json_value *more = text ? json_get(data, "hasMore") : NULL;
	if (!text || text->type != JSON_TEXT || !more || more->type != JSON_BOOL || !read_int(data, "count", &count) || !read_int(data, "after", &taker->after)
	    || !read_int(data, "total", &taker->n_total))
		return failure_answer(cli, reply.status, NULL, NULL);
	taker->n_done += count;
	taker->has_more = more->boolean;
	if (fwrite(text->text, 1, text->n, taker->file) != text->n)
		taker->has_failed = true;
	return CLI_OK;
}

static int
take_all(struct taker *taker, const char *name)
{
	struct cli *cli = taker->cli;
	int status = CLI_OK;

	taker->has_more = true;
	while (status == CLI_OK && taker->has_more && !taker->has_failed) {
		struct arena_mark mark = arena_mark(cli->arena);
		status = take_page(taker);
		if (status != CLI_OK)
			break;
		progress_show(cli, taker->n_done, taker->status ? 0 : taker->n_total, "%" PRId64 " submissions", taker->n_done);
		cli->last_reply = NULL; /* it goes with its page */
		arena_rewind(cli->arena, mark);
	}
	progress_clear(cli);
	if (status == CLI_OK && (fflush(taker->file) != 0 || taker->has_failed))
		return failure_usage(cli, NULL, "%s cannot be written: %s", name, strerror(errno));
	return status;
}

/* Under another name until it is whole. */
static int
write_file(struct taker *taker, const char *path)
{
	struct cli *cli = taker->cli;
	const char *part = arena_printf(cli->arena, "%s.part", path);

	taker->file = fopen(part, "w");
	if (!taker->file)
		return failure_usage(cli, NULL, "%s cannot be written: %s", part, strerror(errno));
	int status = take_all(taker, part);
	bool is_closed = fclose(taker->file) == 0;
	if (status == CLI_OK && (!is_closed || rename(part, path) != 0))
		status = failure_usage(cli, NULL, "%s cannot be written: %s", path, strerror(errno));
	if (status != CLI_OK) {
		(void)remove(part);
		return status;
	}
	(void)fprintf(cli->out, "%s: %" PRId64 " submissions\n", path, taker->n_done);
	return CLI_OK;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *format = arguments_get(command, arguments, "format"), *path = arguments->operands[1];
	struct taker taker = { .cli = cli, .form = arguments->operands[0], .format = format ? format : "ndjson", .status = arguments_get(command, arguments, "status") };

	if (strspn(taker.form, "0123456789") != strlen(taker.form))
		return failure_usage(cli, NULL, "'%s' is no form's id: wordclaw forms list shows them", taker.form);
	if (strcmp(path, "-") != 0)
		return write_file(&taker, path);
	taker.file = cli->out;
	return take_all(&taker, "standard output");
}

static const char *const formats[] = { "csv", "ndjson", NULL };
static const char *const statuses[] = { "received", "created", "refused", "quarantined", "rejected", "erased", NULL };
static const struct flag flags[] = {
	{ .name = "format", .kind = FLAG_VALUE, .value = "FORMAT", .summary = "csv, or ndjson: a JSON object a line (default).", .choices = formats },
	{ .name = "status", .kind = FLAG_VALUE, .value = "STATUS", .summary = "Only submissions of this status.", .choices = statuses },
};
static const char *const examples[] = { "wordclaw forms export 6 contact.csv --format csv", "wordclaw forms export 6 - | gzip > contact.ndjson.gz", NULL };

extern const struct command forms_export_command;
const struct command forms_export_command = { .name = "forms export", .summary = "Write what came in through a form to a file, CSV or lines of JSON.",
	.description = "In order of arrival. Texts that a spreadsheet would take for formulas stand behind an apostrophe in CSV. What was erased is there as a line without its data.",
	.flags = flags, .n_flags = sizeof(flags) / sizeof(flags[0]), .operands = "FORM FILE", .operands_min = 2, .operands_max = 2, .examples = examples, .run = run };

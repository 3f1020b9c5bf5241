/* wordclaw schema check: JSON documents against a JSON Schema, from files or as a stream of pairs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command/builtins.h"
#include "cli/input/document.h"
#include "cli/output/failure.h"
#include "cli/output/progress.h"
#include "regex.h"
#include "cli/builtin/schema_files.h"

enum { CHECK_BYTES_MAX = 256 * 1024 * 1024, PROGRESS_LINES = 1000 };

enum { FLAG_NDJSON, FLAG_DRAFT, FLAG_DOCUMENTS, FLAG_NO_FORMAT, FLAG_LENIENT, FLAGS };

static const char *const drafts[] = { "07", "2020-12", NULL };

static const struct flag flags[FLAGS] = {
	[FLAG_NDJSON] = { .name = "ndjson", .kind = FLAG_SWITCH,
		.summary = "One {\"schema\":..,\"data\":..} per line of standard input in, one {\"valid\":..,\"errors\":[..]} per line out." },
	[FLAG_DRAFT] = { .name = "draft", .kind = FLAG_VALUE, .value = "07|2020-12", .choices = drafts,
		.summary = "Dialect of schemas without $schema (2020-12 with draft-07's forms allowed)." },
	[FLAG_DOCUMENTS] = { .name = "documents", .kind = FLAG_VALUE, .value = "DIR=PREFIX",
		.summary = "Let $ref name DIR/x.json as PREFIX/x.json; nothing is ever fetched." },
	[FLAG_NO_FORMAT] = { .name = "no-format", .kind = FLAG_SWITCH, .summary = "Formats are remarks, not demands." },
	[FLAG_LENIENT] = { .name = "lenient", .kind = FLAG_SWITCH, .summary = "Accept \\u0000 and integers beyond 64 bits." },
};

struct check {
	struct cli *cli;
	struct json_schema_options options;
	struct json_limits limits;
	struct schema_documents documents;
};

/* ---- files ---- */

static void
print_error(const struct check *check, const char *path, const struct json_schema_error *error)
{
	(void)fprintf(check->cli->out, "%s: %s: %s (%s)\n", path, *error->pointer ? error->pointer : "/", error->message,
	    error->schema_pointer);
}

static bool
check_instance(const struct check *check, const struct json_schema *schema, const char *path, bool *ret_is_valid)
{
	struct arena *arena = arena_new(CHECK_BYTES_MAX);
	const struct json_value *instance = schema_file_read(check->cli, arena, path, &check->limits);
	struct json_schema_errors *errors = ARENA_NEW(arena, struct json_schema_errors);

	if (instance) {
		*ret_is_valid = json_schema_validate(schema, instance, arena, errors);
		if (*ret_is_valid)
			(void)fprintf(check->cli->out, "%s: valid\n", path);
		for (size_t i = 0; i < errors->n; i++)
			print_error(check, path, &errors->list[i]);
	}
	arena_free(arena);
	return instance != NULL;
}

static int
check_files(const struct check *check, size_t n_files, const char *const *files)
{
	struct json_schema_error error;
	int status = CLI_OK;

	if (n_files == 0)
		return failure_usage(check->cli, "Name the schema's file, or give pairs with --ndjson.", "there is no schema to check");
	const struct json_value *value = schema_file_read(check->cli, check->cli->arena, files[0], &check->limits);
	if (!value)
		return CLI_USAGE;
	struct json_schema *schema = json_schema_compile(check->cli->arena, value, &check->options, &error);
	if (!schema) {
		print_error(check, files[0], &error);
		return CLI_USAGE;
	}
	if (n_files == 1)
		(void)fprintf(check->cli->out, "%s: a valid schema\n", files[0]);
	for (size_t i = 1; i < n_files; i++) {
		bool is_valid = true;
		if (!check_instance(check, schema, files[i], &is_valid))
			status = CLI_USAGE;
		else if (!is_valid && status == CLI_OK)
			status = CLI_NO;
	}
	json_schema_unref(schema);
	return status;
}

/* ---- a stream of pairs ---- */

/* The schema of the line before: streams often repeat it. */
struct last_schema {
	char *text;
	size_t n_bytes;
	struct json_schema *schema;
};

static void
write_field(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\"%s\":", name);
	buf_add_json_text(out, text, strlen(text));
}

static void
write_error(struct buf *out, const struct json_schema_error *error)
{
	buf_add_char(out, '{');
	write_field(out, "pointer", error->pointer);
	buf_add_char(out, ',');
	write_field(out, "keyword", error->keyword);
	buf_add_char(out, ',');
	write_field(out, "message", error->message);
	buf_add_text(out, ",\"expected\":");
	buf_add_text(out, error->expected ? error->expected : "null");
	buf_add_char(out, ',');
	write_field(out, "schemaPointer", error->schema_pointer);
	buf_add_char(out, '}');
}

static void
write_verdict(struct buf *out, bool is_valid, const struct json_schema_errors *errors)
{
	buf_printf(out, "{\"valid\":%s,\"errors\":[", is_valid ? "true" : "false");
	for (size_t i = 0; i < errors->n; i++) {
		if (i)
			buf_add_char(out, ',');
		write_error(out, &errors->list[i]);
	}
	buf_add_text(out, "]}");
}

static bool
is_last(const struct last_schema *last, const char *text, size_t n_bytes)
{
	return last->schema && last->n_bytes == n_bytes && memcmp(last->text, text, n_bytes) == 0;
}

static const struct json_schema *
compile_next(const struct check *check, struct arena *arena, const struct json_value *value, const char *line,
    struct last_schema *last, struct json_schema_error *ret_error)
{
	const char *text = line + value->start;
	size_t n_bytes = value->end - value->start;

	if (is_last(last, text, n_bytes))
		return last->schema;
	json_schema_unref(last->schema);
	free(last->text);
	last->text = strndup(text, n_bytes);
	last->n_bytes = n_bytes;
	last->schema = json_schema_compile(arena, value, &check->options, ret_error);
	return last->schema;
}

/* False when the line is no pair. */
static bool
check_pair(const struct check *check, struct arena *arena, const char *line, size_t n_bytes, struct last_schema *last,
    struct buf *out)
{
	struct json_error error = { .message = "a line must be {\"schema\":..,\"data\":..}" };
	struct json_schema_error schema_error;
	const struct json_value *pair = json_parse(arena, line, n_bytes, &check->limits, &error);
	const struct json_value *value = pair ? json_get(pair, "schema") : NULL;
	const struct json_value *data = pair ? json_get(pair, "data") : NULL;

	if (!value || !data) {
		buf_add_text(out, "{\"valid\":false,\"inputError\":{");
		write_field(out, "message", error.message);
		buf_printf(out, ",\"column\":%zu}}", error.column);
		return false;
	}
	const struct json_schema *schema = compile_next(check, arena, value, line, last, &schema_error);
	if (!schema) {
		buf_add_text(out, "{\"valid\":false,\"schemaError\":");
		write_error(out, &schema_error);
		buf_add_char(out, '}');
		return true;
	}
	struct json_schema_errors *errors = ARENA_NEW(arena, struct json_schema_errors);
	bool is_valid = json_schema_validate(schema, data, arena, errors);
	write_verdict(out, is_valid, errors);
	return true;
}

/* False at the end, and when the stream cannot be read: *ret_status tells. */
static bool
check_line(const struct check *check, struct arena *arena, struct last_schema *last, char **line, size_t *capacity, int *status)
{
	struct buf out;
	ssize_t n = getline(line, capacity, check->cli->in);

	if (n < 0)
		return false;
	size_t n_bytes = n > 0 && (*line)[n - 1] == '\n' ? (size_t)n - 1 : (size_t)n;
	if (n_bytes > DOCUMENT_BYTES_MAX) {
		*status = failure_usage(check->cli, NULL, "a line is longer than 64 MB");
		return false;
	}
	buf_init(&out, arena, 0);
	if (!check_pair(check, arena, *line, n_bytes, last, &out))
		*status = CLI_USAGE;
	buf_add_char(&out, '\n');
	(void)fwrite(out.bytes, 1, out.len, check->cli->out); /* check_stream's fflush tells */
	arena_reset(arena);
	return true;
}

/* Bytes of a regular file; 0 of anything else, whose end nobody knows. */
static int64_t
file_bytes(FILE *file)
{
	struct stat status;

	return fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) ? (int64_t)status.st_size : 0;
}

static int
check_stream(const struct check *check)
{
	struct arena *arena = arena_new(CHECK_BYTES_MAX);
	struct last_schema last = { 0 };
	int status = CLI_OK;
	char *line = NULL;
	size_t capacity = 0, n_lines = 0;
	int64_t n_total = file_bytes(check->cli->in);

	while (check_line(check, arena, &last, &line, &capacity, &status))
		if (++n_lines % PROGRESS_LINES == 0)
			progress_show(check->cli, n_total > 0 ? ftello(check->cli->in) : 0, n_total, "%zu lines checked", n_lines);
	progress_clear(check->cli);
	free(line);
	free(last.text);
	json_schema_unref(last.schema);
	arena_free(arena);
	if (fflush(check->cli->out) != 0)
		return failure_usage(check->cli, NULL, "standard output cannot be written: %s", strerror(errno));
	return status;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct check *check = ARENA_NEW(cli->arena, struct check);
	const char *draft = arguments->values[FLAG_DRAFT], *documents = arguments->values[FLAG_DOCUMENTS];

	check->cli = cli;
	check->options = (struct json_schema_options){ .assert_format = !arguments_has(command, arguments, "no-format"), .regex = &regex_engine };
	check->limits.allow_nul = check->limits.allow_big_numbers = arguments_has(command, arguments, "lenient");
	if (draft)
		check->options.dialect = strcmp(draft, "07") == 0 ? JSON_SCHEMA_DRAFT_07 : JSON_SCHEMA_2020_12;
	if (documents && !schema_documents_read(cli, documents, &check->limits, &check->documents))
		return CLI_USAGE;
	check->options.documents = check->documents.list;
	check->options.n_documents = check->documents.n;
	if (arguments_has(command, arguments, "ndjson"))
		return check_stream(check);
	return check_files(check, arguments->n_operands, arguments->operands);
}

static const char *const examples[] = { "wordclaw schema check schema.json item.json",
	"wordclaw schema check --ndjson <pairs.ndjson", NULL };

extern const struct command schema_check_command;
const struct command schema_check_command = { .name = "schema check", .summary = "Validate JSON documents against a JSON Schema, without a server.",
	.description = "Draft-07 and 2020-12, chosen by $schema. A file named - is standard input. Exits 0 when everything is valid, 1 when something "
	    "is not, 2 without a verdict: a bad schema, an unreadable file.",
	.flags = flags, .n_flags = FLAGS, .operands = "SCHEMA.json [INSTANCE.json...]", .operands_max = ARGUMENTS_MAX, .examples = examples, .run = run };

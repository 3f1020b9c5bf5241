/* wordclaw schema check: JSON documents against a JSON Schema, from files or as a stream of pairs. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "regex.h"
#include "schema_files.h"

enum { CHECK_BYTES_MAX = 256 * 1024 * 1024 };

static const char HELP[] =
    "usage: wordclaw schema check [OPTION...] SCHEMA.json [INSTANCE.json...]\n"
    "       wordclaw schema check [OPTION...] --ndjson <PAIRS\n"
    "\n"
    "Draft-07 and 2020-12, chosen by $schema.  A file named - is standard input.\n"
    "Exit status: 0 valid, 1 invalid, 2 no verdict (bad schema, unreadable file).\n"
    "\n"
    "  --ndjson                 one {\"schema\":..,\"data\":..} per line in, one {\"valid\":..,\"errors\":[..]} per line out\n"
    "  --draft 07|2020-12       of schemas without $schema (default: 2020-12 with draft-07's forms allowed)\n"
    "  --documents DIR=PREFIX   let $ref name DIR/x.json as PREFIX/x.json; nothing is ever fetched\n"
    "  --no-format              formats are remarks, not demands\n"
    "  --lenient                accept \\u0000 and integers beyond 64 bits\n";

struct check {
	struct json_schema_options options;
	struct json_limits limits;
	struct schema_documents documents;
	bool is_stream;
	struct arena *arena; /* lives as long as the command */
};

/* ---- files ---- */

static void
print_error(const char *path, const struct json_schema_error *error)
{
	printf("%s: %s: %s (%s)\n", path, *error->pointer ? error->pointer : "/", error->message,
	    error->schema_pointer);
}

static bool
check_instance(const struct check *check, const struct json_schema *schema, const char *path, bool *ret_is_valid)
{
	struct arena *arena = arena_new(CHECK_BYTES_MAX);
	const struct json_value *instance = schema_file_read(arena, path, &check->limits);
	struct json_schema_errors *errors = ARENA_NEW(arena, struct json_schema_errors);

	if (instance) {
		*ret_is_valid = json_schema_validate(schema, instance, arena, errors);
		if (*ret_is_valid)
			printf("%s: valid\n", path);
		for (size_t i = 0; i < errors->n; i++)
			print_error(path, &errors->list[i]);
	}
	arena_free(arena);
	return instance != NULL;
}

static int
check_files(const struct check *check, int n_files, char **files)
{
	struct json_schema_error error;
	int status = CLI_OK;

	if (n_files == 0) {
		fputs(HELP, stderr);
		return CLI_ERROR;
	}
	const struct json_value *value = schema_file_read(check->arena, files[0], &check->limits);
	if (!value)
		return CLI_ERROR;
	struct json_schema *schema = json_schema_compile(check->arena, value, &check->options, &error);
	if (!schema) {
		print_error(files[0], &error);
		return CLI_ERROR;
	}
	if (n_files == 1)
		printf("%s: a valid schema\n", files[0]);
	for (int i = 1; i < n_files; i++) {
		bool is_valid = true;
		if (!check_instance(check, schema, files[i], &is_valid))
			status = CLI_ERROR;
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

static int
check_stream(const struct check *check)
{
	struct arena *arena = arena_new(CHECK_BYTES_MAX);
	struct last_schema last = { 0 };
	int status = CLI_OK;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t n;

	while ((n = getline(&line, &capacity, stdin)) >= 0) {
		struct buf out;
		size_t n_bytes = n > 0 && line[n - 1] == '\n' ? (size_t)n - 1 : (size_t)n;
		if (n_bytes > SCHEMA_FILE_BYTES_MAX) {
			fprintf(stderr, "wordclaw: line too long\n");
			status = CLI_ERROR;
			break;
		}
		buf_init(&out, arena, 0);
		if (!check_pair(check, arena, line, n_bytes, &last, &out))
			status = CLI_ERROR;
		buf_add_char(&out, '\n');
		(void)fwrite(out.bytes, 1, out.len, stdout); /* fflush below tells */
		arena_reset(arena);
	}
	free(line);
	free(last.text);
	json_schema_unref(last.schema);
	arena_free(arena);
	return fflush(stdout) == 0 ? status : CLI_ERROR;
}

/* ---- options ---- */

enum option_code { OPTION_NDJSON = 1, OPTION_DRAFT, OPTION_DOCUMENTS, OPTION_NO_FORMAT, OPTION_LENIENT, OPTION_HELP };

static const struct option OPTIONS[] = {
	{ "ndjson", no_argument, NULL, OPTION_NDJSON },
	{ "draft", required_argument, NULL, OPTION_DRAFT },
	{ "documents", required_argument, NULL, OPTION_DOCUMENTS },
	{ "no-format", no_argument, NULL, OPTION_NO_FORMAT },
	{ "lenient", no_argument, NULL, OPTION_LENIENT },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

static bool
set_draft(struct check *check, const char *name)
{
	if (strcmp(name, "07") != 0 && strcmp(name, "2020-12") != 0) {
		fprintf(stderr, "wordclaw: --draft takes 07 or 2020-12\n");
		return false;
	}
	check->options.dialect = strcmp(name, "07") == 0 ? JSON_SCHEMA_DRAFT_07 : JSON_SCHEMA_2020_12;
	return true;
}

static bool
set_option(struct check *check, int code)
{
	switch (code) {
	case OPTION_NDJSON:
		check->is_stream = true;
		return true;
	case OPTION_DRAFT:
		return set_draft(check, optarg);
	case OPTION_DOCUMENTS:
		return schema_documents_read(check->arena, optarg, &check->limits, &check->documents);
	case OPTION_NO_FORMAT:
		check->options.assert_format = false;
		return true;
	case OPTION_LENIENT:
		check->limits.allow_nul = true;
		check->limits.allow_big_numbers = true;
		return true;
	default:
		fputs(HELP, stderr);
		return false;
	}
}

int
cli_schema_check(int argc, char **argv)
{
	struct arena *arena = arena_new(CHECK_BYTES_MAX);
	struct check *check = ARENA_NEW(arena, struct check);
	int status = CLI_ERROR;
	bool is_ok = true;
	bool wants_help = false;
	int code;

	check->arena = arena;
	check->options = (struct json_schema_options){ .assert_format = true, .regex = &regex_engine };
	/* getopt_long skips argv[0]; what stands before the arguments is the command's last word. */
	while (is_ok && !wants_help && (code = getopt_long(argc + 1, argv - 1, "", OPTIONS, NULL)) != -1) {
		wants_help = code == OPTION_HELP;
		is_ok = wants_help || set_option(check, code);
	}
	check->options.documents = check->documents.list;
	check->options.n_documents = check->documents.n;
	if (wants_help) {
		fputs(HELP, stdout);
		status = CLI_OK;
	} else if (is_ok) {
		status = check->is_stream ? check_stream(check) : check_files(check, argc + 1 - optind, argv - 1 + optind);
	}
	arena_free(arena);
	return status;
}

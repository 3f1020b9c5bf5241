/* CSV files as rows (RFC 4180): quotes around what holds commas, quotes or line breaks. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/failure.h"
#include "cli/transfer/rows.h"

enum { COLUMNS_MAX = 1000 };

struct reader {
	struct cli *cli;
	const char *path, *text;
	size_t at, n;
	int64_t line;
	const char *cells[COLUMNS_MAX];
	size_t n_cells;
};

static int
broken(const struct reader *reader, const char *what)
{
	return failure_usage(reader->cli, NULL, "%s, line %" PRId64 ": %s", reader->path, reader->line, what);
}

static int
read_quoted(struct reader *reader, const char **ret_cell)
{
	int64_t opened = reader->line;
	struct buf buf;

	buf_init(&buf, reader->cli->arena, 64);
	for (reader->at++; reader->at < reader->n; reader->at++) {
		char c = reader->text[reader->at];
		if (c == '"' && reader->at + 1 < reader->n && reader->text[reader->at + 1] == '"')
			reader->at++;
		else if (c == '"')
			break;
		reader->line += c == '\n';
		buf_add_char(&buf, c);
	}
	if (reader->at++ >= reader->n) {
		reader->line = opened;
		return broken(reader, "a quote is not closed");
	}
	*ret_cell = arena_strndup(reader->cli->arena, buf.bytes, buf.len);
	return CLI_OK;
}

static int
read_cell(struct reader *reader, const char **ret_cell)
{
	if (reader->at < reader->n && reader->text[reader->at] == '"')
		return read_quoted(reader, ret_cell);
	size_t start = reader->at;
	while (reader->at < reader->n && !strchr(",\r\n", reader->text[reader->at]))
		reader->at++;
	*ret_cell = arena_strndup(reader->cli->arena, reader->text + start, reader->at - start);
	return CLI_OK;
}

/* The cells of one record; n_cells 0 at the end. */
static int
read_record(struct reader *reader)
{
	int status = CLI_OK;

	reader->n_cells = 0;
	while (status == CLI_OK && (reader->at < reader->n || reader->n_cells > 0)) {
		if (reader->n_cells == COLUMNS_MAX)
			return broken(reader, "there are too many columns");
		status = read_cell(reader, &reader->cells[reader->n_cells]);
		reader->n_cells += status == CLI_OK;
		if (status != CLI_OK || reader->at >= reader->n)
			return status;
		char c = reader->text[reader->at];
		if (c != ',' && c != '\r' && c != '\n')
			return broken(reader, c == '\0' ? "there is a byte 0, which text has not" : "something follows a closed quote");
		reader->at += c == '\r' && reader->at + 1 < reader->n && reader->text[reader->at + 1] == '\n' ? 2 : 1;
		if (c != ',')
			return CLI_OK;
	}
	return status;
}

/* ---- values ---- */

static bool
has_type(const struct json_value *property, const char *name)
{
	const struct json_value *type = property && property->type == JSON_OBJECT ? json_get(property, "type") : NULL;

	if (type && type->type == JSON_TEXT)
		return strcmp(type->text, name) == 0;
	for (uint32_t i = 0; type && type->type == JSON_LIST && i < type->n; i++) {
		if (type->items[i].type == JSON_TEXT && strcmp(type->items[i].text, name) == 0)
			return true;
	}
	return false;
}

/* The cell is JSON of the type that the field has: it is taken as that, and as text otherwise, which the type then refuses. */
static bool
is_wanted_json(struct cli *cli, const struct json_value *property, const char *cell)
{
	struct json_error problem;
	struct json_limits limits = { .allow_big_numbers = true };
	const struct json_value *value = json_parse(cli->arena, cell, strlen(cell), &limits, &problem);

	if (!value || has_type(property, "string"))
		return false;
	switch (value->type) {
	case JSON_INT:
	case JSON_REAL:
		return has_type(property, "number") || has_type(property, "integer");
	case JSON_BOOL:
		return has_type(property, "boolean");
	case JSON_OBJECT:
		return has_type(property, "object");
	case JSON_LIST:
		return has_type(property, "array");
	default:
		return false;
	}
}

static const char *
document_of(struct reader *reader, const char *const *names, const struct mapping *mapping, const struct json_value *properties)
{
	struct buf buf;
	size_t n = 0;

	buf_init(&buf, reader->cli->arena, 256);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < reader->n_cells; i++) {
		const char *field = rows_field_of(mapping, names[i]), *cell = reader->cells[i];
		if (!field || cell[0] == '\0')
			continue;
		const struct json_value *property = properties ? json_get(properties, field) : NULL;
		if (n++ > 0)
			buf_add_char(&buf, ',');
		buf_add_json_text(&buf, field, strlen(field));
		buf_add_char(&buf, ':');
		if (is_wanted_json(reader->cli, property, cell))
			buf_add_text(&buf, cell);
		else
			buf_add_json_text(&buf, cell, strlen(cell));
	}
	buf_add_char(&buf, '}');
	return arena_strndup(reader->cli->arena, buf.bytes, buf.len);
}

/* ---- rows ---- */

static int
read_names(struct reader *reader, const char ***ret_names, size_t *ret_n)
{
	int status = read_record(reader);

	if (status != CLI_OK)
		return status;
	if (reader->n_cells == 0)
		return broken(reader, "the file is empty: it begins with the names of its columns");
	const char **names = ARENA_ARRAY(reader->cli->arena, const char *, reader->n_cells);
	memcpy(names, reader->cells, reader->n_cells * sizeof(*names));
	*ret_names = names;
	*ret_n = reader->n_cells;
	return CLI_OK;
}

int
rows_of_csv(struct cli *cli, const char *path, const char *text, size_t n, const struct mapping *mapping, const struct json_value *schema, struct rows *ret_rows)
{
	const struct json_value *properties = schema && schema->type == JSON_OBJECT ? json_get(schema, "properties") : NULL;
	struct reader *reader = ARENA_NEW(cli->arena, struct reader);
	const char **names = NULL;
	size_t n_names = 0;

	*reader = (struct reader){ .cli = cli, .path = path, .text = text, .n = n, .line = 1 };
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reader->at = 3; /* how some programs say that it is UTF-8 */
	*ret_rows = (struct rows){ .documents = ARENA_ARRAY(cli->arena, const char *, ROWS_MAX), .lines = ARENA_ARRAY(cli->arena, int64_t, ROWS_MAX) };
	if (properties && properties->type != JSON_OBJECT)
		properties = NULL;
	int status = read_names(reader, &names, &n_names);
	while (status == CLI_OK) {
		reader->line++;
		int64_t line = reader->line;
		status = read_record(reader);
		if (status != CLI_OK || (reader->n_cells == 0 && reader->at >= reader->n))
			return status;
		if (reader->n_cells == 1 && reader->cells[0][0] == '\0')
			continue; /* an empty line */
		if (reader->n_cells != n_names)
			return broken(reader, arena_printf(cli->arena, "there are %zu values for %zu columns", reader->n_cells, n_names));
		status = rows_add(cli, path, ret_rows, document_of(reader, names, mapping, properties), line);
	}
	return status;
}

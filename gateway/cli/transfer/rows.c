/* JSON files as rows, and what the formats share. */
#include "cli/transfer/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/output/failure.h"

const char *
rows_read_file(struct cli *cli, const char *path, size_t *ret_n)
{
	FILE *file = fopen(path, "r");
	struct buf buf;
	size_t n = 0;

	if (!file) {
		(void)failure_usage(cli, NULL, "%s cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	buf_init(&buf, cli->arena, 65536);
	do {
		buf_reserve(&buf, 65536);
		n = fread(buf.bytes + buf.len, 1, 65536, file);
		buf.len += n;
	} while (n > 0 && buf.len <= ROWS_FILE_BYTES_MAX);
	(void)fclose(file); /* it was read only */
	if (buf.len > ROWS_FILE_BYTES_MAX) {
		(void)failure_usage(cli, "Split it.", "%s has more than %d bytes", path, ROWS_FILE_BYTES_MAX);
		return NULL;
	}
	*ret_n = buf.len;
	buf_add_char(&buf, '\0'); /* readers stop there at the latest */
	return buf.bytes;
}

const char *
rows_field_of(const struct mapping *mapping, const char *column)
{
	for (size_t i = 0; i < mapping->n; i++) {
		if (strcmp(mapping->columns[i], column) == 0)
			return mapping->fields[i];
	}
	return column;
}

int
rows_add(struct cli *cli, const char *path, struct rows *rows, const char *document, int64_t line)
{
	struct json_limits limits = { .allow_big_numbers = true };
	struct json_error problem;
	struct arena_mark mark = arena_mark(cli->arena);

	if (rows->n == ROWS_MAX)
		return failure_usage(cli, "Split it.", "%s has more than %d rows", path, ROWS_MAX);
	if (!json_parse(cli->arena, document, strlen(document), &limits, &problem))
		return failure_usage(cli, NULL, "%s, line %" PRId64 ": %s", path, line, problem.message);
	arena_rewind(cli->arena, mark);
	rows->documents[rows->n] = document;
	rows->lines[rows->n++] = line;
	return CLI_OK;
}

static int64_t
line_of(const char *text, size_t n)
{
	int64_t line = 1;

	for (size_t i = 0; i < n; i++)
		line += text[i] == '\n';
	return line;
}

/* The object with its members renamed; values keep their spelling. */
static const char *
document_of(struct arena *arena, const char *text, const struct json_value *object, const struct mapping *mapping)
{
	struct buf buf;
	size_t n = 0;

	buf_init(&buf, arena, object->end - object->start + 64);
	buf_add_char(&buf, '{');
	for (uint32_t i = 0; i < object->n; i++) {
		const struct json_member *member = &object->members[i];
		const char *field = rows_field_of(mapping, arena_strndup(arena, member->name, member->n_name));
		if (!field)
			continue;
		if (n++ > 0)
			buf_add_char(&buf, ',');
		buf_add_json_text(&buf, field, strlen(field));
		buf_add_char(&buf, ':');
		buf_add(&buf, text + member->value.start, member->value.end - member->value.start);
	}
	buf_add_char(&buf, '}');
	return arena_strndup(arena, buf.bytes, buf.len);
}

static int
take_list(struct cli *cli, const char *path, const char *text, const struct json_value *list, const struct mapping *mapping, struct rows *rows)
{
	size_t at = 0;
	int64_t line = 1;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct json_value *value = &list->items[i];
		line += line_of(text + at, value->start - at) - 1;
		at = value->start;
		if (value->type != JSON_OBJECT)
			return failure_usage(cli, NULL, "%s, line %" PRId64 ": each element must be an object", path, line);
		int status = rows_add(cli, path, rows, document_of(cli->arena, text, value, mapping), line);
		if (status != CLI_OK)
			return status;
	}
	return CLI_OK;
}

/* A line, an object. */
static int
take_lines(struct cli *cli, const char *path, const char *text, size_t n, const struct mapping *mapping, struct rows *rows)
{
	struct json_limits limits = { .allow_big_numbers = true };
	struct json_error problem;
	int64_t line = 0;

	for (size_t at = 0, end; at < n; at = end + 1) {
		const char *newline = memchr(text + at, '\n', n - at);
		end = newline ? (size_t)(newline - text) : n;
		line++;
		if (strspn(text + at, " \t\r") >= end - at)
			continue;
		const struct json_value *value = json_parse(cli->arena, text + at, end - at, &limits, &problem);
		if (!value || value->type != JSON_OBJECT)
			return failure_usage(cli, NULL, "%s, line %" PRId64 ": %s", path, line, value ? "each line must be an object" : problem.message);
		int status = rows_add(cli, path, rows, document_of(cli->arena, text + at, value, mapping), line);
		if (status != CLI_OK)
			return status;
	}
	return CLI_OK;
}

int
rows_of_json(struct cli *cli, const char *path, const char *text, size_t n, const struct mapping *mapping, struct rows *ret_rows)
{
	struct json_limits limits = { .allow_big_numbers = true };
	struct json_error problem;
	bool is_list = n > strspn(text, " \t\r\n") && text[strspn(text, " \t\r\n")] == '[';
	const struct json_value *list = is_list ? json_parse(cli->arena, text, n, &limits, &problem) : NULL;

	if (is_list && !list)
		return failure_usage(cli, NULL, "%s, line %zu: %s", path, problem.line, problem.message);
	*ret_rows = (struct rows){ .documents = ARENA_ARRAY(cli->arena, const char *, ROWS_MAX), .lines = ARENA_ARRAY(cli->arena, int64_t, ROWS_MAX) };
	return list ? take_list(cli, path, text, list, mapping, ret_rows) : take_lines(cli, path, text, n, mapping, ret_rows);
}

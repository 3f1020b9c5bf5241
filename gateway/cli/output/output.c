/* Which format, and how much of the answer. */
#include "cli/output/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/failure.h"
#include "cli/output/jq_filter.h"
#include "cli/output/selection.h"
#include "cli/output/table.h"
#include "utf8.h"
#include "cli/output/yaml.h"

const char *
output_format(const struct cli *cli)
{
	const char *chosen = preference_text(&cli->preferences, PREFERENCE_OUTPUT);

	if (cli->globals[GLOBAL_COLUMNS] && !cli->globals[GLOBAL_OUTPUT])
		return "table";
	if (chosen)
		return chosen;
	return cli->is_out_terminal ? "table" : "json";
}

bool
output_may_colour(const struct cli *cli)
{
	const char *no_color = getenv("NO_COLOR");
	return !cli_is_on(cli, GLOBAL_NO_COLOR) && (!no_color || !*no_color);
}

void
output_add_printable(struct buf *buf, const char *text, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t step = utf8_sequence(text + at, n - at);
		if (step == 0) {
			buf_add_char(buf, '?');
			at++;
			continue;
		}
		uint32_t c = utf8_read(text + at, &step);
		if (c == '\n' || c == '\t' || c == '\r')
			buf_add_char(buf, ' ');
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			buf_printf(buf, "\\x%02x", c);
		else if (output_is_bidi_control(c))
			buf_printf(buf, "\\u%04x", c);
		else
			buf_add(buf, text + at, step);
		at += step;
	}
}

/* Directions, which make a text show another order than it has. */
bool
output_is_bidi_control(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static const struct json_value *
data_of(const struct json_value *value)
{
	const struct json_value *data = value->type == JSON_OBJECT ? json_get(value, "data") : NULL;
	bool is_envelope = data && json_get(value, "meta");

	return is_envelope ? data : value;
}

/* A dry run's effects would be lost with the envelope. */
static void
write_effects(struct buf *buf, const struct json_value *value, size_t width)
{
	const struct json_value *meta = value->type == JSON_OBJECT ? json_get(value, "meta") : NULL;
	const struct json_value *effects = meta && meta->type == JSON_OBJECT ? json_get(meta, "effects") : NULL;

	if (!effects)
		return;
	buf_add_text(buf, "\ndry run: nothing was changed; it would have had these effects\n");
	table_write(buf, effects, NULL, width);
}

const char *
output_write(const struct cli *cli, struct buf *buf, const struct json_value *value, const struct shape *shape)
{
	const char *format = output_format(cli);

	if (strcmp(format, "yaml") == 0) {
		yaml_write(buf, value);
	} else if (strcmp(format, "table") == 0) {
		const char *columns = cli->globals[GLOBAL_COLUMNS];
		const char *left_out = table_write_columns(buf, data_of(value), shape, cli_width(cli), columns ? selection_names(buf->arena, columns) : NULL);
		write_effects(buf, value, cli_width(cli));
		return left_out;
	} else {
		json_text_write(buf, value);
		buf_add_char(buf, '\n');
	}
	return NULL;
}

int
output_print_bytes(struct cli *cli, const char *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, cli->out) == n && fflush(cli->out) == 0)
		return CLI_OK;
	return failure_usage(cli, NULL, "standard output cannot be written: %s", strerror(errno));
}

int
output_check(struct cli *cli)
{
	const char *program = cli->globals[GLOBAL_JQ], *problem = NULL;
	const char *chosen = cli->globals[GLOBAL_OUTPUT];

	if (cli->globals[GLOBAL_COLUMNS] && chosen && strcmp(chosen, "table") != 0)
		return failure_usage(cli, "Use --fields with it.", "--columns are a table's, and --output says %s", chosen);
	if (cli->globals[GLOBAL_COLUMNS] && program)
		return failure_usage(cli, NULL, "--columns are a table's, and --jq prints no table");
	struct jq_filter *filter = program ? jq_filter_new(cli->arena, program, &problem) : NULL;
	jq_filter_free(filter);
	if (problem)
		return failure_usage(cli, "Try it with less: --jq '.data'.", "--jq: %s", problem);
	return CLI_OK;
}

static int
print_filtered(struct cli *cli, const struct json_value *value)
{
	const char *problem = NULL;
	struct jq_filter *filter = jq_filter_new(cli->arena, cli->globals[GLOBAL_JQ], &problem);
	struct buf buf;

	if (!filter)
		return failure_usage(cli, NULL, "--jq: %s", problem);
	buf_init(&buf, cli->arena, 4096);
	bool is_done = jq_filter_run(filter, value, &buf, &problem);
	jq_filter_free(filter);
	int status = output_print_bytes(cli, buf.bytes, buf.len);
	return is_done ? status : failure_usage(cli, "The answer was there: only the program failed.", "--jq: %s", problem);
}

int
output_print(struct cli *cli, const struct json_value *value, const struct shape *shape)
{
	struct buf buf;

	if (cli->globals[GLOBAL_FIELDS])
		value = selection_of(cli->arena, value, selection_names(cli->arena, cli->globals[GLOBAL_FIELDS]));
	if (cli->globals[GLOBAL_JQ])
		return print_filtered(cli, value);
	buf_init(&buf, cli->arena, 4096);
	const char *left_out = output_write(cli, &buf, value, shape);
	int status = output_print_bytes(cli, buf.bytes, buf.len);
	if (left_out)
		cli_remark(cli, "no room for %s; --columns chooses", left_out);
	return status;
}

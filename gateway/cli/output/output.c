/* Which format, and how much of the answer. */
#include "cli/output/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/failure.h"
#include "cli/output/table.h"
#include "utf8.h"
#include "cli/output/yaml.h"

const char *
output_format(const struct cli *cli)
{
	const char *chosen = preference_text(&cli->preferences, PREFERENCE_OUTPUT);

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
		else
			buf_add(buf, text + at, step);
		at += step;
	}
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

void
output_write(const struct cli *cli, struct buf *buf, const struct json_value *value, const struct shape *shape)
{
	const char *format = output_format(cli);

	if (strcmp(format, "yaml") == 0) {
		yaml_write(buf, value);
	} else if (strcmp(format, "table") == 0) {
		table_write(buf, data_of(value), shape, cli_width(cli));
		write_effects(buf, value, cli_width(cli));
	} else {
		json_text_write(buf, value);
		buf_add_char(buf, '\n');
	}
}

int
output_print_bytes(struct cli *cli, const char *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, cli->out) == n && fflush(cli->out) == 0)
		return CLI_OK;
	return failure_usage(cli, NULL, "standard output cannot be written: %s", strerror(errno));
}

int
output_print(struct cli *cli, const struct json_value *value, const struct shape *shape)
{
	struct buf buf;

	buf_init(&buf, cli->arena, 4096);
	output_write(cli, &buf, value, shape);
	return output_print_bytes(cli, buf.bytes, buf.len);
}

/* wordclaw config show: each setting and where it came from; a key is never shown. */
#include <string.h>

#include "cli/command/builtins.h"
#include "cli/output/output.h"

static void
add_member(struct buf *buf, const char *name, const char *text)
{
	buf_add_json_text(buf, name, strlen(name));
	buf_add_char(buf, ':');
	if (text)
		buf_add_json_text(buf, text, strlen(text));
	else
		buf_add_text(buf, "null");
}

static const char *
shown_text(const struct cli *cli, enum preference preference)
{
	const char *text = preference_text(&cli->preferences, preference);

	if (preference == PREFERENCE_OUTPUT)
		return output_format(cli);
	return preference == PREFERENCE_API_KEY && text ? "(set, not shown)" : text;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct json_error problem;
	struct buf buf;

	(void)command;
	(void)arguments;
	buf_init(&buf, cli->arena, 512);
	for (enum preference i = 0; i < PREFERENCES; i++) {
		buf_add_text(&buf, i ? ",{" : "[{");
		add_member(&buf, "setting", preference_name(i));
		buf_add_char(&buf, ',');
		add_member(&buf, "value", shown_text(cli, i));
		buf_add_char(&buf, ',');
		add_member(&buf, "origin", cli->preferences.values[i].origin);
		buf_add_char(&buf, '}');
	}
	buf_add_char(&buf, ']');
	const struct json_value *value = json_parse(cli->arena, buf.bytes, buf.len, NULL, &problem);
	if (!value)
		return CLI_USAGE;
	return output_print(cli, value, NULL);
}

static const char *const examples[] = { "wordclaw config show", NULL };

extern const struct command config_show_command;
const struct command config_show_command = { .name = "config show", .summary = "Show each setting and where it comes from; never a key.",
	.description = "An option comes before the environment (WORDCLAW_BASE_URL, WORDCLAW_API_KEY or WORDCLAW_API_KEY_FILE, "
	    "WORDCLAW_MCP_TRANSPORT, WORDCLAW_MCP_URL, WORDCLAW_OUTPUT, WORDCLAW_TIMEOUT, WORDCLAW_RAW, WORDCLAW_CONFIG), that before a file (.wordclaw.json here, else at home: baseUrl, "
	    "apiKey, mcpTransport, mcpUrl, output, timeout, raw), that before the default.",
	.examples = examples, .run = run };

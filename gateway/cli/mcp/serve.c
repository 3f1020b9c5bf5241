/* wordclaw mcp serve: MCP over standard input and output for agents that start their servers; each message goes to the gateway's
 * endpoint with the command's key. */
#include <string.h>

#include "cli/api.h"
#include "cli/command/builtins.h"
#include "cli/mcp/bridge.h"

enum { ANSWER_TIMEOUT_MS = 120000 };

bool
bridge_write(struct bridge *bridge, const char *text, size_t n_text)
{
	(void)pthread_mutex_lock(&bridge->lock);
	bool is_written = fwrite(text, 1, n_text, bridge->out) == n_text && fputc('\n', bridge->out) != EOF && fflush(bridge->out) == 0;
	(void)pthread_mutex_unlock(&bridge->lock);
	return is_written;
}

/* ---- lines ---- */

enum line_result { LINE_READ, LINE_TOO_LONG, LINE_END };

/* A line that is too long is read to its end and forgotten. */
static enum line_result
read_line(FILE *in, struct buf *line)
{
	bool is_too_long = false;
	int c;

	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		is_too_long = is_too_long || line->len == BRIDGE_LINE_BYTES_MAX;
		if (!is_too_long)
			buf_add_char(line, (char)c);
	}
	if (is_too_long)
		return LINE_TOO_LONG;
	return c == EOF && line->len == 0 ? LINE_END : LINE_READ;
}

static bool
is_blank(const struct buf *line)
{
	return strspn(line->bytes, " \t\r") == line->len;
}

static void
refuse(struct bridge *bridge, struct arena *arena, const char *id, int code, const char *message)
{
	const char *error = mcp_error_text(arena, id, code, message, NULL);
	(void)bridge_write(bridge, error, strlen(error)); /* when the agent is gone, reading it ends */
}

/* ---- messages ---- */

static void
take_message(struct bridge *bridge, struct http_client *client, struct arena *arena, const struct mcp_message *message)
{
	if (message->kind == MCP_REQUEST && strcmp(message->method, "initialize") == 0) {
		bridge_initialize(bridge, client, arena, message);
		return;
	}
	if (message->kind == MCP_REQUEST) {
		bridge_submit(bridge, arena, message);
		return;
	}
	bool is_notification = message->kind == MCP_NOTIFICATION;
	if (is_notification && strcmp(message->method, "notifications/cancelled") == 0 && bridge_cancel(bridge, arena, message))
		return;
	bridge_send(bridge, client, arena, message, NULL);
	if (is_notification && strcmp(message->method, "notifications/initialized") == 0)
		bridge_listen(bridge);
}

static void
take_line(struct bridge *bridge, struct http_client *client, struct arena *arena, const struct buf *line)
{
	struct mcp_message message;
	const char *problem = NULL;

	if (mcp_message_read(arena, line->bytes, line->len, &message, &problem))
		take_message(bridge, client, arena, &message);
	else
		refuse(bridge, arena, message.id, message.text ? MCP_INVALID_REQUEST : MCP_PARSE_ERROR, problem);
}

static void
read_messages(struct bridge *bridge, struct http_client *client)
{
	struct arena *arena = arena_new(MCP_ARENA_BYTES), *lines = arena_new(MCP_ARENA_BYTES);
	enum line_result result;
	struct buf line;

	buf_init(&line, lines, 4096);
	while ((result = read_line(bridge->in, &line)) != LINE_END) {
		if (result == LINE_TOO_LONG)
			refuse(bridge, arena, NULL, MCP_INVALID_REQUEST, "the message is longer than 4 MB");
		else if (!is_blank(&line))
			take_line(bridge, client, arena, &line);
		buf_reset(&line);
		arena_reset(arena);
	}
	arena_free(arena);
	arena_free(lines);
}

static void
init_bridge(struct bridge *bridge, struct cli *cli)
{
	pthread_condattr_t attributes;

	bridge->in = cli->in;
	bridge->out = cli->out;
	bridge->session_arena = arena_new(MCP_ARENA_BYTES);
	bridge->target = (struct mcp_target){ .url = preference_text(&cli->preferences, PREFERENCE_MCP_URL),
		.key = preference_text(&cli->preferences, PREFERENCE_API_KEY), .timeout_ms = api_timeout_ms(cli, ANSWER_TIMEOUT_MS) };
	for (size_t i = 0; i < BRIDGE_WORKERS; i++)
		bridge->workers[i].bridge = bridge;
	(void)pthread_mutex_init(&bridge->lock, NULL); /* these fail only without memory */
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&bridge->change, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct bridge *bridge = ARENA_NEW(cli->arena, struct bridge);

	(void)command;
	(void)arguments;
	init_bridge(bridge, cli);
	read_messages(bridge, api_client(cli));
	bridge_drain(bridge);
	bridge_stop_listening(bridge);
	bridge_end_session(bridge, api_client(cli), cli->arena);
	arena_free(bridge->session_arena);
	(void)pthread_cond_destroy(&bridge->change);
	(void)pthread_mutex_destroy(&bridge->lock);
	return CLI_OK;
}

static const char *const examples[] = { "wordclaw mcp serve", NULL };

extern const struct command mcp_serve_command;
const struct command mcp_serve_command = { .name = "mcp serve", .summary = "Serve MCP on standard input and output, by the gateway's endpoint.",
	.description = "For agents that start their servers: one JSON-RPC message a line. Every generation of the protocol that the gateway speaks; "
	    "a session that the gateway forgets is begun anew. Ends at the end of the input.",
	.examples = examples, .has_no_end = true, .run = run };

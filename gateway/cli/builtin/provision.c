/* wordclaw provision: the configuration with which an agent reaches this system over MCP.  The key stays in the environment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/builtin/skills.h"
#include "cli/command/builtins.h"
#include "cli/input/document.h"
#include "cli/output/failure.h"
#include "json/json.h"
#include "cli/output/output.h"

enum { FLAG_AGENT, FLAG_TRANSPORT, FLAG_NAME, FLAG_WRITE, FLAG_SKILLS, FLAG_OUT, FLAG_CHECK, FLAGS };

static const struct agent {
	const char *name;
	const char *path;      /* of the file in a project; "~/": in the user's home */
	const char *servers;   /* member that holds servers; NULL: TOML */
	const char *reference; /* how the file names a variable of the environment; NULL: it names none */
	const char *type;      /* of a server over HTTP, where the file says types; or NULL */
	const char *url;       /* member that holds an address; NULL: the agent starts programs only */
} agents[] = {
	{ "claude-code", ".mcp.json", "mcpServers", "${WORDCLAW_API_KEY}", "http", "url" },
	{ "claude-desktop", "~/.config/Claude/claude_desktop_config.json", "mcpServers", NULL, NULL, NULL },
	{ "codex", ".codex/config.toml", NULL, NULL, NULL, "url" },
	{ "cursor", ".cursor/mcp.json", "mcpServers", "${env:WORDCLAW_API_KEY}", NULL, "url" },
	{ "gemini", ".gemini/settings.json", "mcpServers", "${WORDCLAW_API_KEY}", NULL, "httpUrl" },
	{ "vscode", ".vscode/mcp.json", "servers", "${env:WORDCLAW_API_KEY}", "http", "url" },
	{ "windsurf", "~/.codeium/windsurf/mcp_config.json", "mcpServers", "${env:WORDCLAW_API_KEY}", NULL, "serverUrl" },
};

struct plan {
	struct cli *cli;
	const struct agent *agent;
	const char *name;
	bool is_http;
};

static void
add_string(struct buf *buf, const char *text)
{
	buf_add_json_text(buf, text, strlen(text));
}

/* Where the program is: an agent's PATH may not have it. */
static const char *
program_path(struct arena *arena)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	return n > 0 ? arena_strndup(arena, path, (size_t)n) : "wordclaw";
}

static const char *
at_home(struct arena *arena, const char *path)
{
	const char *home = getenv("HOME");

	return path[0] == '~' ? arena_printf(arena, "%s%s", home ? home : "", path + 1) : path;
}

/* Where an agent without an environment finds the key. */
static const char *
key_file(struct arena *arena)
{
	const char *file = getenv("WORDCLAW_API_KEY_FILE");
	char *whole = file && file[0] ? realpath(file, NULL) : NULL;
	const char *copy = whole ? arena_strdup(arena, whole) : at_home(arena, "~/.wordclaw-key");

	free(whole);
	return copy;
}

/* ---- JSON ---- */

static const char *
server_json(const struct plan *plan)
{
	const struct preferences *preferences = &plan->cli->preferences;
	struct buf buf;

	buf_init(&buf, plan->cli->arena, 512);
	buf_add_char(&buf, '{');
	if (plan->is_http) {
		if (plan->agent->type)
			buf_printf(&buf, "\"type\":\"%s\",", plan->agent->type);
		buf_printf(&buf, "\"%s\":", plan->agent->url);
		add_string(&buf, preference_text(preferences, PREFERENCE_MCP_URL));
		buf_printf(&buf, ",\"headers\":{\"x-api-key\":\"%s\"}}", plan->agent->reference);
		return buf.bytes;
	}
	if (plan->agent->type)
		buf_add_text(&buf, "\"type\":\"stdio\",");
	buf_add_text(&buf, "\"command\":");
	add_string(&buf, program_path(plan->cli->arena));
	buf_add_text(&buf, ",\"args\":[\"mcp\",\"serve\"],\"env\":{\"WORDCLAW_MCP_URL\":");
	add_string(&buf, preference_text(preferences, PREFERENCE_MCP_URL));
	if (plan->agent->reference) {
		buf_printf(&buf, ",\"WORDCLAW_API_KEY\":\"%s\"}}", plan->agent->reference);
		return buf.bytes;
	}
	buf_add_text(&buf, ",\"WORDCLAW_API_KEY_FILE\":"); /* it knows nothing of the shell's environment */
	add_string(&buf, key_file(plan->cli->arena));
	buf_add_text(&buf, "}}");
	return buf.bytes;
}

/* The file's other members and servers are kept. */
static const char *
merged_json(const struct plan *plan, const char *before, const char **ret_problem)
{
	struct json_error error;
	struct arena *arena = plan->cli->arena;
	struct buf patch, merged;

	buf_init(&patch, arena, 512);
	buf_printf(&patch, "{\"%s\":{", plan->agent->servers);
	add_string(&patch, plan->name);
	buf_printf(&patch, ":%s}}", server_json(plan));
	const struct json_value *target = json_parse(arena, before, strlen(before), NULL, &error);
	if (!target || target->type != JSON_OBJECT) {
		*ret_problem = target ? "it holds no JSON object" : error.message;
		return NULL;
	}
	const struct json_value *change = json_parse(arena, patch.bytes, patch.len, NULL, &error);
	if (!change) {
		*ret_problem = error.message;
		return NULL;
	}
	buf_init(&merged, arena, 1024);
	json_text_write(&merged, json_merge_patch(arena, target, change));
	buf_add_char(&merged, '\n');
	return merged.bytes;
}

/* ---- TOML ---- */

static const char *
merged_toml(const struct plan *plan, const char *before, const char **ret_problem)
{
	const struct preferences *preferences = &plan->cli->preferences;
	struct buf buf;

	buf_init(&buf, plan->cli->arena, 512);
	const char *table = arena_printf(plan->cli->arena, "[mcp_servers.%s]", plan->name);
	if (strstr(before, table)) {
		*ret_problem = arena_printf(plan->cli->arena, "it has %s already", table);
		return NULL;
	}
	buf_add_text(&buf, before);
	if (*before)
		buf_add_char(&buf, '\n');
	buf_printf(&buf, "%s\n", table);
	if (plan->is_http) {
		buf_add_text(&buf, "url = ");
		add_string(&buf, preference_text(preferences, PREFERENCE_MCP_URL));
		buf_add_text(&buf, "\nbearer_token_env_var = \"WORDCLAW_API_KEY\"\n");
		return buf.bytes;
	}
	buf_add_text(&buf, "command = ");
	add_string(&buf, program_path(plan->cli->arena));
	buf_add_text(&buf, "\nargs = [\"mcp\", \"serve\"]\nenv_vars = [\"WORDCLAW_API_KEY\"]\nenv = { WORDCLAW_MCP_URL = ");
	add_string(&buf, preference_text(preferences, PREFERENCE_MCP_URL));
	buf_add_text(&buf, " }\n");
	return buf.bytes;
}

/* ---- the command ---- */

static const char *
merged(const struct plan *plan, const char *before, const char **ret_problem)
{
	if (!plan->agent->servers)
		return merged_toml(plan, before, ret_problem);
	return merged_json(plan, *before ? before : "{}", ret_problem);
}

static int
write_file(struct cli *cli, const char *path, const char *text)
{
	const char *slash = strrchr(path, '/');
	const char *directory = slash ? arena_strndup(cli->arena, path, (size_t)(slash - path)) : NULL;
	const char *temporary = arena_printf(cli->arena, "%s.new", path);

	if (directory && mkdir(directory, 0777) != 0 && errno != EEXIST)
		return failure_usage(cli, NULL, "%s: %s", directory, strerror(errno));
	FILE *file = fopen(temporary, "wx");
	if (!file)
		return failure_usage(cli, NULL, "%s: %s", temporary, strerror(errno));
	bool is_written = fputs(text, file) >= 0;
	is_written = fclose(file) == 0 && is_written;
	if (is_written && rename(temporary, path) == 0) {
		cli_remark(cli, "wordclaw: wrote %s; the key is not in it", path);
		return CLI_OK;
	}
	int problem = errno;
	(void)unlink(temporary);
	return failure_usage(cli, NULL, "%s: %s", path, strerror(problem));
}

static int
write_merged(const struct plan *plan)
{
	const char *path = at_home(plan->cli->arena, plan->agent->path), *problem = NULL;
	const char *before = "";
	size_t n_bytes;

	if (access(path, F_OK) == 0)
		before = document_read(plan->cli, plan->cli->arena, path, &n_bytes, &problem);
	const char *text = before ? merged(plan, before, &problem) : NULL;
	if (!text)
		return failure_usage(plan->cli, NULL, "%s cannot be changed: %s", path, problem);
	return write_file(plan->cli, path, text);
}

static bool
is_bare_name(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *name = arguments->values[FLAG_NAME], *transport = arguments->values[FLAG_TRANSPORT], *problem = NULL;
	struct plan plan = { .cli = cli, .name = name ? name : "wordclaw", .is_http = !transport || strcmp(transport, "http") == 0 };

	if (arguments_has(command, arguments, "skills"))
		return skills_run(cli, arguments->values[FLAG_OUT], arguments_has(command, arguments, "check"));
	if (!arguments->values[FLAG_AGENT])
		return failure_usage(cli, NULL, "'provision' needs --agent, or --skills");
	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
		if (strcmp(agents[i].name, arguments->values[FLAG_AGENT]) == 0)
			plan.agent = &agents[i];
	if (!plan.agent->url && transport && plan.is_http)
		return failure_usage(cli, NULL, "%s starts programs only: --transport stdio", plan.agent->name);
	plan.is_http = plan.is_http && plan.agent->url;
	if (!is_bare_name(plan.name))
		return failure_usage(cli, NULL, "--name takes letters, digits, - and _, not '%s'", plan.name);
	if (arguments_has(command, arguments, "write"))
		return write_merged(&plan);
	const char *text = merged(&plan, "", &problem);
	if (!text)
		return failure_usage(cli, NULL, "%s", problem);
	cli_remark(cli, "# %s", plan.agent->path);
	return output_print_bytes(cli, text, strlen(text));
}

static const char *const agent_names[] = { "claude-code", "claude-desktop", "codex", "cursor", "gemini", "vscode", "windsurf", NULL };
static const char *const transports[] = { "http", "stdio", NULL };

static const struct flag flags[FLAGS] = {
	[FLAG_AGENT] = { .name = "agent", .kind = FLAG_VALUE, .value = "claude-code|claude-desktop|codex|cursor|gemini|vscode|windsurf", .choices = agent_names,
		.summary = "Whose configuration." },
	[FLAG_TRANSPORT] = { .name = "transport", .kind = FLAG_VALUE, .value = "http|stdio", .choices = transports,
		.summary = "http: the agent speaks to the gateway; stdio: through 'wordclaw mcp serve' (http)." },
	[FLAG_NAME] = { .name = "name", .kind = FLAG_VALUE, .value = "NAME", .summary = "The server's name in the file (wordclaw)." },
	[FLAG_WRITE] = { .name = "write", .kind = FLAG_SWITCH, .summary = "Put it into the agent's file, of this project where it has one, instead of printing it." },
	[FLAG_SKILLS] = { .name = "skills", .kind = FLAG_SWITCH, .summary = "Write what an agent should know of this workspace: its types, workflows, calls and rules." },
	[FLAG_OUT] = { .name = "out", .kind = FLAG_VALUE, .value = "FILE", .summary = "With --skills: where, such as AGENTS.md (" SKILLS_PATH ")." },
	[FLAG_CHECK] = { .name = "check", .kind = FLAG_SWITCH, .summary = "With --skills: write nothing; exit 1 when the file is not what the workspace has now." },
};

static const char *const examples[] = { "wordclaw provision --agent claude-code", "wordclaw provision --agent codex --transport stdio --write",
	"wordclaw provision --skills", "wordclaw provision --skills --out AGENTS.md --check", NULL };

extern const struct command provision_command;
const struct command provision_command = { .name = "provision", .summary = "Print the MCP configuration for an agent, or write its skill file.",
	.description = "The key is never written: the agent takes it from WORDCLAW_API_KEY; Claude Desktop, which knows no such variable, from a file (WORDCLAW_API_KEY_FILE, or ~/.wordclaw-key).", .flags = flags, .n_flags = FLAGS, .examples = examples,
	.run = run };

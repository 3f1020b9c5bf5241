/* wordclaw script run: each step is a command line, run in this process with an output of its own. */
#include <stdlib.h>
#include <string.h>

#include "cli/command/builtins.h"
#include "clock.h"
#include "cli/input/document.h"
#include "cli/output/failure.h"
#include "http_client.h"
#include "cli/output/output.h"
#include "cli/output/progress.h"
#include "cli/command/script.h"

/* How a step ended. */
enum step_status { STEP_PASSED, STEP_FAILED, STEP_WARNED, STEP_SKIPPED };
static const char *const status_names[] = { "passed", "failed", "warned", "skipped" };

struct outcome {
	const char *name;
	enum step_status status;
	int exit_code;
	const char *out, *err;           /* what it printed */
	const struct json_value *answer; /* what it was answered, or NULL */
	int64_t duration_ms;
};

struct run {
	struct cli *cli;
	const struct script *script;
	struct outcome *outcomes;
	struct script_result *results;
	size_t n_results;
};

/* ---- one step ---- */

static const char *
expand_arguments(struct run *run, const struct script_step *step, const char **argv)
{
	const char *problem = NULL;

	for (uint32_t i = 0; i < step->args->n; i++) {
		argv[i] = script_expand(run->cli->arena, &step->args->items[i], run->results, run->n_results, &problem);
		if (!argv[i])
			return problem;
	}
	return NULL;
}

/* The step's text, in the arena. */
static const char *
collect(struct arena *arena, FILE *stream, char **text, size_t *n)
{
	if (fclose(stream) != 0)
		abort(); /* memory only */
	const char *copy = arena_strndup(arena, *text, *n);
	free(*text);
	return copy;
}

static void
run_step(struct run *run, const struct script_step *step, struct outcome *outcome)
{
	const char *argv[SCRIPT_ARGUMENTS_MAX];
	struct arena *arena = arena_new(CLI_ARENA_BYTES);
	struct cli *cli = run->cli;
	char *out = NULL, *err = NULL;
	size_t n_out = 0, n_err = 0;
	int64_t start_us = clock_monotonic_us();
	struct cli child = { .arena = arena, .builtins = cli->builtins, .in = cli->in, .is_input_taken = true, .script = cli, .client = cli->client,
		.out = open_memstream(&out, &n_out), .err = open_memstream(&err, &n_err) };

	if (!child.out || !child.err)
		abort();
	const char *problem = expand_arguments(run, step, argv);
	outcome->exit_code = problem ? failure_usage(&child, NULL, "%s", problem) : cli_run(&child, step->args->n, argv);
	cli->client = child.client; /* its connections go on */
	outcome->out = collect(cli->arena, child.out, &out, &n_out);
	outcome->err = collect(cli->arena, child.err, &err, &n_err);
	outcome->answer = child.last_reply ? json_copy(cli->arena, child.last_reply) : NULL;
	outcome->duration_ms = (clock_monotonic_us() - start_us) / 1000;
	outcome->status = outcome->exit_code == CLI_OK ? STEP_PASSED : step->may_fail ? STEP_WARNED : STEP_FAILED;
	run->results[run->n_results++] = (struct script_result){ .name = outcome->name, .answer = outcome->answer };
	arena_free(arena);
}

/* ---- telling ---- */

static void
add_text(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, "\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
}

static void
add_outcome(struct buf *buf, const struct outcome *outcome)
{
	buf_add_char(buf, '{');
	add_text(buf, "name", outcome->name);
	buf_printf(buf, ",\"status\":\"%s\"", status_names[outcome->status]);
	if (outcome->status != STEP_SKIPPED) {
		buf_printf(buf, ",\"exitCode\":%d,\"durationMs\":%lld,", outcome->exit_code, (long long)outcome->duration_ms);
		add_text(buf, "stdout", outcome->out);
		buf_add_char(buf, ',');
		add_text(buf, "stderr", outcome->err);
		buf_add_text(buf, ",\"parsed\":");
		if (outcome->answer)
			json_write(buf, outcome->answer);
		else
			buf_add_text(buf, "null");
	}
	buf_add_char(buf, '}');
}

static size_t
count(const struct run *run, enum step_status status)
{
	size_t n = 0;

	for (size_t i = 0; i < run->script->n_steps; i++)
		n += run->outcomes[i].status == status;
	return n;
}

static int
print_summary(const struct run *run)
{
	struct json_error problem;
	struct json_limits limits = { .allow_nul = true, .allow_big_numbers = true };
	struct buf buf;
	bool has_failed = count(run, STEP_FAILED) > 0;

	buf_init(&buf, run->cli->arena, 4096);
	buf_printf(&buf, "{\"status\":\"%s\",\"passed\":%zu,\"failed\":%zu,\"warned\":%zu,\"skipped\":%zu,\"steps\":[", has_failed ? "failed" : "passed",
	    count(run, STEP_PASSED), count(run, STEP_FAILED), count(run, STEP_WARNED), count(run, STEP_SKIPPED));
	for (size_t i = 0; i < run->script->n_steps; i++) {
		if (i)
			buf_add_char(&buf, ',');
		add_outcome(&buf, &run->outcomes[i]);
	}
	buf_add_text(&buf, "]}");
	const struct json_value *value = json_parse(run->cli->arena, buf.bytes, buf.len, &limits, &problem);
	if (!value)
		return failure_usage(run->cli, NULL, "the summary is not JSON: %s", problem.message);
	return output_print(run->cli, value, NULL);
}

static void
tell(const struct run *run, const struct outcome *outcome)
{
	struct cli *cli = run->cli;

	(void)fprintf(cli->out, "%-7s  %s (%lld ms)\n", status_names[outcome->status], outcome->name, (long long)outcome->duration_ms);
	(void)fflush(cli->out); /* the last flush tells */
	if (outcome->status != STEP_PASSED)
		(void)fputs(outcome->err, cli->err);
}

/* ---- the whole ---- */

static int
run_steps(struct run *run)
{
	bool tells = strcmp(output_format(run->cli), "table") == 0;
	int status = CLI_OK;

	for (size_t i = 0; i < run->script->n_steps; i++) {
		struct outcome *outcome = &run->outcomes[i];
		outcome->name = run->script->steps[i].name;
		outcome->status = STEP_SKIPPED;
		if (status != CLI_OK)
			continue;
		if (!tells)
			progress_show(
			    run->cli, (int64_t)i, (int64_t)run->script->n_steps, "step %zu of %zu: %s", i + 1, run->script->n_steps, outcome->name);
		run_step(run, &run->script->steps[i], outcome);
		status = outcome->status == STEP_FAILED ? outcome->exit_code : CLI_OK;
		if (tells)
			tell(run, outcome);
	}
	if (!tells)
		progress_clear(run->cli);
	int printed = tells ? output_print_bytes(run->cli, "", 0) : print_summary(run);
	return status != CLI_OK ? status : printed;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	struct json_error error;
	struct script script;
	const char *path = arguments->values[0], *problem = NULL;
	size_t n_bytes;

	(void)command;
	const char *text = document_read(cli, cli->arena, path, &n_bytes, &problem);
	if (!text)
		return failure_usage(cli, NULL, "%s", problem);
	const struct json_value *value = json_parse(cli->arena, text, n_bytes, NULL, &error);
	if (!value)
		return failure_usage(cli, NULL, "%s:%zu:%zu: %s", path, error.line, error.column, error.message);
	problem = script_read(cli->arena, value, &script);
	if (problem)
		return failure_usage(cli, "'wordclaw help script run' shows one.", "%s: %s", path, problem);
	struct run run = { .cli = cli, .script = &script, .outcomes = ARENA_ARRAY(cli->arena, struct outcome, script.n_steps),
		.results = ARENA_ARRAY(cli->arena, struct script_result, script.n_steps) };
	return run_steps(&run);
}

static const struct flag flags[] = {
	{ .name = "file", .kind = FLAG_VALUE, .is_required = true, .value = "FILE.json", .summary = "The script; - is standard input." },
};
static const size_t positions[] = { 0 };
static const char *const examples[] = { "wordclaw script run steps.json --output json", NULL };

extern const struct command script_run_command;
const struct command script_run_command = { .name = "script run", .summary = "Run the command lines of a file, one after the other.",
	.description = "A script is a JSON list of steps, or {\"continueOnError\":true,\"steps\":[..]}. A step is {\"name\":\"create\",\"args\":[\"content\","
	    "\"create\",\"7\",\"--data\",{\"title\":\"Launch\"}],\"continueOnError\":true}. {{steps.create.data.id}} in an argument stands for what an "
	    "earlier step was answered. The first step that fails ends the script, and its exit status is the script's.",
	.flags = flags, .n_flags = 1, .positions = positions, .n_positions = 1, .examples = examples, .has_no_end = true, .run = run };

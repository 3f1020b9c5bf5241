/* A service's binary run once instead of serving: its own commands, and those of every service. */
#include <stdio.h>
#include <string.h>

#include "service_internal.h"
#include "events/set_aside.h"

static const struct db_statement retire_statement = { "outbox_retire_consumer", "DELETE FROM outbox_consumers WHERE consumer = $1", DB_EXEC, 1, NULL };

static const struct error *
retry_events(struct request *req, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return set_aside_retry(req);
}

static const struct error *
retire_consumer(struct request *req, int argc, char **argv)
{
	int64_t n;

	if (argc != 1)
		return FAIL(req, VALIDATION_ERROR, "name the consumer whose position no longer keeps old events, such as audit");
	const struct error *error = query_exec(req, &retire_statement, PARAMS(P_TEXT(argv[0])), &n);
	if (!error && n == 0)
		return FAIL(req, VALIDATION_ERROR, "no consumer '%s' reads this service's events", argv[0]);
	return error;
}

static const struct service_command own_commands[] = {
	{ "--retry-events", "Apply the events that were set aside, each tenant's in order.", retry_events },
	{ "--retire-consumer", "Forget a consumer that is gone for good, so that old events need not be kept for it.", retire_consumer },
};
enum { N_OWN = sizeof(own_commands) / sizeof(own_commands[0]) };

const struct service_command *
command_find(const struct service_definition *definition, const char *flag)
{
	for (size_t i = 0; i < N_OWN; i++) {
		if (strcmp(flag, own_commands[i].flag) == 0)
			return &own_commands[i];
	}
	for (size_t i = 0; i < definition->n_commands; i++) {
		if (strcmp(flag, definition->commands[i].flag) == 0)
			return &definition->commands[i];
	}
	return NULL;
}

void
commands_print(const struct service_definition *definition)
{
	printf("%-20s %s\n", "--ping", "Ask the instance that serves with these settings whether it can; for health checks.");
	for (size_t i = 0; i < N_OWN; i++)
		printf("%-20s %s\n", own_commands[i].flag, own_commands[i].summary);
	for (size_t i = 0; i < definition->n_commands; i++)
		printf("%-20s %s\n", definition->commands[i].flag, definition->commands[i].summary);
}

struct command_line {
	const struct service_command *command;
	int argc;
	char **argv;
};

static const struct error *
run_command(struct request *req, void *context)
{
	struct command_line *line = context;

	return line->command->run(req, line->argc, line->argv);
}

int
command_run(struct service *service, const struct service_command *command, int argc, char **argv)
{
	enum { COMMAND_TIMEOUT_MS = 30000 };
	struct worker worker;
	struct arena *arena = arena_new(REQUEST_ARENA_BYTES);
	struct command_line line = { command, argc, argv };

	worker_init(&worker, service, service->definition->name);
	const struct error *error = transaction_run(&worker, arena, COMMAND_TIMEOUT_MS, run_command, &line);

	if (error)
		(void)fprintf(stderr, "wordclaw-%s %s: %s%s%s\n", service->definition->name, command->flag, error->message,
		    error->cause ? ": " : "", error->cause ? error->cause : "");
	worker_release(&worker);
	arena_free(arena);
	return error ? 1 : 0;
}

/* A service's binary run once instead of serving: its own commands, and those of every service. */
#include <stdio.h>
#include <string.h>

#include "service_internal.h"
#include "events/set_aside.h"

enum { COMMAND_TIMEOUT_MS = 30000 };

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

static const struct service_command *
find(const struct service_definition *definition, const char *flag)
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

static bool
is_of_tenants(const struct service_definition *definition, const char *flag)
{
	return definition->of_tenants && strcmp(flag, definition->of_tenants->flag) == 0;
}

bool
command_is_known(const struct service_definition *definition, const char *flag)
{
	return is_of_tenants(definition, flag) || find(definition, flag);
}

void
commands_print(const struct service_definition *definition)
{
	printf("%-20s %s\n", "--ping", "Ask the instance that serves with these settings whether it can; for health checks.");
	for (size_t i = 0; i < N_OWN; i++)
		printf("%-20s %s\n", own_commands[i].flag, own_commands[i].summary);
	for (size_t i = 0; i < definition->n_commands; i++)
		printf("%-20s %s\n", definition->commands[i].flag, definition->commands[i].summary);
	if (definition->of_tenants)
		printf("%-20s %s\n", definition->of_tenants->flag, definition->of_tenants->summary);
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

static void
complain(const struct service *service, const char *flag, const struct error *error)
{
	(void)fprintf(stderr, "wordclaw-%s %s: %s%s%s\n", service->definition->name, flag, error->message,
	    error->cause ? ": " : "", error->cause ? error->cause : "");
}

struct search {
	const struct command_of_tenants *command;
	int64_t tenant; /* before: the last one; afterwards: the next one, or 0 */
};

static const struct error *
find_next(struct request *req, void *context)
{
	struct search *search = context;
	int64_t after = search->tenant;

	search->tenant = 0;
	return search->command->next(req, after, &search->tenant);
}

static const struct error *
run_for_tenants(struct worker *worker, struct arena *arena, const struct command_of_tenants *command)
{
	struct search search = { .command = command };

	for (;;) {
		arena_reset(arena);
		const struct error *error = transaction_run(worker, arena, COMMAND_TIMEOUT_MS, find_next, &search);
		if (!error && search.tenant != 0)
			error = transaction_run_for(worker, arena, search.tenant, command->timeout_ms, command->run, NULL);
		if (error || search.tenant == 0)
			return error;
	}
}

int
command_run(struct service *service, const char *flag, int argc, char **argv)
{
	const struct service_definition *definition = service->definition;
	const struct command_of_tenants *of_tenants = is_of_tenants(definition, flag) ? definition->of_tenants : NULL;
	struct command_line line = { find(definition, flag), argc, argv };
	struct worker worker;
	int status = 0;

	if (of_tenants && !of_tenants->begin(argc, argv))
		return 2;
	struct arena *arena = arena_new(REQUEST_ARENA_BYTES);
	worker_init(&worker, service, definition->name);
	const struct error *error = of_tenants ? run_for_tenants(&worker, arena, of_tenants)
	    : transaction_run(&worker, arena, COMMAND_TIMEOUT_MS, run_command, &line);
	if (error)
		complain(service, flag, error);
	else if (of_tenants)
		status = of_tenants->end();
	worker_release(&worker);
	arena_free(arena);
	return error ? 1 : status;
}

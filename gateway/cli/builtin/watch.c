/* Which events matter is in the registry: those that operations on the same things emit. */
#include "cli/builtin/watch.h"

#include <string.h>

#include "cli/builtin/event_stream.h"
#include "cli/output/output.h"
#include "uri.h"

#define CLEAR_SCREEN "\033[H\033[2J"

struct watch {
	struct cli *cli;
	int (*print)(void *context);
	void *context;
	int status;
};

/* "content.items.list" and "content.items.update" are about the same things. */
static bool
is_related(const struct operation *a, const struct operation *b)
{
	const char *dot = strrchr(a->id, '.');
	size_t n = dot ? (size_t)(dot - a->id) + 1 : strlen(a->id);

	return strncmp(a->id, b->id, n) == 0;
}

static void
add_type(struct buf *buf, const char *name)
{
	const char *at = strstr(buf->bytes, name);
	size_t n = strlen(name);

	if (at && (at[n] == ',' || at[n] == '\0'))
		return;
	buf_printf(buf, "%s%s", buf->len ? "," : "", name);
}

/* Nothing related emits anything (the audit trail): then every event matters. */
static const char *
target_of(struct arena *arena, const struct operation *operation)
{
	struct buf types;

	buf_init(&types, arena, 128);
	for (size_t i = 0; i < registry_n_operations; i++) {
		const struct operation *other = registry_operations[i];
		for (size_t e = 0; is_related(operation, other) && other->events[e]; e++)
			add_type(&types, other->events[e]->name);
	}
	if (types.len == 0)
		return "/api/events";
	return arena_printf(arena, "/api/events?types=%s", uri_encode(arena, types.bytes));
}

/* Also when connected again: what happened meanwhile is in the list.  A gateway that is away is waited for. */
static bool
print_again(void *context)
{
	struct watch *watch = context;
	struct arena_mark mark = arena_mark(watch->cli->arena);

	if (watch->cli->is_out_terminal && strcmp(output_format(watch->cli), "table") == 0)
		(void)fputs(CLEAR_SCREEN, watch->cli->out);
	watch->status = watch->print(watch->context);
	arena_rewind(watch->cli->arena, mark);
	return watch->status == CLI_OK || watch->status == CLI_UNAVAILABLE;
}

int
watch_run(struct cli *cli, const struct operation *operation, int (*print)(void *context), void *context)
{
	struct watch watch = { .cli = cli, .print = print, .context = context };
	int status = event_stream_run(cli, &(struct event_stream_options){ .target = target_of(cli->arena, operation), .on_open = print_again,
		.on_batch = print_again, .context = &watch });

	return status != CLI_OK ? status : watch.status;
}

/* wordclaw events: the tenant's events, one JSON object a line, as they happen. */
#include <stdlib.h>
#include <string.h>

#include "cli/command/builtins.h"
#include "cli/builtin/event_stream.h"
#include "cli/output/failure.h"
#include "json/json.h"
#include "cli/output/output.h"
#include "uri.h"

enum { FLAG_TYPES, FLAG_ENTITY_TYPE, FLAG_ENTITY_ID, FLAG_ACTOR_ID, FLAG_AFTER, FLAG_COUNT, FLAGS, EVENT_ARENA_BYTES = 32 * 1024 * 1024 };

static const struct flag flags[FLAGS] = {
	[FLAG_TYPES] = { .name = "types", .kind = FLAG_LIST, .value = "TYPE,..", .summary = "Only these: content_item.update, content_item.*." },
	[FLAG_ENTITY_TYPE] = { .name = "entity-type", .alias = "entityType", .kind = FLAG_VALUE, .value = "TYPE", .summary = "Only of this kind of thing." },
	[FLAG_ENTITY_ID] = { .name = "entity-id", .alias = "entityId", .kind = FLAG_VALUE, .value = "N", .summary = "Only of this one." },
	[FLAG_ACTOR_ID] = { .name = "actor-id", .alias = "actorId", .kind = FLAG_VALUE, .value = "ID", .summary = "Only by this actor: api_key:12." },
	[FLAG_AFTER] = { .name = "after", .kind = FLAG_VALUE, .value = "N", .summary = "Begin behind this event's number; 0: with the first there is. Otherwise from now on." },
	[FLAG_COUNT] = { .name = "count", .kind = FLAG_VALUE, .value = "N", .summary = "End after so many." },
};

/* --after is what a reconnect says in a header, and so does the first connection. */
static const char *const parameters[FLAGS] = { "types", "entityType", "entityId", "actorId", NULL, NULL };

struct printing {
	struct cli *cli;
	struct arena *arena; /* of one event */
	int64_t n_left;      /* -1: no end */
};

/* False when the event is the last wanted, or nobody reads any more. */
static bool
on_event(void *context, const struct event *event)
{
	struct printing *printing = context;
	struct json_error problem;
	struct buf line;

	arena_reset(printing->arena);
	const struct json_value *value = json_parse(printing->arena, event->data, event->n_data, NULL, &problem);
	buf_init(&line, printing->arena, event->n_data + 1);
	if (value)
		json_write(&line, value);
	else
		buf_add_json_text(&line, event->data, event->n_data); /* not of ours; a line all the same */
	buf_add_char(&line, '\n');
	if (fwrite(line.bytes, 1, line.len, printing->cli->out) != line.len || fflush(printing->cli->out) != 0)
		return false;
	return printing->n_left < 0 || --printing->n_left > 0;
}

static const char *
target_of(struct arena *arena, const struct arguments *arguments)
{
	struct buf buf;
	char between = '?';

	buf_init(&buf, arena, 128);
	buf_add_text(&buf, "/api/events");
	for (size_t i = 0; i < FLAGS; i++) {
		if (!parameters[i] || !arguments->values[i])
			continue;
		buf_printf(&buf, "%c%s=%s", between, parameters[i], uri_encode(arena, arguments->values[i]));
		between = '&';
	}
	return buf.bytes;
}

static int
run(struct cli *cli, const struct command *command, const struct arguments *arguments)
{
	const char *count = arguments->values[FLAG_COUNT], *after = arguments->values[FLAG_AFTER];
	struct printing printing = { .cli = cli, .n_left = -1 };

	(void)command;
	if (count) {
		char *end;
		printing.n_left = strtol(count, &end, 10);
		if (printing.n_left < 1 || *end)
			return failure_usage(cli, NULL, "--count takes a number from 1 on, not '%s'", count);
	}
	if (after && (!*after || after[strspn(after, "0123456789")]))
		return failure_usage(cli, NULL, "--after takes an event's number, such as 42, or 0, not '%s'", after);
	printing.arena = arena_new(EVENT_ARENA_BYTES);
	int status = event_stream_run(cli, &(struct event_stream_options){ .target = target_of(cli->arena, arguments),
		.after = after, .on_event = on_event, .context = &printing });
	arena_free(printing.arena);
	return status;
}

static const char *const examples[] = { "wordclaw events --types 'content_item.*'", "wordclaw events --after 0 --count 10", NULL };

extern const struct command events_command;
const struct command events_command = { .name = "events", .summary = "Print the tenant's events as they happen, one JSON object a line.",
	.description = "Each event comes once and in order; a lost connection is taken up behind the last event. Needs scopes that cover the events.",
	.flags = flags, .n_flags = FLAGS, .examples = examples, .run = run };

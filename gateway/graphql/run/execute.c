/* Runs a plan: sibling reads together, mutations one after the other, and links level by level.
 *
 * When an operation has answered, its output is searched for links; rows that ask the same share one call, and all calls of
 * one moment leave in the same message, which a batch operation answers with one statement. */
#include <string.h>

#include "rest/answer.h"
#include "clock.h"
#include "codec/json.h"
#include "graphql/run/arguments.h"
#include "graphql/run/cost.h"
#include "graphql/run/run.h"
#include "http/header.h"
#include "metrics.h"
#include "secret.h"
#include "rest/template.h"

static void pump(struct graphql_run *run);

/* ---- calls ---- */

static struct graphql_call *
new_call(struct graphql_run *run, const struct graphql_plan_field *field)
{
	struct graphql_call *call = ARENA_NEW(run->exchange->arena, struct graphql_call);

	call->run = run;
	call->field = field;
	*run->last = call;
	run->last = &call->next;
	return call;
}

/* The text of what a link takes from its object; NULL when the object lacks it. */
static const char *
bound_text(struct arena *arena, const struct graphql_field *field, const struct shape *shape, const void *object)
{
	struct buf text;

	buf_init(&text, arena, 32);
	for (size_t i = 0; i < field->n_bound; i++) {
		const struct shape_field *from = shape_find(shape, field->bound[i].from);
		if (!from || !codec_json_has_field(from, object))
			return NULL;
		codec_json_write_field(&text, from, object);
		buf_add_char(&text, ',');
	}
	return text.bytes;
}

static void
ask_link(struct graphql_run *run, const struct graphql_plan_field *field, const struct shape *shape, const void *object)
{
	struct arena *arena = run->exchange->arena;
	const char *bound = bound_text(arena, field->field, shape, object);

	if (!bound)
		return;
	struct graphql_call **shared = graphql_calls_asking(run->calls, field, bound);
	struct graphql_call *call = *shared;
	if (!call) {
		call = *shared = new_call(run, field);
		call->arguments = graphql_arguments(arena, field, run->variables, shape, object);
	}
	*graphql_calls_on(run->calls, field, object) = call;
}

/* Every link of an object and of what it consists of. */
static void
ask_links(struct graphql_run *run, const struct graphql_plan_field *fields, size_t n, const struct shape *shape, const void *object)
{
	for (size_t i = 0; i < n; i++) {
		const struct graphql_plan_field *field = &fields[i];
		const struct shape_field *member = field->member;
		if (!graphql_shown(field, run->holding))
			continue;
		if (field->field && field->field->operation)
			ask_link(run, field, shape, object);
		if (!field->has_calls || !member || !codec_json_has_field(member, object))
			continue;
		if (member->type == SHAPE_STRUCT)
			ask_links(run, field->fields, field->n_fields, member->shape, shape_get_struct(member, object));
		struct shape_list list = member->type == SHAPE_LIST ? shape_get_list(member, object) : (struct shape_list){ .n = 0 };
		const char *item = list.items;
		for (size_t k = 0; k < list.n; k++, item += member->shape->size)
			ask_links(run, field->fields, field->n_fields, member->shape, item);
	}
}

static void
on_done(void *context, const struct invoked *result)
{
	struct graphql_call *call = context;
	struct graphql_run *run = call->run;
	const struct graphql_plan_field *field = call->field;

	call->result = *result;
	run->n_in_flight--;
	run->n_replayed += result->is_replayed;
	if (!result->error && field->has_calls)
		ask_links(run, field->fields, field->n_fields, field->field->operation->response, result->output);
	pump(run);
}

/* A key of its own for each mutation of the document, the same whenever the document is sent again. */
static const char *
idempotency_key(const struct graphql_run *run, const struct graphql_call *call)
{
	const char *key = exchange_header(run->exchange, "idempotency-key");
	struct arena *arena = run->exchange->arena;

	if (!key || !run->plan->is_mutation)
		return NULL;
	const char *own = arena_printf(arena, "%s:%s", key, call->field->key);
	if (strlen(own) <= IDEMPOTENCY_KEY_MAX)
		return own;
	char *hash = arena_alloc(arena, SHA256_HEX_BYTES);
	sha256_hex(hash, own, strlen(own));
	return hash;
}

static void
ask(struct graphql_run *run, struct graphql_call *call)
{
	static struct metric *asked;
	struct exchange *exchange = run->exchange;

	if (!asked)
		asked = metric_counter("wordclaw_graphql_calls_total", "Operations asked by GraphQL requests.", NULL);
	run->n_in_flight++;
	run->n_asked++;
	if (clock_monotonic_us() > run->deadline_us) {
		on_done(call, &(struct invoked){ .error = EXCHANGE_ERROR(exchange, SERVICE_UNAVAILABLE,
		    "the request has taken too long; '%s' was not asked any more", call->field->key) });
		return;
	}
	metric_add(asked, 1);
	call->dry_run = graphql_argument_dry_run(call->field, run->variables);
	invoke(exchange->gateway, &(struct invocation){ .operation = call->field->field->operation, .arguments = call->arguments,
	    .principal = &exchange->principal, .key = &exchange->key, .request_id = exchange->request_id, .trace_parent = exchange->trace_parent,
	    .surface = "graphql", .idempotency_key = idempotency_key(run, call), .labels = exchange->labels, .dry_run = call->dry_run,
	    .is_kept = !run->plan->is_single_call, .arena = exchange->arena, .done = on_done, .context = call });
}

/* ---- roots ---- */

static bool
is_root_call(const struct graphql_run *run, const struct graphql_plan_field *field)
{
	return field->field && field->field->operation && graphql_shown(field, run->holding);
}

/* Queue the next root field, or all of them when they only read.  False when there is none. */
static bool
queue_roots(struct graphql_run *run)
{
	bool has_queued = false;

	while (run->n_roots_asked < run->plan->n_fields) {
		const struct graphql_plan_field *field = &run->plan->fields[run->n_roots_asked++];
		if (!is_root_call(run, field))
			continue;
		struct graphql_call *call = new_call(run, field);
		call->arguments = graphql_arguments(run->exchange->arena, field, run->variables, NULL, NULL);
		*graphql_calls_on(run->calls, field, NULL) = call;
		has_queued = true;
		if (run->plan->is_mutation)
			break;
	}
	return has_queued;
}

/* Answers may come while it asks: then the one that asks goes on. */
static void
pump(struct graphql_run *run)
{
	if (run->is_pumping)
		return;
	run->is_pumping = true;
	do {
		while (run->first && run->n_in_flight < GRAPHQL_CALLS_AT_ONCE) {
			struct graphql_call *call = run->first;
			run->first = call->next;
			if (!run->first)
				run->last = &run->first;
			ask(run, call);
		}
	} while (run->n_in_flight == 0 && (run->first || queue_roots(run)));
	run->is_pumping = false;
	if (run->n_in_flight > 0)
		return;
	run->exchange->is_waiting = false;
	graphql_run_answer(run);
	graphql_run_release(run);
}

void
graphql_run_start(struct graphql_run *run)
{
	run->last = &run->first;
	run->calls = graphql_calls_new(run->exchange->arena);
	run->deadline_us = run->exchange->started_us + GRAPHQL_RUN_US;
	exchange_wait(run->exchange);
	pump(run);
}

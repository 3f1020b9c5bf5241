/* Periodic work: a durable process per timer, so that one instance runs it at a time and none forgets it. */
#include <string.h>

#include "charge.h"
#include "runner.h"
#include "events/set_aside.h"

enum { TIMERS_MAX = 32, MINUTE_MS = 60 * 1000, TIMERS_RUNNING_MAX = 8 };

static const struct timer own_timers[] = {
	{ "outbox.maintain", 10 * 1000, outbox_maintain },
	{ "idempotency.expire", 10 * 1000, idempotency_expire },
	{ "charges.expire", 60 * 1000, charge_expire },
	{ "events.retry", MINUTE_MS, set_aside_retry },
};
enum { N_OWN = sizeof(own_timers) / sizeof(own_timers[0]) };

static const struct timer *
find_timer(const struct service_definition *definition, const char *name)
{
	for (size_t i = 0; i < N_OWN; i++) {
		if (strcmp(own_timers[i].name, name) == 0)
			return &own_timers[i];
	}
	for (size_t i = 0; i < definition->n_timers; i++) {
		if (strcmp(definition->timers[i].name, name) == 0)
			return &definition->timers[i];
	}
	return NULL;
}

static const struct error *
tick(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct timer *timer = find_timer(req->service->definition, process->key);

	if (!timer)
		return NULL; /* of an older version: it ends */
	*outcome = (struct step_outcome){ .verdict = STEP_NEXT, .delay_us = timer->interval_ms * 1000 };
	return timer->run(req);
}

static const struct step steps[] = { { .name = "tick", .commit = tick } };
const struct process_kind timer_kind = { .name = "timer", .steps = steps, .n_steps = 1, .backoff_ms = 1000,
	.backoff_max_ms = 10 * 1000, .running_max = TIMERS_RUNNING_MAX };

const struct error *
timers_seed(struct request *req, void *context)
{
	const struct service_definition *definition = req->service->definition;
	struct process_start starts[TIMERS_MAX];
	size_t n = 0;

	(void)context;
	for (size_t i = 0; i < N_OWN; i++)
		starts[n++] = (struct process_start){ .kind = timer_kind.name, .key = own_timers[i].name };
	for (size_t i = 0; i < definition->n_timers && n < TIMERS_MAX; i++)
		starts[n++] = (struct process_start){ .kind = timer_kind.name, .key = definition->timers[i].name };
	return process_start_many(req, starts, n);
}

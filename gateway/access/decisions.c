/* A bounded queue of policy decisions; one batch under way at a time, so a slow identity slows the log and nothing else. */
#include "access/decisions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/admission.h"
#include "clock.h"
#include "dispatch/dispatch.h"
#include "error_codes.h"
#include "gateway.h"
#include "identity_proto.h"
#include "log.h"
#include "metrics.h"

enum {
	QUEUE_MAX = 2048,
	BATCH_MAX = 256,
	FLUSH_AFTER_US = 200000,
	SEEN_SLOTS = 4096,
	REPEAT_AFTER_S = 1,
	BATCH_ARENA_BYTES = 1024 * 1024,
};

/* What a queued decision needs beyond static text. */
struct entry {
	int64_t tenant;
	int64_t created_us;
	int64_t duration_us;
	const char *operation, *resource_type, *surface, *code; /* static: registry, policy rules */
	char principal[64];
	char request_id[132];
	bool is_allowed;
};

struct seen {
	uint64_t decision;
	int64_t second;
};

struct decisions {
	struct gateway *gateway;
	struct entry queue[QUEUE_MAX];
	size_t head, n;
	int64_t oldest_us; /* monotonic: when the first of the queue came */
	size_t n_sent;     /* of the batch under way, 0: none */
	struct arena *arena; /* of the batch under way */
	struct seen seen[SEEN_SLOTS];
	struct metric *recorded, *dropped, *repeated;
};

struct decisions *
decisions_new(struct gateway *gateway)
{
	struct decisions *decisions = calloc(1, sizeof(*decisions));
	if (!decisions)
		abort();
	decisions->gateway = gateway;
	decisions->arena = arena_new(BATCH_ARENA_BYTES);
	decisions->recorded = metric_counter("wordclaw_policy_decisions_recorded_total", "Policy decisions written to the log.", NULL);
	decisions->dropped = metric_counter("wordclaw_policy_decisions_dropped_total", "Policy decisions lost because the log did not keep up.", NULL);
	decisions->repeated = metric_counter("wordclaw_policy_decisions_repeated_total", "Allowed reads not logged because the same one was within a second.", NULL);
	return decisions;
}

void
decisions_free(struct decisions *decisions)
{
	arena_free(decisions->arena);
	free(decisions);
}

/* Direct-mapped: a collision only means that a decision is logged once more. */
static bool
is_repeated(struct decisions *decisions, const struct decision *decision, int64_t now_us)
{
	const struct policy_question *question = decision->question;
	uint64_t hash = admission_hash((uint64_t)question->principal->tenant, question->principal->id, strlen(question->principal->id));
	hash = admission_hash(hash, question->operation, strlen(question->operation));
	hash = admission_hash(hash, question->resource_type, strlen(question->resource_type));
	struct seen *seen = &decisions->seen[hash % SEEN_SLOTS];
	int64_t second = now_us / 1000000;

	if (seen->decision == hash && second - seen->second < REPEAT_AFTER_S)
		return true;
	*seen = (struct seen){ hash, second };
	return false;
}

static bool
is_read(const char *operation)
{
	size_t n = strlen(operation);
	return n > 5 && (strcmp(operation + n - 5, ".read") == 0 || strcmp(operation + n - 5, ".list") == 0);
}

void
decisions_add(struct decisions *decisions, const struct decision *decision)
{
	const struct policy_question *question = decision->question;
	const struct policy_verdict *verdict = decision->verdict;
	int64_t now_us = clock_monotonic_us();

	if (!question->operation || !question->resource_type || !question->principal->id) {
		metric_add(decisions->dropped, 1); /* nothing a row could say */
		return;
	}
	if (verdict->is_allowed && is_read(question->operation) && is_repeated(decisions, decision, now_us)) {
		metric_add(decisions->repeated, 1);
		return;
	}
	if (decisions->n == QUEUE_MAX) {
		metric_add(decisions->dropped, 1);
		return;
	}
	if (decisions->n == 0)
		decisions->oldest_us = now_us;
	struct entry *entry = &decisions->queue[(decisions->head + decisions->n++) % QUEUE_MAX];
	*entry = (struct entry){ .tenant = question->principal->tenant, .created_us = clock_now_us(),
		.duration_us = decision->duration_us, .operation = question->operation, .resource_type = question->resource_type,
		.surface = decision->surface, .code = verdict->code, .is_allowed = verdict->is_allowed };
	(void)snprintf(entry->principal, sizeof(entry->principal), "%s", question->principal->id);
	(void)snprintf(entry->request_id, sizeof(entry->request_id), "%s", decision->request_id ? decision->request_id : "");
}

static void
on_recorded(void *context, const struct dispatch_reply *reply)
{
	struct decisions *decisions = context;

	if (reply->error) {
		log_write(LOG_WARN, "decisions.dropped", LOG_TEXT("code", reply->error->info->code),
		    LOG_TEXT("message", reply->error->message), LOG_INT("n", (int64_t)decisions->n_sent));
		metric_add(decisions->dropped, (int64_t)decisions->n_sent);
	} else {
		metric_add(decisions->recorded, (int64_t)decisions->n_sent);
	}
	decisions->n_sent = 0;
}

static struct policy_decision_entry
wire_entry(struct arena *arena, const struct entry *entry)
{
	struct policy_decision_entry wire = {
		.principal_id = arena_strdup(arena, entry->principal),
		.operation = entry->operation,
		.resource_type = entry->resource_type,
		.environment = entry->surface,
		.outcome = entry->is_allowed ? "allow" : "deny",
		.code = entry->code,
		.remediation = entry->is_allowed ? NULL : error_find(entry->code)->remediation,
		.evaluation_duration_ms = entry->duration_us / 1000,
		.request_id = entry->request_id[0] ? arena_strdup(arena, entry->request_id) : NULL,
		.created_at = entry->created_us,
	};
	if (entry->tenant)
		wire.domain_id = arena_memdup(arena, &entry->tenant, sizeof(entry->tenant));
	return wire;
}

void
decisions_flush(struct decisions *decisions, int64_t now_us)
{
	bool is_due = decisions->n >= BATCH_MAX || (decisions->n > 0 && now_us - decisions->oldest_us >= FLUSH_AFTER_US);
	if (!is_due || decisions->n_sent > 0)
		return;

	arena_reset(decisions->arena);
	size_t n = decisions->n < BATCH_MAX ? decisions->n : BATCH_MAX;
	struct policy_decision_entry *entries = ARENA_ARRAY(decisions->arena, struct policy_decision_entry, n);
	for (size_t i = 0; i < n; i++)
		entries[i] = wire_entry(decisions->arena, &decisions->queue[(decisions->head + i) % QUEUE_MAX]);
	decisions->head = (decisions->head + n) % QUEUE_MAX;
	decisions->n -= n;
	decisions->oldest_us = now_us;
	decisions->n_sent = n;
	struct identity_decisions_record_request *input = ARENA_NEW(decisions->arena, struct identity_decisions_record_request);
	input->decisions.items = entries;
	input->decisions.n = n;
	dispatch(decisions->gateway, &(struct dispatch_request){ .operation = &operation_identity_decisions_record, .input = input,
	    .principal = &dispatch_system_principal, .surface = "internal", .arena = decisions->arena, .done = on_recorded,
	    .context = decisions });
}

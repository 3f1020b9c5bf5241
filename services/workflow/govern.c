/* Content is told which workflow governs a type: now, or by a process if this one dies first. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"
#include "json/json.h"
#include "store.h"

/* The states that are statuses of their own, in the order of the transitions. */
static struct shape_list
states_of(struct request *req, const struct shape_list *transitions)
{
	const struct workflow_transition *list = transitions->items;
	const char **states = ARENA_ARRAY(req->arena, const char *, 2 * transitions->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < 2 * transitions->n; i++) {
		const char *state = i % 2 ? list[i / 2].to_state : list[i / 2].from_state;
		bool is_known = false;
		for (size_t j = 0; j < n && !is_known; j++)
			is_known = strcmp(states[j], state) == 0;
		if (!is_known)
			states[n++] = state;
	}
	return (struct shape_list){ states, n };
}

static struct doc
transitions_text(struct request *req, const struct shape_list *transitions)
{
	struct buf json;

	buf_init(&json, req->arena, 256);
	buf_add_char(&json, '[');
	for (size_t i = 0; i < transitions->n; i++) {
		if (i > 0)
			buf_add_char(&json, ',');
		codec_json_write(&json, &workflow_transition_shape, (const struct workflow_transition *)transitions->items + i);
	}
	buf_add_char(&json, ']');
	return (struct doc){ json.bytes, json.len };
}

static const char *
key_of(struct request *req, int64_t workflow_id)
{
	return arena_printf(req->arena, "%" PRId64, workflow_id);
}

const struct error *
govern_begin(struct request *req, const struct workflow_row *workflow, int64_t generation, bool is_deleted)
{
	struct shape_list transitions;
	struct buf payload;
	bool is_found;

	const struct error *error = store_transition_list(req, workflow->id, &transitions);
	if (!error)
		error = process_cancel(req, "govern", key_of(req, workflow->id), false, &is_found);
	if (error)
		return error;
	struct content_governance_set_request told = { .content_type_id = workflow->content_type_id, .workflow_id = workflow->id,
		.states = states_of(req, &transitions), .transitions = transitions_text(req, &transitions), .active = workflow->active && !is_deleted,
		.generation = &generation };
	buf_init(&payload, req->arena, 512);
	buf_printf(&payload, "{\"generation\":%" PRId64 ",\"told\":", generation);
	codec_json_write(&payload, &content_governance_set_request_shape, &told);
	buf_add_char(&payload, '}');
	return process_start(req, &(struct process_start){ .kind = "govern", .key = key_of(req, workflow->id), .payload = payload.bytes }, NULL);
}

const struct error *
govern_await(struct request *req, int64_t workflow_id)
{
	bool has_ended;

	return process_await(req, "govern", key_of(req, workflow_id), AWAIT_MS, &has_ended);
}

/* ---- the process ---- */

struct telling {
	int64_t generation;
};

static void
tell(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	struct json_error wrong;
	const struct json_value *payload = json_parse(req->arena, process->payload.json, process->payload.len, NULL, &wrong);
	struct content_governance_set_request in = { 0 };
	struct content_governance_set_response out;
	struct violations *violations = ARENA_NEW(req->arena, struct violations);
	struct telling *telling = ARENA_NEW(req->arena, struct telling);

	if (!payload || !codec_json_read_all(req->arena, &content_governance_set_request_shape, process->payload.json, json_get(payload, "told"), &in, violations)) {
		*outcome = (struct step_outcome){ .verdict = STEP_FAILED, .reason = "the process cannot be read" };
		return;
	}
	telling->generation = json_get(payload, "generation")->integer;
	outcome->memo = telling;
	const struct error *error = request_call(req, &operation_content_governance_set, &in,
	    arena_printf(req->arena, "workflow:govern:%s:%" PRId64, process->key, telling->generation), &out);
	/* A type that is gone needs no governing. */
	if (error && error->info != &error_catalogue[ERROR_CONTENT_TYPE_NOT_FOUND])
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = error->message };
}

static const struct error *
note_told(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	const struct telling *telling = outcome->memo;

	if (outcome->verdict == STEP_DONE && telling)
		store_workflow_applied(req, strtoll(process->key, NULL, 10), telling->generation);
	return NULL;
}

const struct step govern_steps[] = { { .name = "tell", .run = tell, .commit = note_told } };

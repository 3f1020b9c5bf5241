/* The execution context: how it starts, what the database's verdicts mean to it, and its events. */
#include "request.h"

#include <assert.h>
#include <string.h>

#include "clock.h"
#include "codec/json.h"
#include "id.h"
#include "service_internal.h"

const struct principal principal_system = {
	.id = "system", .type = "system", .source = "internal",
};

const struct principal *
request_system_principal(struct request *req)
{
	struct principal *principal = ARENA_NEW(req->arena, struct principal);

	*principal = principal_system;
	principal->tenant = req->tenant;
	return principal;
}

const struct error *
error_at(struct error *error, const char *pointer, const char *context)
{
	error->pointer = pointer;
	error->context = context;
	return error;
}

const struct error_info *
request_error_info(const char *code)
{
	for (size_t i = 0; i < ERROR_CODES_N; i++) {
		if (strcmp(error_catalogue[i].code, code) == 0)
			return &error_catalogue[i];
	}
	return &error_catalogue[ERROR_INTERNAL_SERVER_ERROR];
}

void
request_init(struct request *req, struct worker *worker, struct arena *arena, const struct operation *op)
{
	unsigned char random[10];
	char *id = arena_alloc(arena, UUID_TEXT_BYTES);

	secret_random(random, sizeof(random));
	*req = (struct request){ .arena = arena, .op = op, .principal = &principal_system, .surface = "internal",
		.db = worker->system_db, .service = worker->service, .worker = worker, .now_us = clock_now_us() };
	uuid7_format(id, req->now_us, random);
	req->request_id = id;
}

/* A change that one service makes for another, or later, came through the surface of the request that wanted it. */
static struct labels
labels_of(const struct envelope_request *envelope)
{
	struct labels labels = envelope->labels;

	if (labels.surface || !envelope->surface || strcmp(envelope->surface, "internal") == 0)
		return labels;
	bool is_console = strcmp(envelope->surface, "rest") == 0 && envelope->principal.source && strcmp(envelope->principal.source, "cookie") == 0;
	labels.surface = is_console ? "console" : envelope->surface;
	return labels;
}

void
request_init_from(struct request *req, struct worker *worker, const struct job *job)
{
	const struct envelope_request *envelope = &job->envelope;
	bool is_system = job->row->operation->flags & OPERATION_SYSTEM;

	*req = (struct request){
		.arena = job->arena,
		.op = job->row->operation,
		.principal = &envelope->principal,
		.tenant = is_system ? 0 : envelope->principal.tenant,
		.request_id = envelope->request_id,
		.trace_parent = envelope->trace_parent,
		.surface = envelope->surface,
		.labels = labels_of(envelope),
		.deadline_us = envelope->deadline_us,
		.now_us = clock_now_us(),
		.dry_run = envelope->dry_run,
		.in_transaction = job->row->operation->tx != OPERATION_TX_NONE,
		.db = is_system ? worker->system_db : worker->db,
		.service = worker->service,
		.worker = worker,
	};
}

const struct error *
request_take_long(struct request *req)
{
	if (!req->may_move)
		return NULL;
	req->moves = true;
	return FAIL(req, SERVICE_OVERLOADED, "the request moves to another worker");
}

bool
request_is_system(const struct request *req)
{
	return req->db == req->worker->system_db;
}

int64_t
service_step_workers(const struct request *req)
{
	return req->service->settings.step_workers;
}

struct db_scope
request_scope(const struct request *req)
{
	int64_t left_ms = (req->deadline_us - clock_now_us()) / 1000;
	struct db_scope scope = {
		.tenant = req->tenant,
		.narrow = req->principal->narrow,
		.timeout_ms = left_ms < 1 ? 1 : left_ms,
	};
#ifdef WORDCLAW_TEST_WITHOUT_TENANT_CHECK
	/* What happens when the application forgets: row-level security must show nothing. */
	if (!request_is_system(req))
		scope.tenant = 0;
#endif
	return scope;
}

void
request_act_for(struct request *req, int64_t tenant)
{
	assert(request_is_system(req));
	gather_settle(req);
	req->tenant = tenant;
	struct db_scope scope = request_scope(req);
	db_set_scope(req->db, &scope);
}

static const struct constraint_error *
find_constraint(const struct service_definition *definition, const char *constraint)
{
	for (size_t i = 0; i < definition->n_constraints; i++) {
		if (strcmp(definition->constraints[i].constraint, constraint) == 0)
			return &definition->constraints[i];
	}
	return NULL;
}

static bool
is_one_of(const char *sqlstate, const char *const *states)
{
	for (; *states; states++) {
		if (strncmp(sqlstate, *states, strlen(*states)) == 0)
			return true;
	}
	return false;
}

const struct error *
request_db_error(struct request *req, enum db_status status, const char *what)
{
	/* 57014: our own statement timeout; 55P03: lock not had in time; 57P, 53, 08: the server is going or full. */
	static const char *const unavailable[] = { "57014", "55P03", "57P", "53", "08", NULL };
	static const char *const rerun[] = { "40001", "40P01", NULL };
	const struct db_failure *failure = db_failure(req->db);

	if (status == DB_OK)
		return NULL;
	if (status == DB_LOST) {
		req->is_lost = true;
		struct error *error = FAIL(req, SERVICE_UNAVAILABLE, "the database did not answer in time");
		error->cause = arena_strdup(req->arena, failure->message);
		return error;
	}
	struct error *error;
	const struct constraint_error *known = find_constraint(req->service->definition, failure->constraint);
	if (failure->is_of_released) { /* another mutation of the group failed: its own second run will say so */
		req->must_rerun = true;
		error = FAIL(req, SERVICE_UNAVAILABLE, "another change of the same group kept this one from committing");
	} else if (known) {
		error = error_make(req->arena, &error_catalogue[known->code], ERROR_WHERE, "%s", known->message);
	} else if (is_one_of(failure->sqlstate, rerun)) {
		req->must_rerun = true;
		error = FAIL(req, SERVICE_UNAVAILABLE, "concurrent changes kept this one from committing");
	} else if (req->principal->narrow && strcmp(failure->sqlstate, "42501") == 0) { /* row-level security refuses what it would write */
		error = FAIL(req, KEY_RESTRICTED, "the key is limited to other content types, items or review tasks");
	} else if (strcmp(failure->sqlstate, "54000") == 0) { /* the rows outgrow the request's arena */
		error = FAIL(req, RESPONSE_TOO_LARGE, "the answer needs more than %d bytes", REQUEST_ARENA_BYTES / 2);
	} else if (is_one_of(failure->sqlstate, unavailable)) {
		error = FAIL(req, SERVICE_UNAVAILABLE, "the database did not answer in time");
	} else {
		error = FAIL(req, INTERNAL_SERVER_ERROR, "an internal error occurred");
	}
	error->cause = arena_printf(req->arena, "%s: %s %s", what, failure->sqlstate, failure->message);
	return error;
}

/* ---- statements ---- */

db_ticket
query_ask(struct request *req, const struct db_statement *statement, const struct db_param *params)
{
	gather_settle(req);
	req->last_statement = statement->name;
	return db_send(req->db, statement, params);
}

void
query_send(struct request *req, const struct db_statement *statement, const struct db_param *params)
{
	(void)query_ask(req, statement, params); /* the ticket is drained with the next wait */
}

/* Rows are copied twice more on their way out (message, envelope), into the same arena. */
enum { ANSWER_BYTES_MAX = REQUEST_ARENA_BYTES / 2 };

/* What rows have taken and still take: not what was made of a large input before they came, nor what was given back since. */
static bool
is_too_large(struct request *req, size_t used_bytes_before)
{
	size_t used_bytes = arena_used_bytes(req->arena);

	req->n_row_bytes += used_bytes - used_bytes_before;
	return req->n_row_bytes > ANSWER_BYTES_MAX && used_bytes > ANSWER_BYTES_MAX && strcmp(req->principal->type, "system") != 0;
}

static const struct error *
too_large(struct request *req)
{
	return FAIL(req, RESPONSE_TOO_LARGE, "the answer needs more than %d bytes", ANSWER_BYTES_MAX);
}

const struct error *
query_claim(struct request *req, db_ticket ticket, void *ret_row)
{
	const void *row;
	size_t used_bytes = arena_used_bytes(req->arena);
	enum db_status status = db_receive_row(req->db, req->arena, ticket, &row);
	if (status != DB_OK)
		return request_db_error(req, status, req->last_statement);
	if (is_too_large(req, used_bytes))
		return too_large(req);
	memcpy(ret_row, &row, sizeof(row));
	return NULL;
}

const struct error *
query_claim_list(struct request *req, db_ticket ticket, struct shape_list *ret_rows)
{
	struct shape_list rows;
	size_t used_bytes = arena_used_bytes(req->arena);
	enum db_status status = db_receive_rows(req->db, req->arena, ticket, &rows);
	if (status != DB_OK)
		return request_db_error(req, status, req->last_statement);
	if (is_too_large(req, used_bytes))
		return too_large(req);
	*ret_rows = rows;
	return NULL;
}

const struct error *
query_find(struct request *req, const struct db_statement *statement, const struct db_param *params, void *ret_row)
{
	return query_claim(req, query_ask(req, statement, params), ret_row);
}

const struct error *
query_list(struct request *req, const struct db_statement *statement, const struct db_param *params,
    struct shape_list *ret_rows)
{
	return query_claim_list(req, query_ask(req, statement, params), ret_rows);
}

const struct error *
query_exec(struct request *req, const struct db_statement *statement, const struct db_param *params, int64_t *ret_n)
{
	int64_t n;
	enum db_status status = db_receive_count(req->db, query_ask(req, statement, params), &n);
	if (status != DB_OK)
		return request_db_error(req, status, statement->name);
	*ret_n = n;
	return NULL;
}

/* ---- events ---- */

void
event_emit_for(struct request *req, int64_t tenant, const struct event_type *type, int64_t entity_id,
    int64_t entity_version, const void *payload)
{
	struct buf json;

	assert(req->n_events < REQUEST_EVENTS_MAX);
	if ((req->n_events & (req->n_events - 1)) == 0) { /* full at every power of two */
		struct emitted_event *grown =
		    ARENA_ARRAY(req->arena, struct emitted_event, req->n_events ? 2 * req->n_events : 1);
		if (req->n_events)
			memcpy(grown, req->events, req->n_events * sizeof(*grown));
		req->events = grown;
	}
	buf_init(&json, req->arena, 256);
	codec_json_write(&json, type->payload, payload);
	req->events[req->n_events++] = (struct emitted_event){ .type = type, .entity_id = entity_id,
		.entity_version = entity_version, .tenant = tenant, .payload = json.bytes };
}

void
event_emit(struct request *req, const struct event_type *type, int64_t entity_id, int64_t entity_version,
    const void *payload)
{
	event_emit_for(req, req->tenant, type, entity_id, entity_version, payload);
}

/* ---- secrets kept in rows ---- */

const char *
request_seal(struct request *req, const char *text)
{
	size_t n = strlen(text);
	unsigned char *sealed = arena_alloc(req->arena, n + SEAL_OVERHEAD_BYTES);

	key_ring_seal(req->service->master_key, sealed, text, n);
	return base64url_encode(req->arena, sealed, n + SEAL_OVERHEAD_BYTES);
}

bool
request_derive_key(struct request *req, size_t i, const char *purpose, unsigned char key[SHA256_BYTES])
{
	return key_ring_derive(req->service->master_key, i, purpose, key);
}

const char *
request_open(struct request *req, const char *sealed)
{
	void *bytes;
	size_t n;

	if (!base64url_decode(req->arena, sealed, &bytes, &n) || n < SEAL_OVERHEAD_BYTES)
		return NULL;
	char *text = arena_alloc(req->arena, n - SEAL_OVERHEAD_BYTES + 1);
	return key_ring_open(req->service->master_key, (unsigned char *)text, bytes, n) ? text : NULL;
}

/* Operations that cost something: refused with a challenge, or run with a payment that is reserved before and settled after.
 *
 * The work's own transaction notes that it was done, under the reservation's number.  Whoever asks and finds no note writes "not done" there,
 * so a crash anywhere leaves one answer: the payment is used up exactly when the work is committed. */
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "buf.h"
#include "charge.h"
#include "clock.h"
#include "common_proto.h"
#include "contract/policy.h"
#include "id.h"
#include "payments_proto.h"
#include "secret.h"

enum { NOTE_MS = 1000, WAIT_MS = 50, WAITS_MAX = 12, KEEP_DAYS = 30, EXPIRE_MAX = 10000 };

struct charge_row {
	bool is_done;
};

static const struct shape_field row_fields[] = {
	{ .name = "isDone", .column = "is_done", .type = SHAPE_BOOL, .flags = SHAPE_REQUIRED, .offset = offsetof(struct charge_row, is_done) },
};
static const struct shape row_shape = { "charge_row", sizeof(struct charge_row), row_fields, 1 };

static const struct db_statement done_statement = { "charge_done",
	"INSERT INTO charges (reservation_id, domain_id, is_done) VALUES ($1, $2, true)", DB_EXEC, 2, NULL };
/* Of a read that was asked again the other instance may have noted it. */
static const struct db_statement read_statement = { "charge_read",
	"INSERT INTO charges (reservation_id, domain_id, is_done) VALUES ($1, $2, true) ON CONFLICT DO NOTHING", DB_EXEC, 2, NULL };
static const struct db_statement refuse_statement = { "charge_refuse",
	"INSERT INTO charges (reservation_id, domain_id, is_done) VALUES ($1, $2, false) ON CONFLICT DO NOTHING", DB_EXEC, 2, NULL };
static const struct db_statement get_statement = { "charge_get",
	"SELECT is_done FROM charges WHERE reservation_id = $1", DB_FIND, 1, &row_shape };
static const struct db_statement expire_statement = { "charge_expire",
	"DELETE FROM charges WHERE reservation_id = ANY (ARRAY(SELECT reservation_id FROM charges WHERE created_at < $1 ORDER BY created_at LIMIT $2))",
	DB_EXEC, 2, NULL };

/* ---- what handlers call ---- */

const struct error *
request_charge(struct request *req, int64_t sats)
{
	if (sats <= 0 || (req->paid_sats == sats && !req->sums_charges) || !req->op || !(req->op->flags & OPERATION_PRICED))
		return NULL;
	if (req->sums_charges) {
		req->summed_sats += sats;
		return NULL;
	}
	if (req->dry_run) {
		req->quoted_sats = sats;
		return NULL;
	}
	struct error *error = FAIL(req, PAYMENT_REQUIRED, "this call costs %" PRId64 " sats", sats);
	error->price_sats = sats;
	return error;
}

/* ---- whether it was done ---- */

void
charge_note_done(struct request *req)
{
	query_send(req, &done_statement, PARAMS(P_INT(req->reservation_id), P_INT(req->tenant)));
}

static const struct error *
note_read(struct request *req, void *context)
{
	const struct job *job = context;
	const struct charge_row *row;

	query_send(req, &read_statement, PARAMS(P_INT(job->reservation_id), P_INT(req->tenant)));
	const struct error *error = query_find(req, &get_statement, PARAMS(P_INT(job->reservation_id)), &row);
	if (!error && !(row && row->is_done))
		return FAIL(req, SERVICE_UNAVAILABLE, "the payment was given back meanwhile");
	return error;
}

const struct error *
charge_note_read(struct worker *worker, struct job *job)
{
	return transaction_run_for(worker, job->arena, job->req.tenant, NOTE_MS, note_read, job);
}

/* Waits for a transaction that is about to note the opposite. */
static const struct error *
decide(struct request *req, int64_t reservation_id, int64_t tenant, bool *ret_is_done)
{
	const struct charge_row *row;

	query_send(req, &refuse_statement, PARAMS(P_INT(reservation_id), P_INT(tenant)));
	const struct error *error = query_find(req, &get_statement, PARAMS(P_INT(reservation_id)), &row);
	if (!error)
		*ret_is_done = row && row->is_done;
	return error;
}

static const struct error *
settle(struct request *req, const void *input, void *output)
{
	const struct charges_settle_request *in = input;
	struct charges_settle_response *out = output;

	request_act_for(req, in->domain_id);
	return decide(req, in->reservation_id, in->domain_id, &out->is_done);
}

const struct service_operation charge_settle_operation = { &operation_charges_settle, settle, NULL, NULL, NULL };

const struct error *
charge_expire(struct request *req)
{
	int64_t n;

	return query_exec(req, &expire_statement, PARAMS(P_TIME(req->now_us - (int64_t)KEEP_DAYS * 86400 * 1000000), P_INT(EXPIRE_MAX)), &n);
}

/* ---- asking payments ---- */

bool
charge_is_asked(const struct job *job)
{
	return job->error && job->error->price_sats > 0;
}

struct charging {
	struct worker *worker;
	struct job *job;
	struct request ask;          /* as the system, for the caller's tenant */
	struct principal principal;
	struct principal payer;
	const char *method, *path;
	int64_t price_sats;
};

const struct shape_field *
charge_field(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	}
	return NULL;
}

/* The operation's own route, whatever surface the call came through: a token is good on all of them. */
const char *
charge_path(const struct job *job)
{
	const struct operation *operation = job->row->operation;
	const char *at = operation->routes[0].path;
	struct buf buf;

	buf_init(&buf, job->arena, 128);
	while (*at) {
		size_t n_fixed = strcspn(at, "{"), n_name;
		buf_add(&buf, at, n_fixed);
		at += n_fixed;
		if (!*at)
			break;
		n_name = strcspn(at + 1, "}");
		const struct shape_field *field = charge_field(operation->request, arena_strndup(job->arena, at + 1, n_name));
		if (field && field->type == SHAPE_INT)
			buf_add_int(&buf, shape_get_int(field, job->in));
		else if (field && field->type == SHAPE_TEXT)
			buf_add_text(&buf, shape_get_text(field, job->in));
		at += n_name + 2;
	}
	return buf.bytes;
}

const char *
charge_call_key(const struct job *job)
{
	const struct envelope_request *envelope = &job->envelope;
	const char *span = envelope->trace_parent ? envelope->trace_parent : job->req.request_id;

	/* With what it is for, because each client counts its calls by itself. */
	return arena_printf(job->arena, "call:%.55s:%" PRIu64 ":%s", span, envelope->correlation, charge_path(job));
}

/* Who has no key is told from others by what it came with. */
static struct principal
payer_of(const struct job *job)
{
	struct principal payer = job->envelope.principal;

	if (job->req.payer)
		payer.id = job->req.payer;
	else if (job->req.actor && (job->row->operation->flags & OPERATION_PUBLIC))
		payer = *job->req.actor;
	return payer;
}

static void
prepare(struct charging *charging, struct worker *worker, struct job *job)
{
	*charging = (struct charging){ .worker = worker, .job = job, .method = job->row->operation->routes[0].method, .path = charge_path(job),
		.price_sats = job->error->price_sats };
	charging->principal = (struct principal){ .tenant = job->req.tenant, .id = "system:charge", .type = "system", .source = "internal" };
	request_init_from(&charging->ask, worker, job);
	charging->ask.tenant = job->req.tenant; /* of an operation for the public the one that it acts for */
	charging->ask.principal = &charging->principal;
	charging->ask.in_transaction = false;
	charging->ask.dry_run = false;
}

static void
add_text(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, "\"%s\":", name);
	buf_add_json_text(buf, text, strlen(text));
	buf_add_char(buf, ',');
}

static const struct error *
challenge_error(struct charging *charging, const struct payments_challenge_response *challenge, const char *reason)
{
	struct request *req = &charging->ask;
	struct buf context;

	if (!challenge->is_ready)
		return FAIL(req, PAYMENT_PROVIDER_UNAVAILABLE, "the invoice is being made");
	buf_init(&context, req->arena, 1024);
	buf_add_char(&context, '{');
	add_text(&context, "invoice", challenge->invoice);
	add_text(&context, "macaroon", challenge->macaroon);
	add_text(&context, "paymentHash", challenge->payment_hash);
	add_text(&context, "reason", reason);
	add_text(&context, "recommendedNextAction", "pay_invoice_and_retry");
	buf_printf(&context, "\"amountSatoshis\":%" PRId64 "}", charging->price_sats);
	return FAIL_WITH(req, PAYMENT_REQUIRED, context.bytes, "this call costs %" PRId64 " sats", charging->price_sats);
}

static const int64_t *
bound_of(const struct principal *payer, enum budget budget)
{
	return principal_budget(payer, budget) < 0 ? NULL : &payer->budgets[budget];
}

static const struct error *
challenge(struct charging *charging, const char *reason)
{
	struct request *req = &charging->ask;
	const struct principal *caller = &charging->payer;
	struct payments_challenge_request in = { .method = charging->method, .path = charging->path, .amount_satoshis = charging->price_sats,
		.actor_id = caller->id, .actor_type = caller->type, .actor_source = caller->source, .sats_per_day = bound_of(caller, BUDGET_SATS_PER_DAY),
		.sats_per_call = bound_of(caller, BUDGET_SATS_PER_CALL) };
	struct payments_challenge_response *out = ARENA_NEW(req->arena, struct payments_challenge_response);

	for (int i = 0; i < WAITS_MAX; i++) {
		if (i > 0)
			(void)poll(NULL, 0, WAIT_MS); /* the provider is asked by a process of payments */
		const struct error *error = request_call(req, &operation_payments_challenge, &in, NULL, out);
		if (error)
			return error;
		if (out->is_ready || clock_now_us() + 2 * WAIT_MS * 1000 > req->deadline_us)
			break;
	}
	return challenge_error(charging, out, reason);
}

/* A read that is asked again of another instance holds what its first try held.  A change has a key of its own for that, and each try of it is another. */
static const char *
reservation_key(struct charging *charging)
{
	struct arena *arena = charging->ask.arena;
	unsigned char random[16];
	char *text = arena_alloc(arena, 2 * sizeof(random) + 1);

	if (charging->job->row->operation->tx != OPERATION_TX_WRITE)
		return charge_call_key(charging->job);
	secret_random(random, sizeof(random));
	hex_encode(text, random, sizeof(random));
	return text;
}

/* *ret_reason is NULL when the payment is held. */
static const struct error *
reserve(struct charging *charging, const char *proof, const char **ret_reason)
{
	struct request *req = &charging->ask;
	const struct operation *operation = charging->job->row->operation;
	struct payments_reserve_request in = { .proof = proof, .method = charging->method, .path = charging->path,
		.amount_satoshis = charging->price_sats, .actor_id = charging->payer.id, .service = operation->service,
		.operation = operation->id };
	struct payments_reserve_response *out = ARENA_NEW(req->arena, struct payments_reserve_response);

	const struct error *error = request_call(req, &operation_payments_reserve, &in, reservation_key(charging), out);
	if (error)
		return error;
	*ret_reason = out->reservation_id ? NULL : out->reason ? out->reason : "invalid";
	if (out->reservation_id) {
		charging->job->reservation_id = *out->reservation_id;
		charging->job->paid_sats = charging->price_sats;
	}
	return NULL;
}

static const struct error *
refuse_in_transaction(struct request *req, void *context)
{
	struct charging *charging = context;
	bool is_done = false;

	const struct error *error = decide(req, charging->job->reservation_id, req->tenant, &is_done);
	if (!error && is_done)
		return FAIL(req, SERVICE_UNAVAILABLE, "the call was done although it failed");
	return error;
}

/* Tell payments how it ended.  When that fails, it asks by itself. */
static void
report(struct charging *charging)
{
	struct request *req = &charging->ask;
	struct job *job = charging->job;
	struct payments_consume_request consume = { .reservation_id = job->reservation_id };
	struct payments_release_request release = { .reservation_id = job->reservation_id };
	struct payments_consume_response consumed;
	struct payments_release_response released;
	const struct error *error;

	if (!job->error)
		error = request_call(req, &operation_payments_consume, &consume, NULL, &consumed);
	else if (!(error = transaction_run_for(charging->worker, job->arena, req->tenant, NOTE_MS, refuse_in_transaction, charging)))
		error = request_call(req, &operation_payments_release, &release, NULL, &released);
	(void)error; /* its process asks us */
}

/* The payment may be of this very call's first try, whose answer did not arrive: then the key has it by now. */
static void
look_for_answer(struct charging *charging, void (*run)(struct worker *worker, struct job *job))
{
	struct job *job = charging->job;
	const struct error *refusal = job->error;

	if (!job->envelope.idempotency_key || refusal->info->status >= 500)
		return;
	run(charging->worker, job);
	if (charge_is_asked(job))
		job->error = refusal;
}

void
charge_run(struct worker *worker, struct job *job, void (*run)(struct worker *worker, struct job *job))
{
	const struct shape_field *field = charge_field(job->row->operation->request, "paymentProof");
	const char *proof = field ? shape_get_text(field, job->in) : NULL, *reason = "initial";
	struct charging charging;

	prepare(&charging, worker, job);
	charging.payer = payer_of(job);
	job->error = proof ? reserve(&charging, proof, &reason) : NULL;
	if (job->error)
		look_for_answer(&charging, run);
	else if (reason)
		job->error = challenge(&charging, reason);
	if (!job->reservation_id)
		return;
	job->error = NULL;
	run(worker, job);
	report(&charging);
	job->paid_sats = job->reservation_id = 0;
	if (!charge_is_asked(job)) /* the price is not what it was a moment ago */
		return;
	charging.price_sats = job->error->price_sats;
	job->error = challenge(&charging, "invalid");
}

/* Idempotency keys: claimed and answered in the mutation's own transaction.
 * (tenant, principal, operation, key) -> hash of the input and the sealed reply; a reply may hold a new secret. */
#include <string.h>

#include "service_internal.h"

struct idempotency_row {
	struct doc request_hash;
	struct doc response;
};

static const struct shape_field row_fields[] = {
	{ .name = "requestHash", .column = "request_hash", .type = SHAPE_DOC, .flags = SHAPE_REQUIRED,
	    .offset = offsetof(struct idempotency_row, request_hash) },
	{ .name = "response", .column = "response", .type = SHAPE_DOC,
	    .offset = offsetof(struct idempotency_row, response) },
};
static const struct shape row_shape = { "idempotency_row", sizeof(struct idempotency_row), row_fields, 2 };

/* Waits for a concurrent claim of the same key to commit or roll back. */
static const struct db_statement claim_statement = { "idempotency_claim",
	"INSERT INTO idempotency_keys (domain_id, principal_id, operation, key, request_hash) "
	"VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", DB_EXEC, 5, NULL };
static const struct db_statement get_statement = { "idempotency_get",
	"SELECT request_hash, response FROM idempotency_keys "
	"WHERE domain_id = $1 AND principal_id = $2 AND operation = $3 AND key = $4", DB_FIND, 4, &row_shape };
static const struct db_statement store_statement = { "idempotency_store",
	"UPDATE idempotency_keys k SET response = n.response "
	"FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::bytea[]) AS n (domain_id, principal_id, operation, key, response) "
	"WHERE k.domain_id = n.domain_id AND k.principal_id = n.principal_id AND k.operation = n.operation AND k.key = n.key", DB_EXEC, 5, NULL };
static const struct db_statement expire_statement = { "idempotency_expire",
	"DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_keys WHERE created_at < $1 "
	"ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))", DB_EXEC, 2, NULL };

static const struct error *
open_response(struct job *job, const struct idempotency_row *row)
{
	struct request *req = &job->req;

	if (!row->response.json)
		return FAIL(req, IDEMPOTENCY_CONFLICT, "the first request with this key has not finished");
	unsigned char *output = arena_alloc(job->arena, row->response.len);
	if (!key_ring_open(req->service->master_key, output, (const unsigned char *)row->response.json, row->response.len))
		return FAIL(req, INTERNAL_SERVER_ERROR, "the stored answer of this key cannot be opened");
	job->output = output;
	job->n_output = row->response.len - SEAL_OVERHEAD_BYTES;
	return NULL;
}

const struct error *
idempotency_claim(struct job *job, bool *ret_is_replay)
{
	struct request *req = &job->req;
	const char *key = job->envelope.idempotency_key;
	unsigned char hash[SHA256_BYTES];
	int64_t n_claimed;

	if (!key || req->dry_run || !(req->op->flags & OPERATION_IDEMPOTENT))
		return NULL;
	sha256(hash, job->envelope.input, job->envelope.n_input);
	const struct error *error = query_exec(req, &claim_statement,
	    PARAMS(P_INT(req->principal->tenant), P_TEXT(req->principal->id), P_TEXT(req->op->id), P_TEXT(key),
	        P_BYTES(hash, sizeof(hash))), &n_claimed);
	if (error || n_claimed == 1)
		return error;
	const struct idempotency_row *row;
	error = query_find(req, &get_statement,
	    PARAMS(P_INT(req->principal->tenant), P_TEXT(req->principal->id), P_TEXT(req->op->id), P_TEXT(key)), &row);
	if (error)
		return error;
	if (!row)
		return FAIL(req, IDEMPOTENCY_CONFLICT, "the first request with this key was just undone");
	if (row->request_hash.len != sizeof(hash) || memcmp(row->request_hash.json, hash, sizeof(hash)) != 0)
		return FAIL(req, IDEMPOTENCY_KEY_REUSED, "this key was used before with another request");
	error = open_response(job, row);
	*ret_is_replay = !error;
	return error;
}

void
idempotency_store(struct job *job)
{
	struct request *req = &job->req;
	const char *key = job->envelope.idempotency_key;

	if (!key || req->dry_run || !(req->op->flags & OPERATION_IDEMPOTENT))
		return;
	size_t n_sealed = job->n_output + SEAL_OVERHEAD_BYTES;
	unsigned char *sealed = arena_alloc(job->arena, n_sealed);
	key_ring_seal(req->service->master_key, sealed, job->output, job->n_output);
	/* The principal's tenant, not the request's: an onboarding acts for the tenant it has just made. */
	query_gather(req, &store_statement, PARAMS(P_INT(req->principal->tenant), P_TEXT(req->principal->id), P_TEXT(req->op->id),
	    P_TEXT(key), P_BYTES(sealed, n_sealed)));
}

/* A step every ten seconds keeps up with 4,000 keyed mutations a second, and takes a fraction of one. */
const struct error *
idempotency_expire(struct request *req)
{
	enum { KEEP_HOURS = 24, STEP = 40000 };
	int64_t n;

	return query_exec(req, &expire_statement, PARAMS(P_TIME(req->now_us - (int64_t)KEEP_HOURS * 3600 * 1000000), P_INT(STEP)), &n);
}

/* Other services seen from this one: endpoints by convention or setting, a blocking client per worker. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "codec/msgpack.h"
#include "service_internal.h"

/* WORDCLAW_<SERVICE>_ENDPOINTS (or _POKES), else the conventional socket of a whole local system. */
const char *
peer_endpoints(struct service *service, const char *peer, bool pokes, char space[PEER_ENDPOINT_BYTES])
{
	char name[64];
	size_t n = (size_t)snprintf(name, sizeof(name), "WORDCLAW_%s_%s", peer, pokes ? "POKES" : "ENDPOINTS");

	for (size_t i = 0; i < n && i < sizeof(name); i++)
		name[i] = (char)toupper((unsigned char)name[i]);
	const char *set = getenv(name);
	if (set && *set)
		return set;
	(void)snprintf(space, PEER_ENDPOINT_BYTES, "ipc://%s/%s.%s", service->settings.run_dir, peer, pokes ? "pub" : "ipc");
	return space;
}

bool
peers_are_reachable_safely(struct service *service, const char **ret_problem)
{
	char space[PEER_ENDPOINT_BYTES];

	for (size_t i = 0; i < PEER_SERVICES_MAX && registry_services[i]; i++) {
		if (!bus_endpoints_are_safe(peer_endpoints(service, registry_services[i], false, space), ret_problem) ||
		    !bus_endpoints_are_safe(peer_endpoints(service, registry_services[i], true, space), ret_problem))
			return false;
	}
	return true;
}

struct bus_client *
peer_client(struct worker *worker, const char *service)
{
	char space[PEER_ENDPOINT_BYTES];

	for (size_t i = 0; i < PEER_SERVICES_MAX && registry_services[i]; i++) {
		if (strcmp(registry_services[i], service) != 0)
			continue;
		if (!worker->peers[i])
			worker->peers[i] = bus_client_new(service, peer_endpoints(worker->service, service, false, space));
		return worker->peers[i];
	}
	return NULL;
}

struct answer {
	struct request *req;
	struct envelope_reply reply;
	bool is_readable;
	enum bus_result result;
};

static void
take_answer(void *context, enum bus_result result, const void *bytes, size_t n_bytes)
{
	struct answer *answer = context;

	answer->result = result;
	if (result != BUS_REPLIED)
		return;
	const void *copy = arena_memdup(answer->req->arena, bytes, n_bytes);
	answer->is_readable = envelope_read_reply(answer->req->arena, copy, n_bytes, &answer->reply);
}

static const struct error *
remote_error(struct request *req, const struct envelope_reply *reply)
{
	struct error *error = error_make(req->arena, request_error_info(reply->code), ERROR_WHERE, "%s",
	    reply->message ? reply->message : reply->code);
	error->remediation = reply->remediation;
	error->pointer = reply->pointer;
	error->context = reply->context;
	return error;
}

const struct error *
request_call(struct request *req, const struct operation *operation, const void *in, const char *idempotency_key, void *out)
{
	struct bus_client *client = peer_client(req->worker, operation->service);
	struct answer answer = { .req = req };
	struct buf input, record;

	assert(!req->in_transaction);
	assert(operation->tx != OPERATION_TX_WRITE || idempotency_key || !(operation->flags & OPERATION_IDEMPOTENT));
	req->call_fate = CALL_NOT_SENT;
	if (!client) /* an unknown service, or endpoints that were refused with a log line */
		return FAIL(req, SERVICE_UNAVAILABLE, "no service answers %s", operation->id);
	buf_init(&input, req->arena, 256);
	codec_msgpack_write(&input, operation->request, in);
	struct envelope_request envelope = { .correlation = bus_client_next_correlation(client), .op = operation->id,
		.request_id = req->request_id, .trace_parent = req->trace_parent, .surface = "internal",
		.deadline_us = req->deadline_us, .principal = *req->principal, .dry_run = req->dry_run && operation->tx == OPERATION_TX_WRITE, /* a question changes nothing anyway */
		.idempotency_key = idempotency_key, .input = input.bytes, .n_input = input.len, .labels = req->labels };
	buf_init(&record, req->arena, input.len + 256);
	envelope_write_request(&record, &envelope);
	(void)bus_client_ask(client, &(struct bus_call){ .record = record.bytes, .n_record = record.len,
	    .correlation = envelope.correlation, .deadline_us = req->deadline_us,
	    .is_retryable = operation->tx != OPERATION_TX_WRITE || idempotency_key, .done = take_answer, .context = &answer });
	if (answer.result != BUS_UNREACHABLE)
		req->call_fate = CALL_UNKNOWN;
	if (answer.result != BUS_REPLIED || !answer.is_readable)
		return FAIL(req, SERVICE_UNAVAILABLE, "%s did not answer in time", operation->service);
	if (answer.reply.ok)
		req->call_fate = CALL_ANSWERED;
	else if (strcmp(answer.reply.code, error_catalogue[ERROR_SERVICE_UNAVAILABLE].code) != 0)
		req->call_fate = CALL_REFUSED; /* a 503 may be about a commit whose answer was lost */
	if (!answer.reply.ok)
		return remote_error(req, &answer.reply);
	const char *problem;
	if (!codec_msgpack_read(req->arena, operation->response, answer.reply.output, answer.reply.n_output, out, &problem))
		return FAIL(req, INTERNAL_SERVER_ERROR, "unreadable answer from %s: %s", operation->service, problem);
	return NULL;
}

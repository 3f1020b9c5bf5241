/* From an operation and its input to a bus call, and from the reply to an output struct or an error value. */
#include "dispatch/dispatch.h"

#include <string.h>

#include "clock.h"
#include "codec/msgpack.h"
#include "error_codes.h"
#include "gateway.h"
#include "dispatch/local.h"
#include "dispatch/upstream.h"

struct dispatch_call {
	struct dispatch_request request;
	struct upstream_call upstream;
};

const struct principal dispatch_system_principal = { .id = "system", .type = "system", .source = "internal" };

static struct error *
fail(struct arena *arena, enum error_code code, const char *message)
{
	return error_make(arena, &error_catalogue[code], ERROR_WHERE, "%s", message);
}

struct error *
dispatch_no_room(struct arena *arena, size_t n_bytes)
{
	if (arena_is_short(arena, n_bytes))
		return fail(arena, ERROR_SERVICE_OVERLOADED, "the requests being served hold all the memory they may have together");
	return fail(arena, ERROR_RESPONSE_TOO_LARGE, "the calls and answers of this request need more memory than one request may have");
}

/* What the bus could not do, in words.  A mutation that was lost may still have happened: its idempotency key tells. */
static struct error *
bus_failure(struct arena *arena, enum bus_result result, const struct dispatch_request *request)
{
	bool may_have_written = request->operation->tx == OPERATION_TX_WRITE && !request->dry_run;
	const char *service = request->service ? request->service : request->operation->service;
	const char *what = NULL, *doubt = "";
	switch (result) {
	case BUS_UNREACHABLE:
		what = "no instance of it accepts requests now";
		break;
	case BUS_LOST:
		what = "the instance stopped before it answered";
		break;
	case BUS_LATE:
		what = "it did not answer in time";
		break;
	case BUS_REPLIED:
		what = "its answer could not be read";
		break;
	}
	if (may_have_written && result != BUS_UNREACHABLE)
		doubt = "; whether a change was made is not known";
	return error_make(arena, &error_catalogue[ERROR_SERVICE_UNAVAILABLE], ERROR_WHERE, "service '%s': %s%s", service, what, doubt);
}

static const struct error *
service_error(struct arena *arena, const char *service, const struct envelope_reply *reply)
{
	const struct error_info *info = error_find(reply->code);
	if (!info) {
		struct error *unknown = error_make(arena, &error_catalogue[ERROR_BAD_GATEWAY], ERROR_WHERE,
		    "service '%s' refused the request with a code that is not known here", service);
		unknown->cause = arena_printf(arena, "the service answered with unknown code '%s'", reply->code);
		return unknown;
	}
	struct error *error = error_make(arena, info, ERROR_WHERE, "%s", reply->message ? reply->message : info->title);
	error->remediation = reply->remediation;
	error->pointer = reply->pointer && reply->pointer[0] ? reply->pointer : NULL;
	error->context = reply->context;
	return error;
}

static const struct error *
read_reply(const struct dispatch_request *request, const void *bytes, size_t n_bytes, struct dispatch_reply *ret_reply)
{
	struct arena *arena = request->arena;
	const struct shape *shape = request->operation->response;
	struct envelope_reply reply;
	const char *problem = NULL;

	/* Many replies may share an arena: the one too many is refused before it takes more. */
	if (!arena_has_room(arena, n_bytes))
		return dispatch_no_room(arena, n_bytes);
	if (request->is_kept)
		bytes = arena_memdup(arena, bytes, n_bytes);
	if (!envelope_read_reply(arena, bytes, n_bytes, &reply))
		return bus_failure(arena, BUS_REPLIED, request);
	if (!reply.ok)
		return service_error(arena, request->operation->service, &reply);
	void *output = arena_alloc(arena, shape->size);
	if (!codec_msgpack_read(arena, shape, reply.output, reply.n_output, output, &problem)) {
		struct error *error = error_make(arena, &error_catalogue[ERROR_BAD_GATEWAY], ERROR_WHERE,
		    "the answer of service '%s' does not have the declared shape", request->operation->service);
		error->cause = problem;
		return error;
	}
	ret_reply->output = output;
	ret_reply->is_replayed = reply.is_replayed;
	ret_reply->effects = reply.effects;
	ret_reply->budget = reply.budget;
	return NULL;
}

static void
on_reply(void *context, enum bus_result result, const void *bytes, size_t n_bytes)
{
	const struct dispatch_request *request = &((struct dispatch_call *)context)->request;
	struct dispatch_reply reply = { .error = NULL };

	if (result == BUS_REPLIED)
		reply.error = read_reply(request, bytes, n_bytes, &reply);
	else
		reply.error = bus_failure(request->arena, result, request);
	request->done(request->context, &reply);
}

static void
refuse(const struct dispatch_request *request, struct error *error)
{
	struct dispatch_reply reply = { .error = error };
	request->done(request->context, &reply);
}

static void
write_record(struct buf *record, const struct dispatch_request *request, uint64_t correlation, int64_t deadline_us)
{
	const struct operation *operation = request->operation;
	struct buf input;

	buf_init(&input, request->arena, 512);
	codec_msgpack_write(&input, operation->request, request->input);
	buf_init(record, request->arena, input.len + 512);
	envelope_write_request(record, &(struct envelope_request){ .correlation = correlation, .op = operation->id,
	    .request_id = request->request_id, .trace_parent = request->trace_parent, .surface = request->surface,
	    .deadline_us = deadline_us, .principal = *request->principal, .dry_run = request->dry_run,
	    .idempotency_key = request->idempotency_key, .input = input.bytes, .n_input = input.len, .labels = request->labels });
}

void
dispatch(struct gateway *gateway, const struct dispatch_request *request)
{
	const struct operation *operation = request->operation;
	if (strcmp(operation->service, "gateway") == 0 && local_run(gateway, request))
		return;
	struct dispatch_call *call = ARENA_NEW(request->arena, struct dispatch_call);

	call->request = *request;
	if (!call->request.service)
		call->request.service = operation->service;
	call->upstream = (struct upstream_call){ .done = on_reply, .context = call, .tenant = request->principal ? request->principal->tenant : 0 };
	struct upstream *upstream = gateway->upstreams ? upstreams_find(gateway->upstreams, call->request.service) : NULL;
	if (!upstream) {
		refuse(request, bus_failure(request->arena, BUS_UNREACHABLE, request));
		return;
	}

	struct buf record;
	uint64_t correlation = upstream_next_correlation(upstream);
	int64_t deadline_us = clock_now_us() + (int64_t)operation->timeout_ms * 1000;
	write_record(&record, request, correlation, deadline_us);
	bool is_retryable = operation->tx != OPERATION_TX_WRITE || request->idempotency_key || request->dry_run;
	enum upstream_refusal refusal = upstream_send(upstream, &call->upstream, (struct bus_call){ .record = record.bytes,
	    .n_record = record.len, .correlation = correlation, .deadline_us = deadline_us, .is_retryable = is_retryable });
	if (refusal == UPSTREAM_OVERLOADED)
		refuse(request, fail(request->arena, ERROR_SERVICE_OVERLOADED, "too many requests wait for the service already"));
}

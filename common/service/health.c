/* Whether this instance can serve: answered without the database by a worker, so a stuck worker shows as silence. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "codec/msgpack.h"
#include "common_proto.h"
#include "health.h"
#include "service_internal.h"

static int64_t started_us;

void
health_init(void)
{
	started_us = clock_now_us();
}

static const struct error *
ping(struct request *req, const void *in, void *output)
{
	struct health_ping_response *out = output;
	(void)in;

	out->service = req->service->definition->name;
	out->version = WORDCLAW_VERSION;
	out->pid = getpid();
	out->started_at = started_us;
	out->queue_depth = (int64_t)atomic_load(&req->service->n_inside);
	/* A worker that cannot reach the database answers SERVICE_UNAVAILABLE to everything: say so here too. */
	out->is_ready = db_connect(req->worker->db, req->deadline_us) == DB_OK && db_connect(req->worker->system_db, req->deadline_us) == DB_OK;
	if (!out->is_ready)
		out->problem = "the database does not answer";
	return NULL;
}

const struct service_operation health_ping_operation = { &operation_health_ping, ping, NULL, NULL, NULL };

/* ---- asked by the same binary: --ping ---- */

struct pong {
	struct arena *arena;
	enum bus_result result;
	struct envelope_reply reply;
	bool is_readable;
};

static void
take_pong(void *context, enum bus_result result, const void *bytes, size_t n_bytes)
{
	struct pong *pong = context;

	pong->result = result;
	if (result == BUS_REPLIED)
		pong->is_readable = envelope_read_reply(pong->arena, arena_memdup(pong->arena, bytes, n_bytes), n_bytes, &pong->reply);
}

/* An address to bind is one to call once "any of mine" is this machine. */
static const char *
endpoint_to_call(struct arena *arena, const char *endpoint)
{
	const char *port = strrchr(endpoint, ':');

	if (strncmp(endpoint, "tcp://*:", 8) == 0 || strncmp(endpoint, "tcp://0.0.0.0:", 14) == 0)
		return arena_printf(arena, "tcp://127.0.0.1%s", port);
	return endpoint;
}

int
health_ask(struct service *service)
{
	enum { PING_TIMEOUT_US = 2000000 };
	const struct principal nobody = { .id = "ping", .type = "system", .source = "ping" };
	struct pong pong = { .arena = arena_new(REQUEST_ARENA_BYTES), .result = BUS_UNREACHABLE };
	struct bus_client *client = bus_client_new(service->definition->name, endpoint_to_call(pong.arena, service->settings.bind_endpoint));
	struct health_ping_response answer = { .is_ready = false };
	struct buf input, record;
	const char *problem = "no answer within 2 seconds";
	int64_t deadline_us = clock_now_us() + PING_TIMEOUT_US;

	if (!client)
		return 1;
	buf_init(&input, pong.arena, 16);
	codec_msgpack_write(&input, operation_health_ping.request, &(struct health_ping_request){ 0 });
	struct envelope_request envelope = { .correlation = bus_client_next_correlation(client), .op = operation_health_ping.id, .request_id = "ping",
		.surface = "internal", .deadline_us = deadline_us, .principal = nobody, .input = input.bytes, .n_input = input.len };
	buf_init(&record, pong.arena, 256);
	envelope_write_request(&record, &envelope);
	(void)bus_client_ask(client, &(struct bus_call){ .record = record.bytes, .n_record = record.len, .correlation = envelope.correlation,
	    .deadline_us = deadline_us, .done = take_pong, .context = &pong });
	if (pong.is_readable && !pong.reply.ok)
		problem = arena_printf(pong.arena, "%s", pong.reply.message ? pong.reply.message : pong.reply.code);
	else if (pong.is_readable && codec_msgpack_read(pong.arena, operation_health_ping.response, pong.reply.output, pong.reply.n_output, &answer, &problem))
		problem = answer.problem;
	(void)fprintf(answer.is_ready ? stdout : stderr, "wordclaw-%s: %s\n", service->definition->name, answer.is_ready ? "ready" : problem);
	bus_client_free(client);
	arena_free(pong.arena);
	return answer.is_ready ? 0 : 1;
}

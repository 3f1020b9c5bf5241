/* Whether this instance can serve: answered without the database by a worker, so a stuck worker shows as silence. */
#include <unistd.h>

#include "clock.h"
#include "common_proto.h"
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

/* Asks every service how it is, as /ready does, and tells it by what the parts are for.  Who asks may be anybody: no names of machines, no
 * figures of tenants, no reasons with addresses in them. */
#include "discovery/deployment.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "common_proto.h"
#include "dispatch/upstream.h"
#include "gateway.h"
#include "gateway_proto.h"
#include "pages/console.h"
#include "settings.h"

enum { SERVICES_MAX = 16, CHECKS_MAX = 24 };

/* A part, the service that it is of (NULL: the gateway), and what it is for. */
static const struct part {
	const char *name, *service, *note;
} parts[] = {
	{ "restApi", NULL, "REST, GraphQL and MCP are answered." },
	{ "mcp", NULL, "POST /mcp, over HTTP or by 'wordclaw mcp serve'." },
	{ "auth", "identity", "Keys, people and policy." },
	{ "contentRuntime", "content", "Types, items, versions, globals, releases." },
	{ "workflow", "workflow", "Reviews and decisions." },
	{ "forms", "forms", "Forms and submissions." },
	{ "payments", "payments", "Offers, invoices, entitlements." },
	{ "backgroundJobs", "jobs", "Jobs and schedules." },
	{ "webhooks", "webhooks", "Deliveries to other systems." },
	{ "vectorRag", "embeddings", "Search by meaning and by words." },
	{ "audit", "audit", "The trail and events." },
};
enum { N_PARTS = sizeof(parts) / sizeof(parts[0]) };

struct status {
	struct dispatch_request request;
	struct gateway *gateway;
	struct upstream_state states[SERVICES_MAX];
	const struct health_ping_response *pongs[SERVICES_MAX]; /* NULL: no answer */
	struct slot {
		struct status *status;
		size_t i;
	} slots[SERVICES_MAX];
	size_t n, n_left;
	struct deployment_check checks[CHECKS_MAX];
	size_t n_checks;
	const char *warnings[CHECKS_MAX];
	size_t n_warnings;
};

static void
add_check(struct status *status, const char *name, const char *how, const char *note)
{
	status->checks[status->n_checks++] = (struct deployment_check){ .name = name, .status = how, .note = note };
	if (strcmp(how, "degraded") == 0)
		status->warnings[status->n_warnings++] = arena_printf(status->request.arena, "%s: %s", name, note);
}

static bool
is_ready(const struct status *status, size_t i)
{
	return status->pongs[i] && status->pongs[i]->is_ready;
}

static void
add_part(struct status *status, const struct part *part)
{
	size_t i = 0;

	if (!part->service) {
		add_check(status, part->name, status->gateway->is_draining ? "degraded" : "ready", status->gateway->is_draining ? "This gateway is stopping." : part->note);
		return;
	}
	while (i < status->n && strcmp(status->states[i].service, part->service) != 0)
		i++;
	if (i == status->n) {
		add_check(status, part->name, "disabled", "This installation runs without it.");
		return;
	}
	int64_t *instances = ARENA_NEW(status->request.arena, int64_t);
	add_check(status, part->name, is_ready(status, i) ? "ready" : "degraded",
	    is_ready(status, i) ? part->note : status->pongs[i] ? "It answers, but cannot work: see its log." : "Nobody answers for it.");
	*instances = (int64_t)status->states[i].n_live;
	status->checks[status->n_checks - 1].instances = instances;
	status->checks[status->n_checks - 1].queue_depth = status->pongs[i] ? &status->pongs[i]->queue_depth : NULL;
}

/* A service is ready when its database answers. */
static void
add_database(struct status *status)
{
	size_t n_ready = 0;

	for (size_t i = 0; i < status->n; i++)
		n_ready += is_ready(status, i);
	if (n_ready == status->n)
		add_check(status, "database", "ready", "Every service reaches it.");
	else
		add_check(status, "database", "degraded", arena_printf(status->request.arena, "%zu of %zu services say that they reach it.", n_ready, status->n));
}

static void
add_own(struct status *status)
{
	bool has_console = console_is_there();
	bool has_assets = access(settings.assets.root, R_OK | W_OK) == 0 || errno == ENOENT; /* the first upload makes it */

	add_check(status, "ui", has_console ? "ready" : "disabled", has_console ? "The console is at /ui." : "The console is not built: 'make ui' builds it.");
	add_check(status, "assetStorage", has_assets ? "ready" : "degraded", !has_assets ? "The directory of files cannot be written."
	    : strcmp(settings.assets.provider, "s3") == 0 ? "Files are in a bucket; copies of those that are read on this machine." : "Files are on this machine's disk.");
	add_check(status, "draftGeneration", "disabled", "Forms make drafts of what was sent, without a model.");
	add_check(status, "agentRuns", "disabled", "Agents run outside and call this system.");
}

static void
answer(struct status *status)
{
	struct gateway_deployment_status_response *out = ARENA_NEW(status->request.arena, struct gateway_deployment_status_response);

	add_database(status);
	for (size_t i = 0; i < N_PARTS; i++)
		add_part(status, &parts[i]);
	add_own(status);
	out->generated_at = clock_now_us();
	out->version = WORDCLAW_VERSION;
	out->overall_status = status->n_warnings > 0 ? "degraded" : "ready";
	out->checks = (struct shape_list){ status->checks, status->n_checks };
	out->warnings = (struct shape_list){ status->warnings, status->n_warnings };
	status->request.done(status->request.context, &(struct dispatch_reply){ .output = out });
}

static void
on_pong(void *context, const struct dispatch_reply *reply)
{
	struct slot *slot = context;
	struct status *status = slot->status;

	status->pongs[slot->i] = reply->error ? NULL : reply->output;
	if (--status->n_left == 0)
		answer(status);
}

void
deployment_status(struct gateway *gateway, const struct dispatch_request *request)
{
	static const struct health_ping_request nothing;
	struct status *status = ARENA_NEW(request->arena, struct status);

	status->request = *request;
	status->gateway = gateway;
	status->n = status->n_left = upstreams_states(gateway->upstreams, status->states, SERVICES_MAX);
	if (status->n == 0)
		answer(status);
	for (size_t i = 0, n = status->n; i < n; i++) {
		status->slots[i] = (struct slot){ status, i };
		dispatch(gateway, &(struct dispatch_request){ .operation = &operation_health_ping, .service = status->states[i].service, .input = &nothing,
		    .principal = &dispatch_system_principal, .request_id = request->request_id, .surface = "internal", .is_kept = true,
		    .arena = request->arena, .done = on_pong, .context = &status->slots[i] });
	}
}

/* Reads of what is sold: the answer is ready, and leaves once payments has used one read of an entitlement of the caller.
 * It is used under a key of the call, so that a read which is asked again of another instance uses no second one. */
#include <inttypes.h>
#include <string.h>

#include "charge.h"
#include "payments_proto.h"

bool
entitlement_is_asked(const struct job *job)
{
	return job->error && job->error->sold_item > 0;
}

static const int64_t *
number_in(const struct job *job, const char *name)
{
	const struct shape_field *field = charge_field(job->row->operation->request, name);

	if (!field || !shape_is_present(field, job->in))
		return NULL;
	int64_t value = shape_get_int(field, job->in);
	return arena_memdup(job->arena, &value, sizeof(value));
}

/* How much is left stands in the answer, where it has a place for that. */
static void
tell(struct job *job, const struct payments_entitlements_use_response *used)
{
	const struct shape_field *id = charge_field(job->row->operation->response, "entitlementId");
	const struct shape_field *reads = charge_field(job->row->operation->response, "remainingReads");

	if (id && used->entitlement_id)
		shape_set_int(job->arena, id, job->out, *used->entitlement_id);
	if (reads && used->remaining_reads)
		shape_set_int(job->arena, reads, job->out, *used->remaining_reads);
}

void
entitlement_use(struct worker *worker, struct job *job)
{
	const struct principal *caller = &job->envelope.principal;
	struct principal principal = { .tenant = job->req.tenant, .id = "system:entitlement", .type = "system", .source = "internal" };
	const struct route *route = &job->row->operation->routes[0];
	struct payments_entitlements_use_request in = { .api_key_id = caller->key_id > 0 ? &caller->key_id : NULL,
		.content_item_id = &job->error->sold_item, .content_type_id = &job->error->sold_type, .entitlement_id = number_in(job, "entitlementId"),
		.path = charge_path(job), .action = arena_printf(job->arena, "%s %s", route->method, route->path) };
	struct payments_entitlements_use_response *out = ARENA_NEW(job->arena, struct payments_entitlements_use_response);
	struct request ask;

	request_init_from(&ask, worker, job);
	ask.principal = &principal;
	ask.tenant = principal.tenant;
	ask.in_transaction = false;
	job->error = request_call(&ask, &operation_payments_entitlements_use, &in,
	    arena_printf(job->arena, "%s:%" PRId64, charge_call_key(job), job->error->sold_item), out);
	if (!job->error)
		tell(job, out);
}

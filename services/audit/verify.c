/* --verify-chains: what GET /api/audit-logs/verify does for one tenant, for all of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

enum { TENANT_MS_MAX = 3600 * 1000 };

/* A command runs once, in one thread. */
static struct {
	int64_t n_last; /* entries of each chain; 0: all */
	int64_t n_tenants, n_entries, n_checkpoints, n_broken;
} total;

static bool
begin(int argc, char **argv)
{
	char *end = "";

	if (argc == 2 && strcmp(argv[0], "--last") == 0)
		total.n_last = strtoll(argv[1], &end, 10);
	if (argc == 0 || (total.n_last > 0 && !*end))
		return true;
	(void)fprintf(stderr, "wordclaw-audit --verify-chains takes nothing, or --last and a number, such as --last 1000\n");
	return false;
}

static const struct error *
next(struct request *req, int64_t after, int64_t *ret_tenant)
{
	const struct audit_chain_owner *owner;
	const struct error *error = store_chain_next(req, after, &owner);

	*ret_tenant = !error && owner ? owner->domain_id : 0;
	return error;
}

static const struct error *
first_number(struct request *req, int64_t *ret_number)
{
	const struct audit_head *head;
	const struct error *error = store_head_get(req, &head);

	*ret_number = !error && head && total.n_last > 0 && head->number > total.n_last ? head->number - total.n_last + 1 : 1;
	return error;
}

static void
report_break(int64_t tenant, const struct audit_break *broken)
{
	total.n_broken++;
	printf("tenant %" PRId64 ": broken at entry %" PRId64 ": %s\n  expected %s\n  found    %s\n", tenant, broken->number, broken->reason,
	    broken->expected, broken->found);
}

static const struct error *
verify_tenant(struct request *req, void *context)
{
	const int64_t everything = INT64_MAX;
	int64_t from;
	const struct error *error = first_number(req, &from);

	(void)context;
	total.n_tenants++;
	while (!error) {
		const struct audit_logs_verify_request in = { .from = &from, .limit = &everything };
		struct audit_logs_verify_response out = { 0 };
		struct arena_mark mark = arena_mark(req->arena);
		error = audit_logs_verify(req, &in, &out);
		if (error)
			break;
		total.n_entries += out.checked_entries;
		total.n_checkpoints += out.checked_checkpoints;
		if (out.first_break)
			report_break(req->tenant, out.first_break);
		if (out.first_break || out.is_complete)
			break;
		if (out.last_number < from)
			return FAIL(req, INTERNAL_SERVER_ERROR, "the verification gets no further");
		from = out.last_number + 1;
		arena_rewind(req->arena, mark);
	}
	return error;
}

static int
end(void)
{
	printf("%s: %" PRId64 " entries and %" PRId64 " signed checkpoints of %" PRId64 " tenants%s\n", total.n_broken ? "broken" : "intact",
	    total.n_entries, total.n_checkpoints, total.n_tenants, total.n_broken ? ", what comes after a break is not counted" : "");
	return total.n_broken ? 1 : 0;
}

const struct command_of_tenants audit_verify_chains = {
	.flag = "--verify-chains",
	.summary = "Recompute every tenant's chain, or its last N entries (--last N); exit 1 and name the breaks when there are any.",
	.timeout_ms = TENANT_MS_MAX,
	.begin = begin,
	.next = next,
	.run = verify_tenant,
	.end = end,
};
